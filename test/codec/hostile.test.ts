import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { type Codec, cellCodec, codecs, spanOf } from '../../src/codec/index.ts'
import { Random } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'
import { bytesOf } from './in-cell.ts'
import { randomBytes, randomItem, randomNumber, randomString } from './random-items.ts'

const ROUNDS = 20_000
/** Bytes that claim too much took half a minute to read before they were refused. */
const LONGEST_MS = 15_000
const SEED = seedOfRun(99)

const makers: Record<keyof typeof codecs, (random: Random) => unknown> = {
  structured: (random) => randomItem(random),
  json: (random) => [randomString(random), randomNumber(random), { a: { b: randomString(random) } }],
  msgpack: (random) => [
    randomString(random),
    { n: randomNumber(random), d: new Date(1), b: randomBytes(random) },
    7n,
  ],
  string: (random) => randomString(random),
  bytes: (random) => randomBytes(random),
  int32: (random) => random.below(1000),
  float64: (random) => randomNumber(random),
}

/** Cuts, flips, repeats or replaces some of the bytes. */
function spoil(random: Random, bytes: Uint8Array): Uint8Array {
  const spoilt = Uint8Array.from(bytes)
  switch (random.below(5)) {
    case 0:
      return spoilt.slice(0, random.below(spoilt.length + 1))
    case 1:
      return Uint8Array.from({ length: random.below(60) }, () => random.below(256))
    case 2: {
      const extended = new Uint8Array(spoilt.length + 1 + random.below(8))
      extended.set(spoilt)
      return extended
    }
    default:
      for (let i = random.below(4); i >= 0 && spoilt.length > 0; i--) {
        spoilt[random.below(spoilt.length)] = random.chance(0.3) ? 0xff : random.below(256)
      }
      return spoilt
  }
}

/** The properties that plain objects inherit. An attacker would try to add some. */
function expectNoPollution(before: readonly (string | symbol)[], label: string): void {
  const now = Reflect.ownKeys(Object.prototype).concat(Reflect.ownKeys(Array.prototype))
  expect(now, label).toEqual(before)
}

describe.each(Object.keys(makers) as (keyof typeof codecs)[])('codecs.%s on hostile bytes', (name) => {
  // biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
  const cell = cellCodec(codecs[name] as Codec<any>)

  it('returns a value or throws an Error', () => {
    const random = new Random(SEED)
    const before = Reflect.ownKeys(Object.prototype).concat(Reflect.ownKeys(Array.prototype))
    const span = spanOf(new SharedArrayBuffer(1 << 16))
    for (let i = 0; i < ROUNDS; i++) {
      const label = `MILLRACE_SEED=${SEED}, ${name}, round ${i}`
      const bytes = spoil(random, bytesOf(cell, makers[name](random)))
      span.bytes.set(bytes, 64)
      const started = performance.now()
      try {
        cell.read(span, 64, bytes.length)
      } catch (error) {
        if (!(error instanceof Error)) expect.fail(`${label} threw ${String(error)}`)
      }
      if (performance.now() - started > LONGEST_MS) expect.fail(`${label} took too long`)
      if (i % 1000 === 0) expectNoPollution(before, label)
    }
    expectNoPollution(before, name)
  })

  it('reads nothing beyond its bytes', () => {
    const random = new Random(SEED)
    const span = spanOf(new SharedArrayBuffer(1 << 16))
    const outcome = (bytes: Uint8Array, around: number): string => {
      span.bytes.fill(around)
      span.bytes.set(bytes, 64)
      try {
        return JSON.stringify(bytesOf(cellCodec(codecs.structured), cell.read(span, 64, bytes.length)))
      } catch (error) {
        return (error as Error).message
      }
    }
    for (let i = 0; i < 1000; i++) {
      const bytes = spoil(random, bytesOf(cell, makers[name](random)))
      expect(outcome(bytes, 0x41), `round ${i}`).toBe(outcome(bytes, 0))
    }
  })
})

/** Data of V8's serializer: its mark, the version of its format, then `bytes`. */
const v8Data = (...bytes: number[]): Uint8Array => Uint8Array.of(...serialize(0).subarray(0, 2), ...bytes)

describe('reading', () => {
  const repeat = (length: number, ...unit: number[]): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => unit[i % unit.length]!)
  const times = (count: number, ...unit: number[]): number[] =>
    Array.from({ length: count }, () => unit).flat()

  it.each<[keyof typeof codecs, string, Uint8Array]>([
    ['structured', 'nothing', Uint8Array.of()],
    ['structured', 'an array that claims 2^32 - 1 values', Uint8Array.of(0x8e, 255, 255, 255, 255, 1)],
    ['structured', 'bytes that claim 2^31', Uint8Array.of(0x94, 0, 0, 0, 128, 1)],
    ['structured', 'a string that claims 2^32 - 1 bytes', Uint8Array.of(0x8a, 255, 255, 255, 255, 1)],
    ['structured', 'a million arrays inside each other', repeat(1 << 20, 0x8d, 1)],
    ['structured', 'arrays that each claim all that follows', repeat(1 << 16, 0x8e, 0, 1, 0, 0)],
    ['structured', 'V8 data of another version', Uint8Array.of(0xff, 9, 0x5f)],
    ['structured', 'a reference to a shape that is not there', Uint8Array.of(0x92, 0)],
    ['structured', 'a shape whose key is no string', Uint8Array.of(0x91, 2, 0, 0, 0, 1, 5, 5)],
    ['structured', 'hexadecimal digits that are none', Uint8Array.of(0x89, 0, 1, 0, 0, 0, 0x7a)],
    [
      'structured',
      'a sparse array of V8 that claims 2^25 positions',
      v8Data(0x61, 0x80, 0x80, 0x80, 0x10, 0x40, 0, 0x80, 0x80, 0x80, 0x10),
    ],
    [
      'structured',
      'a sparse array of V8 that claims 2^32 - 1 positions',
      v8Data(0x61, 255, 255, 255, 255, 15, 0x40, 0, 255, 255, 255, 255, 15),
    ],
    [
      'structured',
      'arrays of V8 that each claim 8192 of the same bytes',
      v8Data(...times(1000, 0x41, 0x80, 0x40), ...times(10_000, 0x30)),
    ],
    [
      'structured',
      'two buffers that may grow to 4 GiB each',
      v8Data(0x41, 2, ...times(2, 0x7e, 0, 255, 255, 255, 255, 15), 0x24, 0, 2),
    ],
    ['msgpack', 'nothing', Uint8Array.of()],
    ['msgpack', 'an array that claims 2^32 - 1 values', Uint8Array.of(0xdd, 255, 255, 255, 255, 1)],
    ['msgpack', 'a map that claims 2^32 - 1 pairs', Uint8Array.of(0xdf, 255, 255, 255, 255, 1)],
    ['msgpack', 'bytes that claim 2^32 - 1', Uint8Array.of(0xc6, 255, 255, 255, 255, 1)],
    ['msgpack', 'a million arrays inside each other', repeat(1 << 20, 0x91)],
    ['msgpack', 'arrays that each claim all that follows', repeat(1 << 16, 0xdd, 0, 0, 0x80, 0)],
    ['msgpack', 'the key __proto__', Uint8Array.of(0x81, 0xa9, ...Buffer.from('__proto__'), 0x80)],
    ['json', 'a million arrays inside each other', repeat(1 << 20, 0x5b)],
    ['string', 'half a UTF-16 unit', Uint8Array.of(0xff, 1)],
  ])('refuses for %s: %s', (name, _, bytes) => {
    const started = performance.now()
    expect(() => (codecs[name] as Codec<unknown>).decode(bytes)).toThrow(Error)
    expect(performance.now() - started).toBeLessThan(LONGEST_MS)
  })
})
