import { describe, expect, it } from 'vitest'
import { type Codec, cellCodec, codecs } from '../../src/codec/index.ts'
import { Random } from '../support/random.mjs'
import { canarySpan, expectCanaries, throughCell } from './in-cell.ts'
import { randomBytes, randomItem, randomNumber, randomString } from './random-items.ts'

// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
const all = Object.entries(codecs) as [string, Codec<any>][]

const random = new Random(4242)
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

/** Items that arrive unchanged, by codec. */
const items: Record<string, unknown[]> = {
  int32: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), ...times(200, () => (random.next() * 2 ** 32) | 0)],
  float64: [0, -0, NaN, Infinity, -Infinity, 5e-324, ...times(200, () => randomNumber(random))],
  string: ['', '\0', 'é', '\ud800', '\udc00\ud800', '\u{1f600}', ...times(600, () => randomString(random))],
  bytes: [new Uint8Array(), ...times(300, () => new Uint8Array(randomBytes(random)))],
  json: [null, true, '', 'a\ud800b', 1.5, [], {}, [{ a: [null, 'é'] }], JSON.parse('{"__proto__":{"a":1}}')],
  msgpack: [
    ...[undefined, null, true, '', 'é日', 'x'.repeat(300), 1.5, NaN, 2 ** 53 - 1, -(2 ** 40), 300, -300],
    ...[0n, -1n, 2n ** 64n, -(2n ** 100n), new Date(1_700_000_000_123), new Date(-1), new Date(8.64e15)],
    ...[[], {}, [1, [2]], { a: { b: [1n, new Date(5), new Uint8Array([1, 2])] } }],
    ...[Object.fromEntries(times(40, () => [randomString(random), 1])), times(700, () => 7)],
  ],
  structured: times(200, () => randomItem(random)).map((item) => structuredClone(item)),
}

describe.each(all)('codecs.%s', (name, codec) => {
  const cell = cellCodec(codec)

  it('decodes what it encoded, inside a shared span and as whole arrays, and writes nowhere else', () => {
    const span = canarySpan()
    for (const item of items[name]!) {
      const at = 8 * (1 + random.below(100))
      const length = cell.write(item, span, at, span.bytes.length)
      expect(throughCell(cell, item, span, at, at + length)).toEqual(item)
      const into = new Uint8Array(length + 3)
      expect(codec.encode(item, into)).toBe(length)
      expect(codec.decode(into.subarray(0, length))).toEqual(item)
    }
  })

  it('returns the needed length if the room is too small, and stays inside the room', () => {
    const span = canarySpan()
    for (const item of items[name]!) {
      const at = 8 * random.below(100)
      const length = cell.write(item, span, at, span.bytes.length)
      for (const room of [0, 1, 7, 8, length - 1, random.below(length + 1)]) {
        if (room < 0 || room >= length) continue
        span.bytes.fill(0xa5)
        expect(cell.write(item, span, at, at + room)).toBe(length)
        expectCanaries(span, at, at + room)
        expect(codec.encode(item, new Uint8Array(room))).toBe(length)
      }
    }
  })

  it('decodes items that share no memory with the span', () => {
    const span = canarySpan()
    const bytes = new Uint8Array([1, 2, 3])
    const item = { bytes, structured: bytes, msgpack: { a: [bytes] } }[name] ?? items[name]![1]
    const length = cell.write(item, span, 0, span.bytes.length)
    const read = cell.read(span, 0, length)
    const whole = new Uint8Array(span.bytes.subarray(0, length))
    const decoded = codec.decode(whole)
    span.bytes.fill(0xff)
    whole.fill(0xff)
    expect(read).toEqual(item)
    expect(decoded).toEqual(item)
  })

  it('is frozen, under its own name', () => {
    expect(codec.name).toBe(name)
    expect(Object.isFrozen(codec)).toBe(true)
    expect(cellCodec(codec)).toBe(codec)
  })
})

describe('codecs', () => {
  it.each<[keyof typeof codecs, unknown, string]>([
    ['int32', 1.5, 'ERR_OUT_OF_RANGE'],
    ['int32', 2 ** 31, 'ERR_OUT_OF_RANGE'],
    ['int32', NaN, 'ERR_OUT_OF_RANGE'],
    ['int32', '1', 'ERR_INVALID_ARG_TYPE'],
    ['int32', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['int32', 1n, 'ERR_INVALID_ARG_TYPE'],
    ['int32', Symbol('s'), 'ERR_INVALID_ARG_TYPE'],
    ['float64', '1', 'ERR_INVALID_ARG_TYPE'],
    ['float64', null, 'ERR_INVALID_ARG_TYPE'],
    ['float64', 1n, 'ERR_INVALID_ARG_TYPE'],
    ['string', 1, 'ERR_INVALID_ARG_TYPE'],
    ['string', Object('s'), 'ERR_INVALID_ARG_TYPE'],
    ['bytes', 'text', 'ERR_INVALID_ARG_TYPE'],
    ['bytes', new Uint16Array(2), 'ERR_INVALID_ARG_TYPE'],
    ['bytes', new DataView(new ArrayBuffer(2)), 'ERR_INVALID_ARG_TYPE'],
    ['bytes', new ArrayBuffer(2), 'ERR_INVALID_ARG_TYPE'],
    ['bytes', [1, 2], 'ERR_INVALID_ARG_TYPE'],
  ])('refuse for %s what it does not hold: %s', (name, item, code) => {
    const span = canarySpan(1024)
    // biome-ignore lint/suspicious/noExplicitAny: a wrong type on purpose
    expect(() => cellCodec<any>(codecs[name]).write(item, span, 8, 64)).toThrow(
      expect.objectContaining({ code }),
    )
    expectCanaries(span, 0, 0)
  })

  it.each([undefined, () => 1, Symbol('s'), 1n, { toJSON: () => undefined }])(
    'refuse an item for json if JSON has no text for it: %s',
    (item) => {
      expect(() => codecs.json.encode(item, new Uint8Array(64))).toThrow(TypeError)
    },
  )

  it.each([
    new Map(),
    new Set(),
    /a/,
    new Error('e'),
    new Date(NaN),
    new Float64Array(1),
    new ArrayBuffer(1),
    Symbol('s'),
    () => 1,
    Promise.resolve(),
    JSON.parse('{"__proto__":1}'),
  ])('refuse for msgpack what would come back as something else: %s', (item) => {
    expect(() => codecs.msgpack.encode(item, new Uint8Array(64))).toThrow(TypeError)
    expect(() => codecs.msgpack.encode([{ item }], new Uint8Array(64))).toThrow(TypeError)
  })

  it('leave undefined properties out of msgpack, and refuse cycles', () => {
    const into = new Uint8Array(64)
    const length = codecs.msgpack.encode({ a: undefined, b: [undefined] }, into)
    expect(codecs.msgpack.decode(into.subarray(0, length))).toStrictEqual({ b: [null] })
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(() => codecs.msgpack.encode(cycle, into)).toThrow(Error)
  })

  it('encode a Buffer as bytes, and decode a plain Uint8Array with its own memory', () => {
    const into = new Uint8Array(8)
    const read = codecs.bytes.decode(into.subarray(0, codecs.bytes.encode(Buffer.from('abc'), into)))
    expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype)
    expect(read.buffer.byteLength).toBe(3)
  })

  it('refuse int32 and float64 of a wrong length', () => {
    expect(() => codecs.int32.decode(new Uint8Array(5))).toThrow(RangeError)
    expect(() => codecs.float64.decode(new Uint8Array(7))).toThrow(RangeError)
  })
})
