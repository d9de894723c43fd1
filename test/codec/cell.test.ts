import { describe, expect, it } from 'vitest'
import { type Codec, cellCodec } from '../../src/codec/index.ts'
import { canarySpan, throughCell } from './in-cell.ts'

/** A user's codec that writes `length` bytes of 7 and records the arrays that it was given. */
function filling(given: number[] = [], decoded: Uint8Array[] = []): Codec<number> {
  return {
    name: 'filling',
    encode(length, into) {
      given.push(into.length)
      into.fill(7, 0, length)
      return length
    },
    decode(bytes) {
      decoded.push(bytes)
      return bytes.length
    },
  }
}

describe('cellCodec', () => {
  it("gives a user's encode private memory, with the room that it asked for", () => {
    const given: number[] = []
    const span = canarySpan()
    const cell = cellCodec(filling(given))
    expect(throughCell(cell, 5000, span, 64, 64 + 8192)).toBe(5000)
    expect(given.at(-1)).toBeGreaterThanOrEqual(5000)
    expect(given.length).toBe(2)
  })

  it('does not repeat encode if the length cannot fit', () => {
    const given: number[] = []
    expect(cellCodec(filling(given)).write(2 ** 40, canarySpan(1024), 8, 72)).toBe(2 ** 40)
    expect(given.length).toBe(1)
  })

  it('gives decode a new array of exactly the bytes', () => {
    const decoded: Uint8Array[] = []
    const span = canarySpan()
    const cell = cellCodec(filling([], decoded))
    cell.read(span, 8, cell.write(100, span, 8, 1024))
    span.bytes.fill(0)
    expect(decoded[0]?.buffer).toBeInstanceOf(ArrayBuffer)
    expect(decoded[0]?.buffer.byteLength).toBe(100)
    expect(decoded[0]?.every((byte) => byte === 7)).toBe(true)
  })

  it.each([undefined, null, '4', 1.5, -1, NaN, Infinity, Promise.resolve(4)])(
    'throws when encode returns %s',
    (returned) => {
      const codec = { ...filling(), encode: () => returned as number }
      expect(() => cellCodec(codec).write(1, canarySpan(1024), 0, 64)).toThrow(/encode of codec filling/)
    },
  )

  it('throws when encode returns another length than its byteLength', () => {
    const cell = cellCodec({ ...filling(), byteLength: 8 })
    expect(cell.byteLength).toBe(8)
    expect(cell.write(8, canarySpan(1024), 0, 64)).toBe(8)
    expect(() => cell.write(7, canarySpan(1024), 0, 64)).toThrow(RangeError)
  })

  it('lets encode put another item of the same codec', () => {
    const span = canarySpan()
    const codec: Codec<number> = {
      ...filling(),
      encode(item, into) {
        into.fill(item, 0, 4)
        if (item > 0) cellCodec(codec).write(item - 1, span, 8 * item, 8 * item + 8)
        return 4
      },
      decode: (bytes) => bytes[0]!,
    }
    const cell = cellCodec(codec)
    cell.write(3, span, 512, 520)
    expect(cell.read(span, 512, 4)).toBe(3)
    expect(cell.read(span, 24, 4)).toBe(2)
  })

  it('wraps a codec once', () => {
    const codec = filling()
    expect(cellCodec(codec)).toBe(cellCodec(codec))
  })

  it.each([undefined, null, 5, {}, { encode: () => 0 }])('refuses %s', (codec) => {
    // @ts-expect-error: it is no codec on purpose
    expect(() => cellCodec(codec)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})
