export type { PutResult, QueueOptions, WaitOptions, WhenFull } from './options.ts'
export type { PriorityOptions } from './ranking.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { durationOf, isStoppable, settingsOf, signalOf, timeoutOf } from './options.ts'
/** @internal */
export type { Ranking } from './ranking.ts'
/** @internal */
export { rankingOf, rankOf, writeKey } from './ranking.ts'
