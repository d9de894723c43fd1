export type { ItemFunction, ThreadContext, ThreadFunction } from './context.ts'
export { isMillraceThread } from './self-start.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export type { Arguments } from './args.ts'
/** @internal */
export { NO_ARGUMENTS, packArgs, unpackArgs } from './args.ts'
/** @internal */
export { CallWatch, callWords, Lane } from './calls.ts'
/** @internal */
export type {
  ConsumeRole,
  ControlMessage,
  Outcome,
  ProduceRole,
  Report,
  Role,
  RunMessage,
} from './messages.ts'
/** @internal */
export type { Verdict } from './retry.ts'
/** @internal */
export { verdictOf } from './retry.ts'
/** @internal */
export { RunWords } from './run-words.ts'
/** @internal */
export { ANCESTRY, ancestry, placeIn, refuseSelfStart, THREAD_MARK } from './self-start.ts'
