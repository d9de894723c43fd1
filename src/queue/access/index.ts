/** Putting, getting and settling items of one queue, in this thread. */

export type { Batch } from './batch.ts'
export type { Delivery, RetryOptions } from './delivery.ts'
export { EMPTY } from './empty.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { itemsOf, itemsOfSync } from './iterate.ts'
/** @internal */
export { Joins } from './joins.ts'
/** @internal */
export type { HeldLease, Lease, Sink, Source } from './lease.ts'
/** @internal */
export { Puts } from './puts.ts'
/** @internal */
export type { BlockingCase, SelectCase, SelectObserver } from './select-case.ts'
/** @internal */
export { Takes } from './takes.ts'
