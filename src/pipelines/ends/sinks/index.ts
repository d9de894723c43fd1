/** Sinks: what the values of a pipeline are written to. */

export { checkSink } from './check.ts'
export { openSink, type SinkOptions } from './open.ts'
