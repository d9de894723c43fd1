import { codeHostEvent, geoJsonFeature, logRecord, type ShapeName, task } from './objects.ts'

/** A kind of value that `codecs.structured` carries. */
export interface Kind {
  readonly name: string
  /** How the structured codec writes it: in its tagged form, or by V8's serializer. */
  readonly form: 'tagged' | 'v8'
  /** Makes a sample; each number gives another. */
  make(index: number): unknown
  /** It has a schema for `record`. */
  readonly shape?: ShapeName
  /** The most that the structured codec may take beside the baseline; by its form otherwise. */
  readonly atMost?: number
  /** Likewise for `record`. */
  readonly recordAtMost?: number
  /** Calls of a round, in each of which one value is encoded and decoded. */
  readonly calls?: number
}

class Point {
  x: number
  y: number
  label: string
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
    this.label = `point ${x}`
  }
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

export const KINDS: readonly Kind[] = [
  {
    name: 'undefined, null, booleans',
    form: 'tagged',
    make: (index) => [undefined, null, true, false][index & 3],
  },
  { name: 'integer', form: 'tagged', make: (index) => index * 1000 },
  { name: 'double', form: 'tagged', make: (index) => index + 0.1 },
  { name: 'BigInt of 64 bits', form: 'tagged', make: (index) => 2n ** 60n + BigInt(index) },
  { name: 'BigInt of 400 bits', form: 'tagged', make: (index) => 2n ** 400n + BigInt(index) },
  { name: 'short ASCII string', form: 'tagged', make: (index) => `task-${100_000 + index}` },
  { name: 'Latin-1 string', form: 'tagged', make: (index) => `déjà vu à l'hôtel, chambre numéro ${index}` },
  {
    name: 'string of another script',
    form: 'tagged',
    make: (index) => `東京都千代田区丸の内一丁目 ${index} 番地`,
  },
  {
    name: 'text of 4 KB',
    form: 'tagged',
    make: (index) => `${index}: ${'some words of a text. '.repeat(190)}`,
    calls: 5000,
  },
  { name: 'Date', form: 'tagged', make: (index) => new Date(1_700_000_000_000 + index) },
  { name: 'array of 32 integers', form: 'tagged', make: (index) => times(32, (each) => each * 100 + index) },
  { name: 'array of 32 doubles', form: 'tagged', make: (index) => times(32, (each) => each / 3 + index) },
  {
    name: 'array of 16 strings',
    form: 'tagged',
    make: (index) => times(16, (each) => `word ${each + index}`),
  },
  {
    name: 'object of 4 fields',
    form: 'tagged',
    make: task,
    shape: 'task',
    atMost: 0.25,
    recordAtMost: 0.1,
  },
  {
    name: 'event of a code host',
    form: 'tagged',
    make: codeHostEvent,
    shape: 'event',
    atMost: 0.5,
    recordAtMost: 0.2,
  },
  { name: 'log record', form: 'tagged', make: logRecord, shape: 'log', atMost: 0.5, recordAtMost: 0.2 },
  {
    name: 'GeoJSON feature',
    form: 'tagged',
    make: geoJsonFeature,
    shape: 'feature',
    atMost: 0.5,
    recordAtMost: 0.2,
  },
  {
    name: 'array of 20 objects alike',
    form: 'tagged',
    make: (index) => times(20, (each) => task(index + each)),
    calls: 4000,
  },
  {
    name: 'dictionary of 100 keys',
    form: 'tagged',
    make: (index) => Object.fromEntries(times(100, (each) => [`key ${each * 7 + index}`, each])),
    calls: 2000,
  },
  {
    name: 'Map of 16 entries',
    form: 'tagged',
    make: (index) => new Map(times(16, (each) => [`key ${each}`, each + index])),
  },
  {
    name: 'Set of 16 strings',
    form: 'tagged',
    make: (index) => new Set(times(16, (each) => `${each}/${index}`)),
  },
  { name: 'Uint8Array of 1 KiB', form: 'tagged', make: (index) => new Uint8Array(1024).fill(index) },
  { name: 'class instance', form: 'tagged', make: (index) => new Point(index, -index) },
  { name: 'error', form: 'v8', make: (index) => new RangeError(`no page ${index}`), calls: 4000 },
  { name: 'regular expression', form: 'tagged', make: (index) => new RegExp(`^page-${index}$`, 'gi') },
  { name: 'Float64Array of 32', form: 'tagged', make: (index) => new Float64Array(32).fill(index / 3) },
  { name: 'sparse array', form: 'tagged', make: sparse },
  { name: 'cycle', form: 'tagged', make: cycle },
  { name: 'shared reference', form: 'tagged', make: shared },
  { name: 'nesting of 250', form: 'tagged', make: nested, calls: 2000 },
]

function sparse(index: number): unknown[] {
  const array: unknown[] = []
  array[3] = index
  array[40] = 'last'
  return array
}

function cycle(index: number): object {
  const parent: { name: string; child?: object } = { name: `parent ${index}` }
  parent.child = { name: 'child', parent }
  return parent
}

function shared(index: number): object {
  const owner = { id: index, name: `owner ${index}` }
  return { first: { owner, title: 'one' }, second: { owner, title: 'two' } }
}

function nested(index: number): unknown {
  let value: unknown = index
  for (let depth = 0; depth < 250; depth++) value = [value]
  return value
}
