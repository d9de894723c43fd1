import { latin1Slice } from './text.ts'

const MAX_LENGTH = 16
const ENTRIES = 512
/**
 * Short strings read before. The same few words often come again. Comparing the bytes with a known string
 * costs a third of the call into C++ that makes a new one (measured, Node 20 to 24).
 */
const entries: string[] = new Array(ENTRIES).fill('')

/** The `length` bytes at `at`, as Latin-1. */
export function readLatin1(bytes: Uint8Array, at: number, length: number): string {
  if (length > MAX_LENGTH) return latin1Slice.call(bytes, at, at + length)
  if (length === 0) return ''
  // The hash of three bytes and the length keeps most words apart. A clash only costs the call into C++.
  const index =
    (bytes[at]! * 7 + bytes[at + (length >> 1)]! * 31 + bytes[at + length - 1]! * 3 + length) & (ENTRIES - 1)
  const known = entries[index]!
  if (known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === bytes[at + i]) i++
    if (i === length) return known
  }
  const text = latin1Slice.call(bytes, at, at + length)
  entries[index] = text
  return text
}
