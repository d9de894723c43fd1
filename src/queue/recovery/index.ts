/** Deaths and detaching: noticing them, and requeuing what was held; the end of a queue. */

export { watch } from './death-watch.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { forgetStop, hearAttachments, listen, wakeToStop } from './death-watch.ts'
/** @internal */
export { DueTime } from './due-time.ts'
/** @internal */
export { afterFinish, EndWait, hasEnded } from './end-wait.ts'
/** @internal */
export { errorOf, letterError, plainError, snapshotOf } from './error-snapshot.ts'
/** @internal */
export type { Failure } from './failure-history.ts'
/** @internal */
export { addFailure, readRecord } from './failure-history.ts'
/** @internal */
export { announce, announceDetached, announceMemory, openBy } from './notices.ts'
/** @internal */
export type { Recoverable } from './other-threads.ts'
/** @internal */
export { acquit, beforeRecovery, noteResting, others, workersAtWork } from './other-threads.ts'
/** @internal */
export {
  afterRevoking,
  discardAll,
  freeBlocks,
  heldBlocks,
  reclaim,
  wakeEveryone,
  wakeForReturned,
} from './reclaim.ts'
/** @internal */
export type { RegisteredQueue } from './registry.ts'
/** @internal */
export {
  attachInRegistry,
  claimLedger,
  closeProducer,
  detachInRegistry,
  isUsedByHand,
  keepWhileHolding,
  noteUseByHand,
  reclaimFormer,
  registry,
  storedFor,
  sweep,
  sweepNowAndThen,
  thisThread,
} from './registry.ts'
/** @internal */
export { revokeEntry, revokeOne, revokeStale } from './revoke.ts'
