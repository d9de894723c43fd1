export type { PutResult, QueueOptions, WaitOptions, WhenFull } from './options.ts'
export { durationOf, isStoppable, settingsOf, signalOf, timeoutOf } from './options.ts'
export type { PriorityOptions, Ranking } from './ranking.ts'
export { rankingOf, rankOf } from './ranking.ts'
