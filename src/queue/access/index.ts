export type { Delivery, RetryOptions } from './delivery.ts'
export { EMPTY } from './empty.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { itemsOf, itemsOfSync } from './iterate.ts'
/** @internal */
export type { LeaseSource } from './lease.ts'
/** @internal */
export { Puts } from './puts.ts'
/** @internal */
export type { SelectCase, SelectObserver } from './select-case.ts'
/** @internal */
export { Takes } from './takes.ts'
