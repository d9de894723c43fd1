/** Sources: what the values of a pipeline are read from. */

export { checkSource, isTaskSource } from './check.ts'
export { openSource } from './open.ts'
