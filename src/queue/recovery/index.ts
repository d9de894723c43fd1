export type { RecordPlace, RunTimeout } from '../../core/index.ts'
export { attemptsAt, clearRecord, GIVEN_UP, recordAt, recordTimeout, runTimeoutOf } from '../../core/index.ts'
export {
  announce,
  announceDetached,
  beforeRecovery,
  hearAttachments,
  listen,
  wakeToStop,
  watch,
} from './deaths.ts'
export { DueTime } from './due.ts'
export { afterFinish, EndWait, hasEnded } from './end.ts'
export type { LetterError } from './error-snapshot.ts'
export { errorOf, plainError, snapshotOf } from './error-snapshot.ts'
export type { Failure } from './failure-history.ts'
export { addFailure, readRecord } from './failure-history.ts'
export { discardAll, drain, freeBlocks, heldBlocks, reclaim, wakeEveryone } from './reclaim.ts'
export type { AttachedQueue } from './registry.ts'
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
