import { copyIn, copyOut } from '../../copy.ts'
import { lengthOf } from '../../views.ts'
import { tooShort } from './failures.ts'
import { readWord, text } from './text-reading.ts'
import { writeWord } from './text-writing.ts'

/**
 * Writes the length of `value` and its bytes at `at`. Returns how many bytes that takes; if they are more
 * than `end - at`, nothing was written.
 */
export function writeBytes(value: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
  const length = lengthOf(value)
  const from = at + 4
  if (from + length > end) return 4 + length
  writeWord(bytes, at, length)
  copyIn(bytes, from, value, length)
  return 4 + length
}

/** The bytes at `at`, in memory of their own. `text.next` is the position behind them. */
export function readBytes(bytes: Uint8Array, at: number, end: number): Uint8Array {
  const from = at + 4
  if (from > end) throw tooShort()
  const length = readWord(bytes, at)
  if (length > end - from) throw tooShort()
  text.next = from + length
  return copyOut(bytes, from, length)
}
