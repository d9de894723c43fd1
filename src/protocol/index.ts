export { callWords, Lane, RunWords } from '../core/index.ts'
export type { Arguments } from './args.ts'
export { NO_ARGUMENTS, packArgs, unpackArgs } from './args.ts'
export { CallWatch } from './call-watch.ts'
export type { ItemFunction, ThreadContext, ThreadFunction } from './context.ts'
export type {
  ConsumeRole,
  ControlMessage,
  Outcome,
  ProduceRole,
  Report,
  Role,
  RunMessage,
} from './messages.ts'
export type { Verdict } from './retry.ts'
export { verdictOf } from './retry.ts'
export { ANCESTRY, ancestry, isMillraceThread, placeIn, refuseSelfStart, THREAD_MARK } from './self-start.ts'
