import type { Codec } from '../../codec/index.ts'

const LEAST_ITEM_BYTES = 128
const MOST_ITEM_BYTES = 1 << 14
/** The cells of a queue take at most so much memory by default. */
const CELLS_BYTES = 4 << 20

/** Room for the largest item beside others. It is address space only, until it is used. */
export function memoryFor(maxItemBytes: number): number {
  return Math.min(0x7fffffff, maxItemBytes + 16 + (16 << 20))
}

/** The size of a cell, as a first item says. */
export function itemBytesFor(codec: Codec<unknown>, first: unknown, cells: number): number {
  let length = 0
  try {
    length = codec.encode(first, new Uint8Array(MOST_ITEM_BYTES))
  } catch {
    // The item itself is refused when it is dispatched.
  }
  // Text is encoded at once where three times its length is free.
  const wanted = Math.ceil((3 * length) / 64) * 64 + 16
  const most = Math.max(LEAST_ITEM_BYTES, Math.floor(CELLS_BYTES / cells / 64) * 64)
  return Math.min(Math.max(LEAST_ITEM_BYTES, wanted), MOST_ITEM_BYTES, most)
}
