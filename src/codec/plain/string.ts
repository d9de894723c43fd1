import { invalidType } from '../../check.ts'
import { makeBuiltin } from '../make-builtin.ts'
import { isWellFormed, ucs2Slice, ucs2Write, utf8Slice, writeUtf8 } from '../text.ts'

/** No UTF-8 contains this byte. As the first byte it says that UTF-16, little endian, follows. */
const UTF16_MARK = 0xff

/**
 * Strings, as UTF-8. Every string arrives unchanged: one with lone surrogates, which UTF-8 cannot express, is
 * stored as the byte 0xff and UTF-16.
 */
export const string = makeBuiltin<string>({
  name: 'string',
  write(item, span, at, end) {
    if (typeof item !== 'string') throw invalidType('item', 'a string', item)
    const length = writeUtf8(item, span.bytes, at, end)
    return length === item.length || isWellFormed(item) ? length : writeUtf16(item, span.bytes, at, end)
  },
  read(span, at, length) {
    if (length > 0 && span.bytes[at] === UTF16_MARK) return readUtf16(span.bytes, at, length)
    return utf8Slice.call(span.bytes, at, at + length)
  },
})

function writeUtf16(text: string, into: Uint8Array, at: number, end: number): number {
  const length = 1 + text.length * 2
  if (length > end - at) return length
  into[at] = UTF16_MARK
  ucs2Write.call(into, text, at + 1, length - 1)
  return length
}

function readUtf16(from: Uint8Array, at: number, length: number): string {
  if (length % 2 !== 1) throw new RangeError(`UTF-16 takes an even number of bytes; there are ${length - 1}`)
  return ucs2Slice.call(from, at + 1, at + length)
}
