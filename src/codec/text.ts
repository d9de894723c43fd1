/**
 * Text in the bytes of a span. A string that is not well-formed UTF-16 has no UTF-8 form. A caller that must
 * keep such a string tests for it.
 */

/**
 * Undocumented methods of Buffer, which cost half as much as `write` and `toString` (measured). Some versions
 * of Node do not check the offsets, so the callers here must stay in bounds.
 */
export interface NativeText {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  ucs2Slice(start: number, end: number): string
  utf8Write(text: string, at: number, length: number): number
  ucs2Write(text: string, at: number, length: number): number
}

export function native(bytes: Buffer): NativeText {
  return bytes as Buffer & NativeText
}

/** Up to this length a loop over the characters, 2 ns each, is faster than a call into C++, 60 to 90 ns. */
export const LOOP_CHARS = 24

/**
 * Writes `text` as UTF-8 at `at` and returns its length in bytes. If that is more than `end - at`, the text
 * did not fit, and the bytes from `at` on mean nothing.
 */
export function writeUtf8(text: string, bytes: Buffer, at: number, end: number): number {
  const length = text.length
  const room = end - at
  if (length <= LOOP_CHARS && length <= room) {
    let i = 0
    for (; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f) break
      bytes[at + i] = unit
    }
    if (i === length) return length
  }
  // A UTF-16 unit takes at most three bytes of UTF-8. With that much room, no bytes need be counted first.
  if (length * 3 > room) {
    const needed = Buffer.byteLength(text, 'utf8')
    if (needed > room) return needed
  }
  return native(bytes).utf8Write(text, at, room)
}

/** False if `text` has a surrogate without its other half, which UTF-8 cannot express. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
