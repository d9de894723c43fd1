/** Functions that threads find without their being exported, by the place of a call of `threaded`. */

export type { ThreadedOptions } from './threaded.ts'
export { threaded } from './threaded.ts'
export type { Inferred, Runs, RunsOneOf, Starts, Takes, Threaded, ThreadedFunction, Yields } from './typed.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { findThreaded, placeText } from './find.ts'
/** @internal */
export type { Reference } from './table.ts'
/** @internal */
export { referenceOf } from './table.ts'
