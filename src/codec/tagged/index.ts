export { readTagged } from './tagged-reader.ts'
export { TaggedWriter } from './tagged-writer.ts'

// For tests only.

/** @internal */
export { compiledCount, MOST_COMPILED } from './compiled-shapes.ts'
/** @internal */
export { COMPILED_WHEN_WRITTEN } from './key-tree.ts'
/** @internal */
export { COMPILED_WHEN_MET } from './shape-cache.ts'
