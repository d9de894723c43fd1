/**
 * Text in the bytes of a span. A string that is not well-formed UTF-16 has no UTF-8 form. A caller that must
 * keep such a string tests for it.
 */

import { lengthOf, unbound } from './views.ts'

interface NativeText {
  latin1Write(this: Uint8Array, text: string, at: number, length: number): number
  latin1Slice(this: Uint8Array, start: number, end: number): string
  utf8Slice(this: Uint8Array, start: number, end: number): string
  ucs2Slice(this: Uint8Array, start: number, end: number): string
  utf8Write(this: Uint8Array, text: string, at: number, length: number): number
  ucs2Write(this: Uint8Array, text: string, at: number, length: number): number
}

/**
 * Undocumented methods of Buffer, which cost half as much as `write` and `toString` (measured). `this` may be
 * any Uint8Array. Some versions of Node do not check the offsets, so the functions here do: a getter of the
 * item may have detached or resized the array since its length was taken.
 */
const native = Buffer.prototype as unknown as NativeText
const latin1SliceOf = unbound(native.latin1Slice)
const utf8SliceOf = unbound(native.utf8Slice)
const ucs2SliceOf = unbound(native.ucs2Slice)
const latin1WriteTo = unbound(native.latin1Write)
const utf8WriteTo = unbound(native.utf8Write)
const ucs2WriteTo = unbound(native.ucs2Write)

function checkBounds(bytes: Uint8Array, from: number, to: number): void {
  if (to > lengthOf(bytes) || from > to)
    throw new RangeError(`${from}..${to} is not inside ${lengthOf(bytes)} bytes`)
}

/** The bytes from `from` up to `to`, as Latin-1. */
export function sliceLatin1(bytes: Uint8Array, from: number, to: number): string {
  checkBounds(bytes, from, to)
  return latin1SliceOf(bytes, from, to)
}

export function sliceUtf8(bytes: Uint8Array, from: number, to: number): string {
  checkBounds(bytes, from, to)
  return utf8SliceOf(bytes, from, to)
}

export function sliceUtf16(bytes: Uint8Array, from: number, to: number): string {
  checkBounds(bytes, from, to)
  return ucs2SliceOf(bytes, from, to)
}

/** Writes `text`, which must be Latin-1, in as many bytes as it has characters. */
export function putLatin1(bytes: Uint8Array, text: string, at: number): void {
  checkBounds(bytes, at, at + text.length)
  latin1WriteTo(bytes, text, at, text.length)
}

/** Writes at most `room` bytes of `text` as UTF-8. Returns how many. */
export function putUtf8(bytes: Uint8Array, text: string, at: number, room: number): number {
  checkBounds(bytes, at, at + room)
  return utf8WriteTo(bytes, text, at, room)
}

/** Writes `text` in twice as many bytes as it has UTF-16 units. */
export function putUtf16(bytes: Uint8Array, text: string, at: number): void {
  checkBounds(bytes, at, at + text.length * 2)
  ucs2WriteTo(bytes, text, at, text.length * 2)
}

const BEYOND_LATIN1 = /[^\0-\xff]/
const search = unbound(RegExp.prototype.exec)

/**
 * Whether every character takes one byte in Latin-1. V8 knows that nothing in a string of one-byte characters
 * can match, so the length of such a string does not matter (15 to 25 ns, measured, Node 20 and 24).
 */
export function isLatin1(text: string): boolean {
  return search(BEYOND_LATIN1, text) === null
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
  return putUtf8(bytes, text, at, room)
}

/** False if `text` has a surrogate without its other half, which UTF-8 cannot express. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
