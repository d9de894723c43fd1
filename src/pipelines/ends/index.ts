/** The ends of a pipeline: what values are read from, and what they are written to. */

export { nullValueError } from './node-streams.ts'
export { checkSink, openSink, type SinkOptions } from './sinks/index.ts'
export { checkSource, isTaskSource, openSource } from './sources/index.ts'
