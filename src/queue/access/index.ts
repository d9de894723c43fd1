/** Putting, getting and settling items of one queue, in this thread. */

export type { Delivery, RetryOptions } from './delivery.ts'
export { EMPTY } from './empty.ts'
export { itemsOf, itemsOfSync } from './iterate.ts'
export { Joins } from './joins.ts'
export type { Lease, Sink, Source } from './lease.ts'
export { Puts } from './puts.ts'
export type { BlockingCase, SelectCase, SelectObserver } from './select-case.ts'
export { Takes } from './takes.ts'
