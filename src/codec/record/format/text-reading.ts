import { readLatin1 } from '../../short-strings.ts'
import { sliceLatin1, sliceUtf8, sliceUtf16 } from '../../text.ts'
import { notARecord, tooShort } from './failures.ts'
import { LATIN1, LONG_HEADER_BYTES, UTF8, UTF16 } from './text-writing.ts'

/** The strings of a text of up to so many characters are made one by one. */
const DIRECT_CHARS = 48
/**
 * Longer texts are made strings by windows of so many characters, and the item's strings are cut out of them.
 * That costs a fifth of a call into C++ for each. A string that was cut out keeps its window in memory.
 */
const WINDOW_CHARS = 512

/**
 * Reads the strings of one item. Decoding calls no code of the user's, so all decoders of a thread can use
 * the same reader. It holds no bytes between two calls.
 */
class TextReader {
  /** The next character, and the end of the text. */
  at = 0
  end = 0
  /** The position behind the long string that was read last. */
  next = 0
  #unitBytes = 1
  #isDirect = true
  #window = ''
  #windowStart = 0
  #windowEnd = 0

  /**
   * Opens the text of the item from `at` to `end`, by the header at `at`. Returns the start of the text,
   * which is the end of the body.
   */
  open(bytes: Uint8Array, at: number, end: number): number {
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    const units = header >>> 1
    this.#unitBytes = (header & 1) + 1
    this.#isDirect = (header & 1) === 0 && units <= DIRECT_CHARS
    const start = end - units * this.#unitBytes
    if (start < at + 4) throw tooShort()
    this.at = start
    this.end = end
    this.#windowEnd = 0
    return start
  }

  /** The next `units` UTF-16 units. */
  read(bytes: Uint8Array, units: number): string {
    const { at } = this
    if (this.#isDirect) {
      if (units > this.end - at) throw tooShort()
      this.at = at + units
      return readLatin1(bytes, at, units)
    }
    return this.#cut(bytes, at, units)
  }

  #cut(bytes: Uint8Array, at: number, units: number): string {
    const next = at + units * this.#unitBytes
    if (next > this.end) throw tooShort()
    this.at = next
    if (units === 0) return ''
    if (next > this.#windowEnd) {
      // A longer string would leave little of the window to the others.
      if (units > WINDOW_CHARS / 2) return this.#slice(bytes, at, next)
      this.#windowStart = at
      this.#windowEnd = Math.min(this.end, at + WINDOW_CHARS * this.#unitBytes)
      this.#window = this.#slice(bytes, at, this.#windowEnd)
    }
    const from = (at - this.#windowStart) / this.#unitBytes
    return this.#window.substring(from, from + units)
  }

  #slice(bytes: Uint8Array, start: number, end: number): string {
    return this.#unitBytes === 1 ? sliceLatin1(bytes, start, end) : sliceUtf16(bytes, start, end)
  }

  /** The long string at `at`, in a body that ends at `end`. */
  readLong(bytes: Uint8Array, at: number, end: number): string {
    const from = at + LONG_HEADER_BYTES
    if (from > end) throw tooShort()
    const form = bytes[at]!
    const length = readWord(bytes, at + 1)
    if (length > end - from) throw tooShort()
    this.next = from + length
    if (form === LATIN1) return sliceLatin1(bytes, from, this.next)
    if (form === UTF8) return sliceUtf8(bytes, from, this.next)
    if (form === UTF16 && length % 2 === 0) return sliceUtf16(bytes, from, this.next)
    throw notARecord('a string has no form that is known')
  }
}

export const text = new TextReader()

export function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
