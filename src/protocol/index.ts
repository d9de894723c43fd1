/** The messages, shared words and arguments that pass between a supervisor and the threads it starts. */

export type { ItemFunction, ThreadContext, ThreadFunction } from './context.ts'
export { isMillraceThread } from './self-start.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { callWords, Lane, MAX_GENERATION, RunWords, StageWords } from '../core/index.ts'
/** @internal */
export type { Arguments } from './args.ts'
/** @internal */
export { NO_ARGUMENTS, packArgs, unpackArgs } from './args.ts'
/** @internal */
export { CallWatch } from './call-watch.ts'
/** @internal */
export { IdleTime } from './idle-time.ts'
/** @internal */
export type {
  Boot,
  CallArgs,
  ControlMessage,
  Left,
  Outcome,
  Role,
  RunMessage,
  ThreadMessage,
} from './messages.ts'
/** @internal */
export { THREAD_BOOT } from './messages.ts'
/** @internal */
export type { RetryDecision } from './retry.ts'
/** @internal */
export { decideRetry, recordedDelay } from './retry.ts'
/** @internal */
export type { ConsumeRole, Placed, ProduceRole, Target } from './roles.ts'
/** @internal */
export { ANCESTRY, ancestry, isSelfStart, placeIn, refuseSelfStart, THREAD_MARK } from './self-start.ts'
/** @internal */
export type { StageFailure, StageRole, StageStep } from './stage.ts'
/** @internal */
export { FrameKind } from './stage.ts'
