export { readTagged } from './tagged-reader.ts'
export { TaggedWriter } from './tagged-writer.ts'
