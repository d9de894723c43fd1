/** The options of queues and of the calls on them, checked. */

export type { DeadLetter, DeadLetterQueue, LetterError } from './dead-letter.ts'
export type { PriorityOptions, PutOptions, PutResult, WhenFull } from './put-options.ts'
export type { PriorityQueueOptions, QueueOptions } from './queue-options.ts'
export type { WaitOptions } from './wait-options.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export type { LetterTarget } from './dead-letter.ts'
/** @internal */
export { INTERNALS } from './inner-door.ts'
/** @internal */
export type { Ranking } from './put-options.ts'
/** @internal */
export { checkPutOptions, PUT_OPTIONS, rankOf, TRY_PUT_OPTIONS } from './put-options.ts'
/** @internal */
export type { AnyQueueOptions, Settings } from './queue-options.ts'
/** @internal */
export { settingsOf } from './queue-options.ts'
/** @internal */
export { durationOf, isStoppable, signalOf, timeoutOf } from './wait-options.ts'
