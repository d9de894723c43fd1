import type { Random } from '../support/random.mjs'

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  63,
  64,
  127,
  128,
  -128,
  -129,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
  2 ** 53 - 1,
  0.1,
]
const SPECIAL_NUMBERS = [NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308]
const BIGINTS = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 200n), 12345678901234567890n]
const KEYS = [
  'id',
  'type',
  'data',
  'createdAt',
  'ä',
  '日本',
  '7',
  '10',
  '3',
  '',
  '__proto__',
  'constructor',
  'toString',
]

/** A random string of ASCII, Latin-1 or other characters, sometimes with a lone surrogate. */
export function randomString(random: Random, longest = 90): string {
  const length = random.chance(0.9) ? random.below(30) : random.below(longest)
  const bound = random.pick([0x80, 0x80, 0x100, 0x3000, 0x10000])
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode(random.below(bound))
  return text
}

export function randomNumber(random: Random): number {
  if (random.chance(0.2)) return random.pick(SPECIAL_NUMBERS)
  if (random.chance(0.4)) return random.pick(NUMBERS)
  return random.chance(0.5) ? random.below(2 ** 32) - 2 ** 31 : random.next() * 10 ** random.below(20)
}

export function randomBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(random.below(random.pick([4, 40, 400])))
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256)
  // The array is not in Node's pool. structuredClone would clone the whole pool.
  return random.chance(0.5) ? bytes : Buffer.from(bytes.buffer)
}

/** A random value that structuredClone can clone. Some objects in `met` are used a second time. */
export function randomItem(random: Random, depth = 4, met: object[] = []): unknown {
  if (depth === 0 || random.chance(0.4)) return randomPrimitive(random)
  if (met.length > 0 && random.chance(0.02)) return random.pick(met)
  const item = randomObject(random, depth - 1, met)
  return item
}

function randomPrimitive(random: Random): unknown {
  switch (random.below(7)) {
    case 0:
      return random.pick([undefined, null, true, false])
    case 1:
      return random.pick(BIGINTS)
    case 2:
    case 3:
      return randomNumber(random)
    default:
      return randomString(random)
  }
}

function randomObject(random: Random, depth: number, met: object[]): object {
  const kind = random.below(20)
  if (kind < 8) return randomRecord(random, depth, met)
  if (kind < 13) return randomArray(random, depth, met)
  if (kind === 13) return new Date(random.pick([NaN, 0, -1, 8.64e15, random.below(2 ** 40)]))
  if (kind === 14) return randomMap(random, depth, met)
  if (kind === 15) return randomSet(random, depth, met)
  if (kind < 18) return randomBytes(random)
  return random.chance(0.3) ? randomOddity(random, depth, met) : randomRecord(random, depth, met)
}

function randomRecord(random: Random, depth: number, met: object[]): object {
  const record: Record<string, unknown> = random.chance(0.1) ? Object.create(null) : {}
  met.push(record)
  const count = random.chance(0.95) ? random.below(6) : random.below(50)
  for (let i = 0; i < count; i++) {
    const key = random.chance(0.8) ? random.pick(KEYS) : randomString(random)
    const value = randomItem(random, depth, met)
    Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true })
  }
  if (random.chance(0.05)) Object.defineProperty(record, 'hidden', { value: 1, enumerable: false })
  return record
}

function randomArray(random: Random, depth: number, met: object[]): unknown[] {
  const array: unknown[] = []
  met.push(array)
  const length = random.chance(0.97) ? random.below(8) : random.below(400)
  for (let i = 0; i < length; i++)
    array[i] = length > 8 ? randomPrimitive(random) : randomItem(random, depth, met)
  if (random.chance(0.03)) array.length += 2
  if (random.chance(0.03)) delete array[0]
  if (random.chance(0.03)) Object.assign(array, { extra: randomItem(random, depth, met) })
  return array
}

function randomMap(random: Random, depth: number, met: object[]): Map<unknown, unknown> {
  const map = new Map()
  met.push(map)
  for (let i = random.below(4); i > 0; i--)
    map.set(randomItem(random, depth, met), randomItem(random, depth, met))
  return map
}

function randomSet(random: Random, depth: number, met: object[]): Set<unknown> {
  const set = new Set()
  met.push(set)
  for (let i = random.below(4); i > 0; i--) set.add(randomItem(random, depth, met))
  return set
}

class Point {
  x: unknown
  constructor(x: unknown) {
    this.x = x
  }
}

function randomOddity(random: Random, depth: number, met: object[]): object {
  switch (random.below(9)) {
    case 0:
      return new TypeError(randomString(random), { cause: randomItem(random, depth, met) })
    case 1:
      return /a(?<name>b)/giu
    case 2:
      return new Float64Array([1, NaN, -0])
    case 3:
      return new Uint8Array(8).buffer
    case 4:
      return Object(random.pick(['text', 5, true, 7n]))
    case 5:
      return new Point(randomItem(random, depth, met))
    case 6:
      return new DataView(new ArrayBuffer(4), 1, 2)
    case 7:
      return randomViews(random)
    default:
      return new Int16Array([1, -2])
  }
}

/** Views on one ArrayBuffer, which is there, too, or not. */
function randomViews(random: Random): object[] {
  const { buffer } = Uint8Array.from({ length: 32 }, () => random.below(256))
  return Array.from({ length: 1 + random.below(4) }, () => {
    switch (random.below(5)) {
      case 0:
        return new Int32Array(buffer, 4 * random.below(4), random.below(4))
      case 1:
        return new BigUint64Array(buffer)
      case 2:
        return new DataView(buffer, random.below(9), random.below(9))
      case 3:
        return new Uint8Array(buffer)
      default:
        return buffer
    }
  })
}
