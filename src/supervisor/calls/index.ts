export { type RunOptions, run } from './run.ts'
export { warm } from './warm.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { NOBODY, PLAIN } from './unsupervised.ts'
