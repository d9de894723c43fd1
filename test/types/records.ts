import {
  array,
  type Codec,
  type ItemOf,
  optional,
  parallelMap,
  Queue,
  record,
  threaded,
} from '../../src/index.ts'

/** Types that `record` infers. Tsc checks it; it never runs. An `@ts-expect-error` is for one line. */

const codec = record({
  id: 'string',
  level: ['low', 'high'],
  at: 'float64',
  isNew: 'boolean',
  raw: 'bytes',
  tags: 'string[]',
  note: 'string?',
  counts: 'uint32[]?',
  place: { x: 'float64', unit: ['m', 'ft'], label: 'string?' },
  commits: array({ sha: 'string', by: optional({ name: 'string' }) }),
  rings: array(array('float64[]')),
  mode: optional(['fast', 'exact']),
})

interface Item {
  id: string
  level: 'low' | 'high'
  at: number
  isNew: boolean
  raw: Uint8Array
  tags: string[]
  note?: string | undefined
  counts?: number[] | undefined
  place: { x: number; unit: 'm' | 'ft'; label?: string | undefined }
  commits: { sha: string; by?: { name: string } | undefined }[]
  rings: number[][][]
  mode?: 'fast' | 'exact' | undefined
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export const same: Same<typeof codec, Codec<Item>> = true

const queue = new Queue({ codec })
export const item: Same<ItemOf<typeof queue>, Item> = true

const whole = {
  ...{ id: 'a', level: 'low', at: 1, isNew: true, raw: new Uint8Array(), tags: [] },
  ...{ place: { x: 1, unit: 'm' }, commits: [{ sha: 'b', by: undefined }], rings: [] },
} satisfies Item
void queue.put(whole)
void queue.put({ ...whole, note: undefined, mode: 'fast' })
// @ts-expect-error no such word
void queue.put({ ...whole, level: 'middle' })
// @ts-expect-error a number
void queue.put({ ...whole, id: 1 })
// @ts-expect-error a field that the schema does not name
void queue.put({ ...whole, other: 1 })
// @ts-expect-error id is missing
void queue.put({ ...whole, id: undefined })

const point = record({ x: 'float64', y: 'float64' })
const sum = threaded(import.meta, ({ x, y }: { x: number; y: number }) => ({ sum: x + y }))
parallelMap([{ x: 1, y: 2 }], sum, { codec: point, resultCodec: record({ sum: 'float64' }) })
// @ts-expect-error the codec is one of other items
parallelMap([{ x: 1, y: 2 }], sum, { codec: record({ x: 'string' }) })

// @ts-expect-error no such type
record({ a: 'strng' })
// @ts-expect-error an empty enum
record({ a: [] })
// @ts-expect-error elements are not optional
array('string?')
// @ts-expect-error elements are not optional
record({ a: array(optional('string')) })
// @ts-expect-error a number is no type
record({ a: { b: 5 } })

/** Items are records of unknown values if the schema is known at run time only. */
declare const schema: Parameters<typeof record>[0]
export const loose: Same<ReturnType<typeof made>, Codec<Record<string, unknown>>> = true
function made() {
  return record(schema)
}
