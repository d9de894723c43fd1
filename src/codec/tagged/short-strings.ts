import { native } from '../text.ts'

/**
 * Short strings read before. Words out of a small set come up again and again, and comparing with the last
 * one like it costs a third of the call into C++ that makes a new one (measured, Node 20 to 24).
 */
const LONGEST = 16
const ENTRIES = 512
const entries: string[] = new Array(ENTRIES).fill('')

/** The `length` bytes at `at`, as Latin-1. */
export function readLatin1(bytes: Buffer, at: number, length: number): string {
  if (length > LONGEST) return native(bytes).latin1Slice(at, at + length)
  if (length === 0) return ''
  // First, middle, last and length: enough to keep most words apart; a clash only costs the call.
  const index =
    (bytes[at]! * 7 + bytes[at + (length >> 1)]! * 31 + bytes[at + length - 1]! * 3 + length) & (ENTRIES - 1)
  const known = entries[index]!
  if (known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === bytes[at + i]) i++
    if (i === length) return known
  }
  const text = native(bytes).latin1Slice(at, at + length)
  entries[index] = text
  return text
}
