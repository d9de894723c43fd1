/** The queue, as the layers above see it. */
/** @internal */
export { attachFor, detachAll, itemsLeft } from './attach.ts'
/** @internal */
export { beforeRecovery, hearAttachments, listen, wakeToStop } from './deaths.ts'
export type { Handle } from './handle.ts'
/** @internal */
export { setLatest } from './latest.ts'
/** @internal */
export type { LeaseSource } from './lease.ts'
export { durationOf, signalOf, timeoutOf, type WaitOptions } from './options.ts'
/** @internal */
export { attemptsAt, condemn, GIVEN_UP } from './overdue.ts'
export { isQueue, type Queue } from './queue.ts'
/** @internal */
export { drain } from './recovery.ts'
/** @internal */
export { retireProducer, storedFor } from './registry.ts'
export type { ItemOf } from './select.ts'
/** @internal */
export { ASKS, causeOf, type Link, link, noteCause, PUTS, setLink, TAKES, type Use } from './supervised.ts'
