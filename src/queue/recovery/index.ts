/** Deaths and detaching: noticing them, and requeuing what was held; the end of a queue. */

export { DueTime } from './due.ts'
export { afterFinish, EndWait, hasEnded } from './end.ts'
export { errorOf, plainError, snapshotOf } from './error-snapshot.ts'
export type { Failure } from './failure-history.ts'
export { addFailure, readRecord } from './failure-history.ts'
export { announce, announceDetached } from './notices.ts'
export { beforeRecovery } from './other-threads.ts'
export { discardAll, freeBlocks, heldBlocks, reclaim, wakeEveryone } from './reclaim.ts'
export type { RegisteredQueue } from './registry.ts'
export {
  attachInRegistry,
  claimLedger,
  closeProducer,
  detachInRegistry,
  keepWhileHolding,
  reclaimFormer,
  registry,
  storedFor,
  sweep,
  sweepNowAndThen,
  thisThread,
} from './registry.ts'
export { hearAttachments, listen, wakeToStop, watch } from './watch.ts'
