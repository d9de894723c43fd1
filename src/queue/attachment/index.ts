/** This thread at one queue, and what all threads know of that queue. */

export type { Handle } from './handle.ts'
export type { QueueStats, ThreadStats } from './stats.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { Attachment } from './attachment.ts'
/** @internal */
export type { QueueDescription } from './description.ts'
/** @internal */
export { createDescription, descriptionOf, handleOf } from './description.ts'
/** @internal */
export type { HandleData } from './handle.ts'
/** @internal */
export { dataOf } from './handle.ts'
/** @internal */
export { describeHeld } from './held-at-death.ts'
/** @internal */
export type { HeldItems } from './held-items.ts'
/** @internal */
export type { Encoded, OutgoingCell } from './outgoing-cell.ts'
/** @internal */
export { sizeOf, statsOf } from './stats.ts'
