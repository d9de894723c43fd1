export type { DeadLetter } from './dead-letters.ts'
export type { Handle } from './handle.ts'
export type { QueueStats, ThreadStats } from './stats.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export type { Attachment, Encoded } from './attachment.ts'
/** @internal */
export { DEAD_LETTER, RELEASE, RETRY } from './attachment.ts'
/** @internal */
export { handleOf, Origin } from './description.ts'
/** @internal */
export type { HandleData } from './handle.ts'
/** @internal */
export { dataOf } from './handle.ts'
/** @internal */
export { describeHeld } from './held-at-death.ts'
/** @internal */
export { Seat } from './seat.ts'
/** @internal */
export { sizeOf, statsOf } from './stats.ts'
