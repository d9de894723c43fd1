/** The queue, as the layers above see it. */

export type { Delivery, LeaseSource, RetryOptions } from './access/index.ts'
export { EMPTY } from './access/index.ts'
export { attach, attachAsync, attachFor, detachAll, itemsLeft } from './attach.ts'
export type { DeadLetter, Handle, QueueStats, ThreadStats } from './attachment/index.ts'
export type { BatchOptions } from './batches.ts'
export type { QueueEndpoint, QueueInternals } from './internals.ts'
export { internalsOf } from './internals.ts'
export { LifoQueue } from './lifo-queue.ts'
export type { PriorityOptions, PutResult, QueueOptions, WaitOptions, WhenFull } from './options/index.ts'
export { durationOf, signalOf, timeoutOf } from './options/index.ts'
export type { PriorityQueueOptions } from './priority-queue.ts'
export { PriorityQueue } from './priority-queue.ts'
export { isQueue, Queue } from './queue.ts'
export type { RunTimeout } from './recovery/index.ts'
export {
  attemptsAt,
  beforeRecovery,
  closeProducer,
  drain,
  GIVEN_UP,
  hearAttachments,
  listen,
  recordTimeout,
  storedFor,
  wakeToStop,
  watch,
} from './recovery/index.ts'
export type { ItemOf, Selected } from './select.ts'
export { select, selectSync } from './select.ts'
