/** This thread at one queue, and what all threads know of that queue. */

export { Attachment } from './attachment.ts'
export type { QueueDescription } from './description.ts'
export { createDescription, descriptionOf, handleOf } from './description.ts'
export type { Handle, HandleData } from './handle.ts'
export { dataOf } from './handle.ts'
export { describeHeld } from './held-at-death.ts'
export type { HeldItems } from './held-items.ts'
export type { Encoded, OutgoingCell } from './outgoing-cell.ts'
export type { QueueStats, ThreadStats } from './stats.ts'
export { sizeOf, statsOf } from './stats.ts'
