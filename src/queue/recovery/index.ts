export { watch } from './deaths.ts'
export type { LetterError } from './error-snapshot.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { announce, announceDetached, beforeRecovery, hearAttachments, listen, wakeToStop } from './deaths.ts'
/** @internal */
export { DueTime } from './due.ts'
/** @internal */
export { afterFinish, EndWait, hasEnded } from './end.ts'
/** @internal */
export { errorOf, plainError, snapshotOf } from './error-snapshot.ts'
/** @internal */
export type { Failure, RecordPlace } from './failure-history.ts'
/** @internal */
export { addFailure, clearRecord, readRecord, recordAt } from './failure-history.ts'
/** @internal */
export { discardAll, drain, freeBlocks, heldBlocks, reclaim, wakeEveryone } from './reclaim.ts'
/** @internal */
export type { AttachedQueue } from './registry.ts'
/** @internal */
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
/** @internal */
export type { RunTimeout } from './run-timeouts.ts'
/** @internal */
export { attemptsAt, GIVEN_UP, recordTimeout } from './run-timeouts.ts'
