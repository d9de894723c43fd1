import { types } from 'node:util'
import { array, type FieldType, optional, type RecordSchema } from '../../../src/codec/index.ts'
import type { Random } from '../../support/random.mjs'
import { randomBytes, randomNumber, randomString } from '../random-items.ts'

const NAMES = ['id', 'type', 'odd name', 'é', '日', 'constructor', 'toString', '7', '', 'FLAG', "'", '\u2028']
const WORDS = ['string', 'int32', 'uint32', 'float64', 'boolean', 'bytes']

/** A random schema of `record`. */
export function randomSchema(random: Random, depth = 3): RecordSchema {
  const schema: Record<string, FieldType> = {}
  const count = random.chance(0.05) ? 20 : 1 + random.below(5)
  for (let i = 0; i < count; i++) {
    const name = random.chance(0.7) ? random.pick(NAMES) : `field${random.below(40)}`
    schema[name] = randomField(random, depth)
  }
  return schema
}

function randomField(random: Random, depth: number): FieldType {
  if (random.chance(0.5)) return (random.pick(WORDS) + random.pick(['', '', '?', '[]', '[]?'])) as FieldType
  const type = randomType(random, depth)
  return random.chance(0.3) ? optional(type as 'string') : type
}

function randomType(random: Random, depth: number): FieldType {
  if (depth === 0 || random.chance(0.3)) return random.pick(WORDS) as FieldType
  switch (random.below(3)) {
    case 0: {
      const count = random.pick([1, 3, 8, 9, 256, 300])
      return Array.from({ length: count }, (_, i) => `word ${i}`) as unknown as FieldType
    }
    case 1:
      return array(randomType(random, depth - 1) as 'string')
    default:
      return randomSchema(random, depth - 1)
  }
}

/** A random item that fits the schema. Some optional fields are undefined, and some absent. */
export function randomRecord(random: Random, schema: RecordSchema): Record<string, unknown> {
  const item: Record<string, unknown> = random.chance(0.1) ? Object.create(null) : {}
  for (const [name, type] of Object.entries(schema)) {
    const inner = innerOf(type)
    if (inner.optional && random.chance(0.4)) {
      if (random.chance(0.5)) item[name] = undefined
    } else {
      item[name] = randomValue(random, inner.type)
    }
  }
  // Not sent.
  if (random.chance(0.1)) item.beside = 1
  return item
}

/** `type` without what makes it optional. */
function innerOf(type: FieldType): { type: FieldType; optional: boolean } {
  if (typeof type === 'string' && type.endsWith('?')) {
    return { type: type.slice(0, -1) as FieldType, optional: true }
  }
  const [mark] = typeof type === 'object' ? Object.getOwnPropertySymbols(type) : []
  return mark?.description === 'millrace.record.optional'
    ? { type: (type as never)[mark], optional: true }
    : { type, optional: false }
}

function randomValue(random: Random, type: FieldType): unknown {
  if (typeof type === 'string') return randomNamed(random, type)
  if (Array.isArray(type)) return random.pick(type)
  const [mark] = Object.getOwnPropertySymbols(type)
  if (mark === undefined) return randomRecord(random, type as RecordSchema)
  return randomList(random, (type as never)[mark])
}

function randomList(random: Random, element: FieldType): unknown[] {
  const length = random.chance(0.95) ? random.below(5) : random.below(40)
  return Array.from({ length }, () => randomValue(random, element))
}

function randomNamed(random: Random, name: string): unknown {
  if (name.endsWith('[]')) return randomList(random, name.slice(0, -2) as FieldType)
  switch (name) {
    case 'string':
      return random.chance(0.03) ? randomString(random, 40).repeat(60) : randomString(random)
    case 'int32':
      return random.pick([0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), (random.next() * 2 ** 32) | 0])
    case 'uint32':
      return random.pick([0, 1, 2 ** 31, 2 ** 32 - 1, (random.next() * 2 ** 32) >>> 0])
    case 'float64':
      return randomNumber(random)
    case 'boolean':
      return random.chance(0.5)
    default:
      return randomBytes(random)
  }
}

/** The item as it arrives: without fields that the schema lacks, and without undefined ones. */
export function arrivedRecord(item: Record<string, unknown>, schema: RecordSchema): unknown {
  const arrived: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(schema)) {
    const value = Object.hasOwn(item, name) ? item[name] : undefined
    if (value !== undefined) arrived[name] = arrivedValue(value, innerOf(type).type)
  }
  return arrived
}

function arrivedValue(value: unknown, type: FieldType): unknown {
  if (types.isUint8Array(value)) return new Uint8Array(value)
  if (typeof type === 'string' && type.endsWith('[]')) {
    return (value as unknown[]).map((each) => arrivedValue(each, type.slice(0, -2) as FieldType))
  }
  if (type === 'int32') return (value as number) | 0
  if (typeof type === 'string' || Array.isArray(type)) return value
  const [mark] = Object.getOwnPropertySymbols(type)
  if (mark === undefined) return arrivedRecord(value as Record<string, unknown>, type as RecordSchema)
  return (value as unknown[]).map((each) => arrivedValue(each, (type as never)[mark]))
}

const WRONG = [undefined, null, 1.5, 2 ** 40, -1, 'word', 7n, Symbol('s'), {}, [], [undefined], new Date(0)]

/** Puts a wrong value somewhere into `item`, or leaves something out. */
export function spoilRecord(random: Random, item: Record<string, unknown> | unknown[]): void {
  const key = random.pick(Object.keys(item))
  if (key === undefined) return
  const value: unknown = item[key as never]
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && random.chance(0.7)) {
    spoilRecord(random, value as unknown[])
  } else if (random.chance(0.2)) {
    delete item[key as never]
  } else {
    item[key as never] = random.pick(WRONG) as never
  }
}
