/**
 * UTF-8 in and out of a span. A string that is no well-formed UTF-16 has no UTF-8 form; callers that must
 * keep it test for that themselves.
 */

/**
 * Node's own writers and readers, which Buffer carries beside its documented methods and which cost half of
 * `write` and `toString` (measured). Offsets are not checked on all versions: the callers here stay in
 * bounds.
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

/**
 * Up to this length, storing char by char beats the call into C++ (measured: 2 ns a char against 60 to 90).
 */
export const LOOP_CHARS = 24

/**
 * Writes `text` as UTF-8 at `at`. Returns its length in bytes; if that is more than `end - at`, nothing
 * counts.
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
  // A UTF-16 unit takes at most three bytes of UTF-8, so with that much room nothing need be counted first.
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
