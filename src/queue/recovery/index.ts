/** Deaths and detaching: noticing them, and requeuing what was held; the end of a queue. */

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
export { errorOf, plainError, snapshotOf } from './error-snapshot.ts'
export type { Failure, RecordPlace } from './failure-history.ts'
export { addFailure, clearRecord, readRecord, recordAt } from './failure-history.ts'
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
export type { RunTimeout } from './run-timeouts.ts'
export { attemptsAt, GIVEN_UP, recordTimeout } from './run-timeouts.ts'
