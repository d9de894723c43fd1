/**
 * Text in the bytes of a span. A string that is not well-formed UTF-16 has no UTF-8 form. A caller that must
 * keep such a string tests for it.
 */

interface NativeText {
  latin1Slice(this: Uint8Array, start: number, end: number): string
  utf8Slice(this: Uint8Array, start: number, end: number): string
  ucs2Slice(this: Uint8Array, start: number, end: number): string
  utf8Write(this: Uint8Array, text: string, at: number, length: number): number
  ucs2Write(this: Uint8Array, text: string, at: number, length: number): number
}

/**
 * Undocumented methods of Buffer, which cost half as much as `write` and `toString` (measured). `this` may be
 * any Uint8Array. Some versions of Node do not check the offsets. The callers of those that read stay in
 * bounds: no code of the user's runs between their check and the call.
 */
const native = Buffer.prototype as unknown as NativeText
export const { latin1Slice, utf8Slice, ucs2Slice } = native
const nativeUtf8Write = native.utf8Write
const nativeUcs2Write = native.ucs2Write

/** Writes at most `length` bytes of UTF-8 at `at`. Returns how many. */
export function utf8Write(this: Uint8Array, text: string, at: number, length: number): number {
  if (at + length > this.length) throw shrunk()
  return nativeUtf8Write.call(this, text, at, length)
}

/** Writes at most `length` bytes of UTF-16, little endian, at `at`. Returns how many. */
export function ucs2Write(this: Uint8Array, text: string, at: number, length: number): number {
  if (at + length > this.length) throw shrunk()
  return nativeUcs2Write.call(this, text, at, length)
}

/** A getter of the item has detached or resized the array since its length was taken. */
function shrunk(): TypeError {
  return new TypeError('the array to encode into was detached or shrunk while the item was encoded')
}

/** Up to this length a loop over the characters, 2 ns each, is faster than a call into C++, 60 to 90 ns. */
export const LOOP_CHARS = 24

/**
 * Writes `text` as UTF-8 at `at` and returns its length in bytes. If that is more than `end - at`, the text
 * did not fit, and the bytes from `at` on mean nothing.
 */
export function writeUtf8(text: string, bytes: Uint8Array, at: number, end: number): number {
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
  return utf8Write.call(bytes, text, at, room)
}

/** False if `text` has a surrogate without its other half, which UTF-8 cannot express. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
