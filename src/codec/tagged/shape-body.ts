import { readLatin1 } from '../short-strings.ts'
import { isLatin1, putLatin1, putUtf16, sliceUtf8, sliceUtf16 } from '../text.ts'
import { LATIN1, OBJECT, SHAPE_HEAD, SHORT_MAX, STRING, UTF8, UTF16 } from './tags.ts'

/** The tag OBJECT, and a shape of `keys`. Each key is short enough for a shape. */
export function encodeShape(keys: readonly string[]): Uint8Array {
  let size = 1
  for (const key of keys) size += isLatin1(key) ? 1 + key.length : 5 + 2 * key.length
  const encoded = new Uint8Array(1 + SHAPE_HEAD + size)
  encoded[0] = OBJECT
  encoded[1] = size
  encoded[2] = size >>> 8
  let at = 1 + SHAPE_HEAD
  encoded[at++] = keys.length
  for (const key of keys) at = encodeKey(encoded, key, at)
  const hash = hashOf(bodyOf(encoded))
  encoded[3] = hash
  encoded[4] = hash >>> 8
  return encoded
}

/** The count and the keys of a shape that `encodeShape` returned. */
export function bodyOf(encoded: Uint8Array): Uint8Array {
  return encoded.subarray(1 + SHAPE_HEAD)
}

function encodeKey(encoded: Uint8Array, key: string, at: number): number {
  if (isLatin1(key)) {
    encoded[at] = STRING | key.length
    putLatin1(encoded, key, at + 1)
    return at + 1 + key.length
  }
  const length = 2 * key.length
  encoded[at] = UTF16
  encoded[at + 1] = length
  putUtf16(encoded, key, at + 5)
  return at + 5 + length
}

/** A hash that spreads shapes over caches. A clash only costs time. */
export function hashOf(body: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash ^ (hash >>> 16)) & 0xffff
}

/**
 * The keys in `body`, which may be forged, but must be private memory.
 * @throws RangeError if the keys do not fill it
 */
export function parseKeys(body: Uint8Array): string[] {
  const keys: string[] = []
  let at = 0
  const take = (count: number) => {
    const from = at
    if (count > body.length - from) throw new RangeError('a shape is shorter than its keys')
    at += count
    return from
  }
  const u32 = () => {
    const from = take(4)
    return (body[from]! | (body[from + 1]! << 8) | (body[from + 2]! << 16) | (body[from + 3]! << 24)) >>> 0
  }
  const key = () => {
    const first = body[take(1)]!
    if (first >= STRING && first <= STRING + SHORT_MAX) {
      return readLatin1(body, take(first - STRING), first - STRING)
    }
    if (first !== LATIN1 && first !== UTF8 && first !== UTF16) throw new RangeError('a key must be a string')
    const length = u32()
    const from = take(length)
    if (first === LATIN1) return readLatin1(body, from, length)
    return first === UTF8 ? sliceUtf8(body, from, from + length) : sliceUtf16(body, from, from + length)
  }
  for (let left = body[take(1)]!; left > 0; left--) keys.push(key())
  if (at !== body.length) throw new RangeError('a shape is longer than its keys')
  return keys
}
