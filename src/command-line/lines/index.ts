/** Lines of a stream as items, and results as lines. */

export { LineSource } from './line-source.ts'
export { LineWriter } from './line-writer.ts'
export { type Format, ITEM_OF_LINE, lineOfResult } from './results.ts'
