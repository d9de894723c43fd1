/** The options of queues and of the calls on them, checked. */

export type { DeadLetter, DeadLetterQueue, LetterError, LetterTarget } from './dead-letter.ts'
export { INTERNALS } from './inner-door.ts'
export type { PriorityOptions, PutOptions, PutResult, Ranking, WhenFull } from './put-options.ts'
export { checkPutOptions, PUT_OPTIONS, rankOf } from './put-options.ts'
export type { AnyQueueOptions, PriorityQueueOptions, QueueOptions, Settings } from './queue-options.ts'
export { settingsOf } from './queue-options.ts'
export type { WaitOptions } from './wait-options.ts'
export { durationOf, isStoppable, signalOf, timeoutOf } from './wait-options.ts'
