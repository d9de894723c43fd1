/** What a supervisor and the threads that it starts say to each other. */

export { callWords, Lane, RunWords } from '../core/index.ts'
export type { Arguments } from './args.ts'
export { NO_ARGUMENTS, packArgs, unpackArgs } from './args.ts'
export { CallWatch } from './call-watch.ts'
export type { ItemFunction, ThreadContext, ThreadFunction } from './context.ts'
export type {
  ConsumeRole,
  ControlMessage,
  Left,
  Outcome,
  ProduceRole,
  Role,
  RunMessage,
  ThreadMessage,
} from './messages.ts'
export type { RetryDecision } from './retry.ts'
export { decideRetry, recordedDelay } from './retry.ts'
export { ANCESTRY, ancestry, isMillraceThread, placeIn, refuseSelfStart, THREAD_MARK } from './self-start.ts'
