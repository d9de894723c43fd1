/** The queue, as users and the layers above see it. */

export type { RunTimeout } from '../core/index.ts'
export type { Delivery, Lease, RetryOptions, Sink, Source } from './access/index.ts'
export { EMPTY } from './access/index.ts'
export { attach, attachAsync, attachFor, detachAll, itemsLeft } from './attach.ts'
export type { Handle, QueueStats, ThreadStats } from './attachment/index.ts'
export type { BatchOptions } from './batches.ts'
export type { QueueEndpoint, QueueInternals } from './internals.ts'
export { internalsOf } from './internals.ts'
export { LifoQueue } from './lifo-queue.ts'
export type {
  DeadLetter,
  DeadLetterQueue,
  PriorityOptions,
  PriorityQueueOptions,
  PutOptions,
  PutResult,
  QueueOptions,
  WaitOptions,
  WhenFull,
} from './options/index.ts'
export { durationOf, signalOf, timeoutOf } from './options/index.ts'
export { PriorityQueue } from './priority-queue.ts'
export type { ShutdownOptions } from './queue.ts'
export { isQueue, Queue } from './queue.ts'
export { beforeRecovery, hearAttachments, listen, wakeToStop, watch } from './recovery/index.ts'
export type { ItemOf, Selectable, Selected } from './select.ts'
export { select, selectSync } from './select.ts'
