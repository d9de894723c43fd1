import { compiledDecoder, compiledEncoder } from '../../../src/codec/record/compiled/index.ts'
import { type Decoder, type Encoder, layoutOf } from '../../../src/codec/record/format/index.ts'
import { parseSchema } from '../../../src/codec/record/schema/index.ts'
import { walkingDecoder, walkingEncoder } from '../../../src/codec/record/walking/index.ts'
import { Random } from '../../support/random.mjs'
import { snapshot } from '../snapshot.ts'
import { arrivedRecord, randomRecord, randomSchema, spoilRecord } from './random-records.ts'

const ROOM = 1 << 18
const CANARY = 0xa5
const ITEMS_OF_A_SCHEMA = 50

interface Pair<T> {
  readonly compiled: T
  readonly walking: T
}

/** The value that `call` returns, or its error, as text. */
function outcome(call: () => unknown): string {
  try {
    return snapshot(call())
  } catch (error) {
    return `${(error as Error).name} ${(error as { code?: string }).code}: ${(error as Error).message}`
  }
}

/**
 * Runs schema `number` of `seed`: generated code and the walk must write the same bytes, read the same items,
 * refuse the same ones with the same errors, and touch nothing outside. Returns the number of items; throws
 * at a difference.
 */
export function runSchema(seed: number, number: number): number {
  const random = new Random(seed ^ Math.imul(number + 1, 0x9e3779b1))
  const schema = randomSchema(random)
  const layout = layoutOf(parseSchema(schema))
  const encoders = { compiled: compiledEncoder(layout)!, walking: walkingEncoder(layout) }
  const decoders = { compiled: compiledDecoder(layout)!, walking: walkingDecoder(layout) }
  for (let i = 0; i < ITEMS_OF_A_SCHEMA; i++) {
    const item = randomRecord(random, schema)
    const bytes = encodedAlike(encoders, item, random)
    const expected = snapshot(arrivedRecord(item, schema))
    if (layout.byteLength !== undefined) mustBe(bytes.length, layout.byteLength, 'the length')
    mustBe(decodedAlike(decoders, bytes), expected, 'the item')
    decodedAlike(decoders, spoilt(random, bytes))
    spoilRecord(random, item)
    mustBe(
      outcome(() => encoders.compiled(item, arena, 8, ROOM)),
      outcome(() => encoders.walking(item, arena, 8, ROOM)),
      'the outcome of a spoilt item',
    )
  }
  return ITEMS_OF_A_SCHEMA
}

const arena = new Uint8Array(ROOM)
const other = new Uint8Array(ROOM)

function encodedAlike({ compiled, walking }: Pair<Encoder>, item: unknown, random: Random): Uint8Array {
  const at = 1 + random.below(20)
  const length = compiled(item, arena, at, ROOM)
  mustBe(walking(item, other, at, ROOM), length, 'the length')
  const bytes = arena.slice(at, at + length)
  mustBe(hex(other.subarray(at, at + length)), hex(bytes), 'the bytes')
  for (const room of [0, length - 1, length, random.below(length + 20)]) {
    for (const encode of [compiled, walking]) {
      const memory = arena.subarray(0, at + room + 64).fill(CANARY)
      mustBe(encode(item, memory, at, at + room), length, `the length in a room of ${room}`)
      mustBe(intact(memory, at, at + room), true, `what is around a room of ${room}`)
      if (room >= length) mustBe(hex(memory.subarray(at, at + length)), hex(bytes), 'the bytes')
    }
  }
  return bytes
}

/** The canaries before `from` and from `to` on are as they were. */
function intact(memory: Uint8Array, from: number, to: number): boolean {
  const isCanary = (bytes: Uint8Array) => Buffer.compare(bytes, canaries.subarray(0, bytes.length)) === 0
  return isCanary(memory.subarray(0, from)) && isCanary(memory.subarray(to))
}
const canaries = new Uint8Array(1 << 10).fill(CANARY)

/** Reads the bytes amid others, of two kinds, to see that these do not matter. */
function decodedAlike({ compiled, walking }: Pair<Decoder>, bytes: Uint8Array): string {
  const outcomes = [compiled, walking, compiled].map((decode, i) => {
    const memory = other.subarray(0, bytes.length + 64).fill(i === 2 ? 0 : 0x41)
    memory.set(bytes, 13)
    return outcome(() => decode(memory, 13, bytes.length))
  })
  mustBe(outcomes[1], outcomes[0], 'the outcome of the walk')
  mustBe(outcomes[2], outcomes[0], 'the outcome amid other bytes')
  return outcomes[0]!
}

function spoilt(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.2)) return bytes.slice(0, random.below(bytes.length + 1))
  if (random.chance(0.2)) return Uint8Array.from({ length: random.below(60) }, () => random.below(256))
  const copy = new Uint8Array(bytes.length + (random.chance(0.1) ? 1 : 0))
  copy.set(bytes)
  for (let i = random.below(3); i >= 0 && copy.length > 0; i--) {
    copy[random.below(Math.min(copy.length, 40))] = random.chance(0.3) ? 0xff : random.below(256)
  }
  return copy
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

function mustBe(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what} is ${found}, not ${expected}`)
}
