import {
  array,
  type CellCodec,
  type Codec,
  cellCodec,
  codecs,
  defineCodec,
  optional,
  record,
  spanOf,
} from '../../src/codec/index.ts'
import { randomBytes, randomItem, randomNumber, randomString } from '../codec/random-items.ts'
import { randomRecord } from '../codec/record/random-records.ts'
import type { Random } from '../support/random.mjs'

/** A codec that decodes hostile bytes, and a generator of valid items for it. */
export interface Subject {
  readonly name: string
  readonly cell: CellCodec<unknown>
  /** A decoded item equals itself after it is encoded and decoded again. */
  readonly lossless: boolean
  item(random: Random): unknown
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** A codec as users define theirs. */
const defined = defineCodec<unknown>({
  filename: import.meta.url,
  name: 'defined',
  encode: (item, into) => {
    const text = Buffer.from(JSON.stringify(item))
    if (text.length <= into.length) into.set(text)
    return text.length
  },
  decode: (bytes) => JSON.parse(decoder.decode(bytes)),
})

/** A schema with every type of a field. */
const SCHEMA = {
  id: 'string',
  kind: ['a', 'b', 'c'],
  at: 'float64?',
  count: 'uint32',
  shift: 'int32[]?',
  isNew: 'boolean',
  raw: 'bytes?',
  tags: 'string[]',
  commits: array({ sha: 'string', by: optional({ name: 'string', files: 'bytes[]' }) }),
  places: array(array('float64[]')),
} as const

// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
function subject(codec: Codec<any>, lossless: boolean, item: (random: Random) => unknown): Subject {
  return { name: codec.name, cell: cellCodec(codec), lossless, item }
}

export const SUBJECTS: readonly Subject[] = [
  subject(codecs.structured, true, structuredItem),
  subject(codecs.json, false, textItem),
  subject(codecs.msgpack, false, (random) => [
    textItem(random),
    new Date(random.below(2 ** 40)),
    randomBytes(random),
    random.pick([7n, -(2n ** 70n), 0n]),
    { [randomString(random, 200)]: randomNumber(random) },
  ]),
  subject(codecs.string, true, (random) => randomString(random, 400)),
  subject(codecs.bytes, true, randomBytes),
  subject(codecs.int32, true, (random) => random.below(2 ** 32) | 0),
  subject(codecs.float64, true, randomNumber),
  subject(defined, false, textItem),
  subject(record(SCHEMA), true, (random) => randomRecord(random, SCHEMA)),
]

export function subjectOf(name: string): Subject | undefined {
  return SUBJECTS.find((each) => each.name === name)
}

/** The bytes of `item`, or none if the codec refuses it. */
export function encoded({ cell }: Subject, item: unknown): Uint8Array {
  let room = 1 << 14
  for (;;) {
    const span = spanOf(new ArrayBuffer(room))
    const length = cell.write(item, span, 0, room)
    if (length <= room) return new Uint8Array(span.bytes.subarray(0, length))
    room = (length + 7) & ~7
  }
}

/** Most of the items take the tagged form. A boxed number takes that of V8. */
function structuredItem(random: Random): unknown {
  const item = randomItem(random)
  if (random.chance(0.5)) return item
  const boxed: unknown = random.chance(0.6) ? Object(1) : undefined
  const cycle: { item: unknown; self?: unknown; odd: unknown; boxed: unknown } = {
    item,
    odd: oddity(random),
    boxed,
  }
  cycle.self = cycle
  return cycle
}

function oddity(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return new RangeError(randomString(random), { cause: randomNumber(random) })
    case 1:
      return random.pick([/a(b)+/giu, /^$/, /\p{L}/u])
    case 2:
      return new Float64Array(random.below(20)).fill(randomNumber(random))
    case 3:
      return Object.assign(new Array(random.below(300)), { 3: 'x', beside: randomNumber(random) })
    case 4:
      return new DataView(new ArrayBuffer(24), random.below(8), random.below(16))
    case 5:
      return Object(random.pick(['text', 5, true, 7n, -(2n ** 100n)]))
    case 6:
      return new ArrayBuffer(random.below(64))
    default:
      return new Map<unknown, unknown>([[new Set([randomString(random)]), randomNumber(random)]])
  }
}

/** Items that JSON can carry. Their keys include names of properties of prototypes. */
function textItem(random: Random, depth = 3): unknown {
  if (depth === 0 || random.chance(0.3)) {
    return random.pick([null, true, false, randomString(random), random.below(2 ** 31), -1.5])
  }
  if (random.chance(0.4)) {
    return Array.from({ length: random.below(6) }, () => textItem(random, depth - 1))
  }
  const record: Record<string, unknown> = {}
  for (let count = random.below(5); count > 0; count--) {
    record[random.pick(['id', 'constructor', 'toString', 'prototype', randomString(random)])] = textItem(
      random,
      depth - 1,
    )
  }
  return record
}
