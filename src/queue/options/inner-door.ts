/**
 * Where a queue keeps its inner door: what supervisor, pipelines and adapters need of a queue, and its users
 * do not. Every copy of the library uses the same symbol.
 */
export const INTERNALS: unique symbol = Symbol.for('millrace.queue')
