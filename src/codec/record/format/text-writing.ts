import { isLatin1, isWellFormed, putLatin1, putUtf8, putUtf16 } from '../../text.ts'

const { byteLength } = Buffer

/** The forms of a long string. */
export const LATIN1 = 0
export const UTF8 = 1
export const UTF16 = 2
/** Before a long string: its form and its length in bytes. */
export const LONG_HEADER_BYTES = 5

/** Up to this length a loop over the characters is faster than a call into C++ (measured, Node 20 and 24). */
const LOOP_CHARS = 40

/**
 * Writes `text`, the text of an item, behind its body of `bodyLength` bytes, header included, and completes
 * the header. Returns the item's length; if that is more than `end - at`, the bytes mean nothing.
 */
export function finishText(
  text: string,
  bytes: Uint8Array,
  at: number,
  end: number,
  bodyLength: number,
): number {
  const units = text.length
  const from = at + bodyLength
  if (units <= LOOP_CHARS && units <= end - from) {
    let all = 0
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i)
      all |= unit
      bytes[from + i] = unit
    }
    if (all <= 0xff) {
      writeWord(bytes, at, units << 1)
      return bodyLength + units
    }
  }
  // In a room of so many bytes only ASCII can take as many bytes as it has units.
  if (units <= end - from - 4) {
    if (putUtf8(bytes, text, from, end - from) === units) {
      writeWord(bytes, at, units << 1)
      return bodyLength + units
    }
  }
  const wide = !isLatin1(text)
  const length = bodyLength + (wide ? units * 2 : units)
  if (length > end - at) return length
  writeWord(bytes, at, (units << 1) | (wide ? 1 : 0))
  if (wide) putUtf16(bytes, text, from)
  else putLatin1(bytes, text, from)
  return length
}

/**
 * Writes a long string and its header at `at`. Returns the length of both; if that is more than `end - at`,
 * nothing was written.
 */
export function writeLong(text: string, bytes: Uint8Array, at: number, end: number): number {
  const units = text.length
  let form = LATIN1
  let length = units
  if (!isLatin1(text)) {
    // UTF-8 is shorter for text that is mostly ASCII. A lone surrogate has no UTF-8 form.
    const utf8 = byteLength(text, 'utf8')
    form = utf8 < units * 2 && isWellFormed(text) ? UTF8 : UTF16
    length = form === UTF8 ? utf8 : units * 2
  }
  const from = at + LONG_HEADER_BYTES
  if (from + length > end) return LONG_HEADER_BYTES + length
  bytes[at] = form
  writeWord(bytes, at + 1, length)
  if (form === LATIN1) putLatin1(bytes, text, from)
  else if (form === UTF8) putUtf8(bytes, text, from, length)
  else putUtf16(bytes, text, from)
  return LONG_HEADER_BYTES + length
}

export function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word
  bytes[at + 1] = word >>> 8
  bytes[at + 2] = word >>> 16
  bytes[at + 3] = word >>> 24
}
