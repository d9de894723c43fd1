/** The queue, as users and the layers above see it. */

export type { Batch, Delivery, RetryOptions } from './access/index.ts'
export { EMPTY } from './access/index.ts'
export { attach, attachAsync } from './attach.ts'
export type { Handle, QueueStats, ThreadStats } from './attachment/index.ts'
export type { BatchOptions, IntoOptions } from './get-many.ts'
export type { GroupQueue, ItemFor, SinkQueue, SourceQueue } from './group-queue.ts'
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
export { PriorityQueue } from './priority-queue.ts'
export type { ShutdownOptions } from './queue.ts'
export { Queue } from './queue.ts'
export { watch } from './recovery/index.ts'
export type { ItemOf, Selectable, Selected } from './select.ts'
export { select, selectSync } from './select.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export type { RunTimeout } from '../core/index.ts'
/** @internal */
/** @internal */
export type { Lease, Puts, Sink, Source, Takes } from './access/index.ts'
/** @internal */
export { attachFor, detachAll, itemsLeft } from './attach.ts'
/** @internal */
export type { QueueEndpoint, QueueInternals } from './internals.ts'
/** @internal */
export { internalsOf } from './internals.ts'
/** @internal */
/** @internal */
export { durationOf, isStoppable, signalOf, timeoutOf } from './options/index.ts'
/** @internal */
export { isQueue } from './queue.ts'
/** @internal */
export type { Recoverable } from './recovery/index.ts'
/** @internal */
export {
  acquit,
  announceDetached,
  announceMemory,
  beforeRecovery,
  forgetStop,
  hearAttachments,
  isUsedByHand,
  letterError,
  listen,
  noteResting,
  noteUseByHand,
  openBy,
  others,
  registry,
  thisThread,
  wakeToStop,
  workersAtWork,
} from './recovery/index.ts'
