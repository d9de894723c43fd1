import { describe, expect, it } from 'vitest'
import { array, codecFromDescriptor, optional, record } from '../../../src/codec/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: schemas that do not compile
const anySchema = record as (schema: any) => unknown

function deep(depth: number): object {
  return depth === 0 ? { a: 'int32' } : { a: deep(depth - 1) }
}

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

class Point {
  x = 'float64'
}

describe('a schema', () => {
  it.each<[string, unknown, string, string]>([
    ['that is no object', 'string', 'ERR_INVALID_ARG_TYPE', 'schema must be a plain object of fields'],
    ['that is undefined', undefined, 'ERR_INVALID_ARG_TYPE', 'schema must be a plain object of fields'],
    ['that is an array', ['a'], 'ERR_INVALID_ARG_TYPE', 'schema must be a plain object of fields'],
    [
      'that is a proxy',
      new Proxy({ a: 'int32' }, {}),
      'ERR_INVALID_ARG_TYPE',
      'schema must be a plain object',
    ],
    ['of a class', new Point(), 'ERR_INVALID_ARG_TYPE', 'schema must be a plain object of fields'],
    ['without fields', {}, 'ERR_INVALID_ARG_VALUE', 'schema must be an object with at least one field'],
    ['with an empty record', { a: {} }, 'ERR_INVALID_ARG_VALUE', 'schema.a must be an object with at least'],
    [
      'with a symbol',
      { [Symbol('s')]: 'int32', a: 'int32' },
      'ERR_INVALID_ARG_VALUE',
      'whose keys are strings',
    ],
    ['with a misspelt type', { a: 'strng' }, 'ERR_INVALID_ARG_VALUE', "did you mean 'string'?"],
    ['with a type that is a number', { a: 5 }, 'ERR_INVALID_ARG_TYPE', 'schema.a must be one of'],
    ['with a type that is null', { a: { b: null } }, 'ERR_INVALID_ARG_TYPE', 'schema.a.b must be one of'],
    ['with a list of lists by name', { a: 'string[][]' }, 'ERR_INVALID_ARG_VALUE', 'schema.a must be one of'],
    [
      'with an optional element',
      { a: array('string?' as 'string') },
      'ERR_INVALID_ARG_VALUE',
      'schema.a[] must',
    ],
    [
      'with an optional type in a list',
      { a: array(optional('string') as never) },
      'ERR_INVALID_ARG_VALUE',
      'a[]',
    ],
    [
      'with an empty enum',
      { a: [] },
      'ERR_INVALID_ARG_VALUE',
      'schema.a must be an array of at least one word',
    ],
    ['with a word twice', { a: ['x', 'y', 'x'] }, 'ERR_INVALID_ARG_VALUE', 'schema.a[2] must be a word that'],
    ['with a word that is none', { a: ['x', 1] }, 'ERR_INVALID_ARG_TYPE', 'schema.a[1] must be a string'],
    ['with a proxy inside', { a: new Proxy(['x'], {}) }, 'ERR_INVALID_ARG_TYPE', 'schema.a must be one of'],
    ['with the field __proto__', JSON.parse('{"__proto__":"int32"}'), 'ERR_INVALID_ARG_VALUE', '__proto__'],
    ['that is cyclic', cyclic, 'ERR_INVALID_ARG_VALUE', 'nested at most 32 deep'],
    ['that is deep', deep(40), 'ERR_INVALID_ARG_VALUE', 'nested at most 32 deep'],
    [
      'with 257 fields',
      Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`f${i}`, 'int32'])),
      'ERR_OUT_OF_RANGE',
      'the number of fields of schema must be at most 256 in all; received number 257',
    ],
    [
      'with 65,537 words',
      { a: Array.from({ length: 65_537 }, (_, i) => String(i)) },
      'ERR_OUT_OF_RANGE',
      'the number of words of schema.a must be at most 65536; received number 65537',
    ],
  ])('%s is refused', (_, schema, code, message) => {
    const failure = expect.objectContaining({ code, message: expect.stringContaining(message) })
    expect(() => anySchema(schema)).toThrow(failure)
  })

  it('may have 256 fields, and be 31 records deep', () => {
    const wide = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`f${i}`, 'string' as const]))
    const codec = record(wide)
    const item = Object.fromEntries(Object.keys(wide).map((name) => [name, `value of ${name}`]))
    const into = new Uint8Array(1 << 14)
    expect(codec.decode(into.subarray(0, codec.encode(item as never, into)))).toEqual(item)
    expect(() => anySchema(deep(31))).not.toThrow()
  })
})

describe('a schema in a handle', () => {
  let shared: object = { a: 'int32' }
  for (let i = 0; i < 30; i++) shared = { a: { record: shared }, b: { record: shared } }
  const plainCycle: Record<string, unknown> = {}
  plainCycle.self = { array: plainCycle.self }
  plainCycle.self = { record: plainCycle }
  let arrays: unknown = 'int32'
  for (let i = 0; i < 100_000; i++) arrays = { array: arrays }

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'int32'],
    ['a number as a type', { a: 5 }],
    ['a record without fields', { a: { record: undefined } }],
    ['an object that says nothing', { a: { fields: {} } }],
    ['a field __proto__', JSON.parse('{"__proto__":"int32"}')],
    ['a proxy', new Proxy({ a: 'int32' }, {})],
    ['a proxy inside', { a: { record: new Proxy({ a: 'int32' }, {}) } }],
    ['a cycle', plainCycle],
    ['records that double at each level', shared],
    ['arrays inside each other', { a: arrays }],
    ['an optional element', { a: { array: { optional: 'int32' } } }],
    ['a million fields', Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => [i, 'int32']))],
    ['a type of a megabyte', { a: 'x'.repeat(1 << 20) }],
  ])('is refused if it is %s', (_, schema) => {
    const failure = expect.objectContaining({ code: expect.stringMatching(/^ERR_(INVALID_ARG|OUT_OF)/) })
    expect(() => codecFromDescriptor({ record: schema })).toThrow(failure)
  })
})
