/** The bytes of records: where values lie, and how those are written and read that have no slot. */

export { readBytes, writeBytes } from './bytes-value.ts'
export { leftOver, noBoolean, noSuchWord, tooShort, wrongLength, wrongValue } from './failures.ts'
export {
  type Frame,
  INLINE,
  type Layout,
  LONG,
  layoutOf,
  MAX_INLINE,
  MAX_SHORT,
  type Place,
} from './layout.ts'
export { readWord, text } from './text-reading.ts'
export { finishText, writeLong, writeWord } from './text-writing.ts'
export { hasMap, type WordMap, wordMap, wordNumber } from './words.ts'

/** Writes an item at `at`, never at or beyond `end`. Returns its length, as `write` of a CellCodec does. */
export type Encoder = (item: unknown, bytes: Uint8Array, at: number, end: number) => number

/** Reads the item of `length` bytes at `at`, and nothing outside. */
export type Decoder = (bytes: Uint8Array, at: number, length: number) => unknown
