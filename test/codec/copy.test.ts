import { describe, expect, it } from 'vitest'
import { copyBytes, copyOut } from '../../src/codec/copy.ts'
import { Random } from '../support/random.mjs'

const GUARD = 0xa5
const LENGTHS = [0, 1, 7, 8, 31, 32, 33, 64, 100, 255, 256, 257, 1000, 4096, 32767, 32768, 65537]
const shared = (bytes: number) => Buffer.from(new SharedArrayBuffer(bytes) as unknown as ArrayBuffer)
const own = (bytes: number) => new Uint8Array(new ArrayBuffer(bytes))

describe.each([
  ['private to shared memory', own, shared],
  ['shared to private memory', shared, own],
  ['private to private memory', own, own],
])('copying from %s', (_, from, to) => {
  const random = new Random(77)

  it.each(LENGTHS)('moves %i bytes at every alignment of both ends, and no other', (length) => {
    const source = from(length + 16)
    for (let i = 0; i < source.length; i++) source[i] = random.below(256)
    const target = to(length + 32)
    for (let start = 0; start < 8; start++) {
      for (let at = 8; at < 16; at++) {
        target.fill(GUARD)
        copyBytes(target, at, source, start, length)
        const expected = Buffer.alloc(length + 32, GUARD)
        for (let i = 0; i < length; i++) expected[at + i] = source[start + i]!
        expect(Buffer.compare(target, expected)).toBe(0)
      }
      const copy = copyOut(source, start, length)
      expect(copy.constructor).toBe(Uint8Array)
      expect([copy.byteOffset, copy.buffer.byteLength]).toEqual([0, length])
      expect(Buffer.compare(copy, source.subarray(start, start + length))).toBe(0)
    }
  })
})
