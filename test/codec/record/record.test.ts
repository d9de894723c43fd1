import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  array,
  type Codec,
  cellCodec,
  codecDescriptor,
  codecFromDescriptor,
  optional,
  type RecordSchema,
  record,
} from '../../../src/codec/index.ts'
import { compiledDecoder, compiledEncoder } from '../../../src/codec/record/compiled/index.ts'
import { layoutOf } from '../../../src/codec/record/format/index.ts'
import { parseSchema } from '../../../src/codec/record/schema/index.ts'
import { walkingDecoder, walkingEncoder } from '../../../src/codec/record/walking/index.ts'
import { seedOfRun } from '../../support/seed.ts'
import { bytesOf, canarySpan, throughCell } from '../in-cell.ts'
import { runSchema } from './both-ways.ts'

const SEED = seedOfRun()
const SCHEMAS = 60
const TASK = { id: 'string', type: ['easy', 'hard'], data: 'string', at: 'float64', note: 'string?' } as const

/** Through the public methods. */
function thereAndBack<T>(codec: Codec<T>, item: T): T {
  const into = new Uint8Array(1 << 14)
  return codec.decode(into.subarray(0, codec.encode(item, into)))
}

describe('a record', () => {
  it(`is the same by generated code and by the walk, MILLRACE_SEED=${SEED}`, () => {
    for (let number = 0; number < SCHEMAS; number++) {
      try {
        runSchema(SEED, number)
      } catch (error) {
        expect.fail(`schema ${number}: ${(error as Error).message}`)
      }
    }
  })

  it.each([
    [
      '',
      'a',
      'é',
      '\xff',
      '日本',
      '\ud800',
      '\udc00\ud800',
      '\u{1f600}',
      '\0',
      'x'.repeat(16),
      'x'.repeat(17),
    ],
    [
      'é'.repeat(16),
      '日'.repeat(16),
      'x'.repeat(1023),
      'é'.repeat(1024),
      '日'.repeat(1024),
      'x'.repeat(1025),
    ],
    ['é'.repeat(5000), '日'.repeat(5000), '\ud800'.repeat(2000), `${'x'.repeat(2000)}😀`, 'x'.repeat(300)],
    Array.from({ length: 80 }, (_, i) => `string ${i} of the text that windows are cut from`),
    Array.from({ length: 80 }, (_, i) => `string ${i} 日 of the text that windows are cut from`),
  ])('keeps every string unchanged: %j', (...texts) => {
    const codec = record({ one: 'string', many: 'string[]' })
    const into = new Uint8Array(1 << 16)
    const item = { one: texts[0]!, many: texts }
    const length = codec.encode(item, into)
    expect(codec.decode(into.subarray(0, length))).toStrictEqual(item)
    // With no room to spare.
    expect(codec.encode(item, into.subarray(0, length))).toBe(length)
    expect(codec.decode(into.subarray(0, length))).toStrictEqual(item)
    expect(codec.encode(item, into.subarray(0, length - 1))).toBe(length)
  })

  it('keeps every double, and makes 0 of -0 in an int32', () => {
    const codec = record({ d: 'float64[]', i: 'int32[]' })
    const d = [0, -0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1]
    const { d: doubles, i } = thereAndBack(codec, { d, i: [-0, 2 ** 31 - 1, -(2 ** 31)] })
    expect(doubles.map((each, k) => Object.is(each, d[k]))).toEqual(d.map(() => true))
    expect(i.map((each) => Object.is(each, -0))).toEqual([false, false, false])
  })

  it('leaves out fields that are absent, undefined, inherited, or not in the schema', () => {
    const codec = record(TASK)
    const whole = { id: 'a', type: 'easy', data: '', at: 1 } as const
    expect(Object.keys(thereAndBack(codec, whole))).toEqual(['id', 'type', 'data', 'at'])
    expect(thereAndBack(codec, { ...whole, note: undefined })).toStrictEqual(whole)
    expect(thereAndBack(codec, Object.assign(Object.create({ note: 'n' }), whole))).toStrictEqual(whole)
    expect(thereAndBack(codec, Object.assign({ beside: 1 }, whole))).toStrictEqual(whole)
  })

  it('keeps the order of the schema, whatever fields are present', () => {
    const codec = record({ a: 'int32?', b: 'int32', c: 'int32?', d: 'int32?', e: 'int32' })
    for (const item of [
      { b: 1, e: 2 },
      { a: 0, b: 1, d: 3, e: 2 },
      { a: 0, b: 1, c: 4, d: 3, e: 2 },
    ]) {
      expect(JSON.stringify(thereAndBack(codec, item))).toBe(JSON.stringify(item))
    }
  })

  it('reads required fields by name, also inherited ones and those of a proxy, each once', () => {
    const names: PropertyKey[] = []
    class Task {
      get id() {
        names.push('id')
        return 'a'
      }
      type = 'hard' as const
      data = 'd'
      at = 2
    }
    const item = new Proxy(new Task(), {
      get: (target, name) => {
        if (name !== 'id') names.push(name)
        return Reflect.get(target, name)
      },
    })
    const plain = { id: 'a', type: 'hard', data: 'd', at: 2 }
    expect(thereAndBack(record(TASK), item)).toStrictEqual(plain)
    expect(names).toEqual(['id', 'type', 'data', 'at'])
  })

  it('knows its byteLength if all fields have one', () => {
    expect(record({ a: 'float64', b: { c: 'int32', d: ['x', 'y'] } }).byteLength).toBe(13)
    expect(record({ a: 'float64?' }).byteLength).toBe(9)
    expect(record({ a: 'float64', b: 'string' }).byteLength).toBeUndefined()
    expect(record({ a: 'int32[]' }).byteLength).toBeUndefined()
    expect(record({ a: 'bytes' }).byteLength).toBeUndefined()
  })

  it('shares no memory with the bytes', () => {
    const cell = cellCodec(record({ b: 'bytes', l: 'bytes[]' }))
    const item = { b: Buffer.from('abc'), l: [new Uint8Array(), new Uint8Array(100).fill(7)] }
    const read = throughCell(cell, item, canarySpan(), 8, 1024)
    expect(read).toEqual({ b: new Uint8Array([97, 98, 99]), l: item.l })
    expect(read.b.buffer.byteLength).toBe(3)
  })

  it('stays inside when a getter detaches or shrinks the array that is written to', () => {
    const codec = record({ a: 'string[]', b: 'bytes', c: 'string', d: 'int32', e: 'string' })
    for (const c of ['short', 'x'.repeat(100), 'x'.repeat(3000), '日'.repeat(3000)]) {
      const buffer = new ArrayBuffer(1 << 15)
      const item = {
        ...{ a: ['x'.repeat(2000), 'y'.repeat(30)], b: new Uint8Array(500), c, e: 'z'.repeat(2000) },
        get d() {
          structuredClone(buffer, { transfer: [buffer] })
          return 1
        },
      }
      expect(() => codec.encode(item, new Uint8Array(buffer))).toThrow(RangeError)
    }
  })

  it('may be encoded by a getter of an item that is being encoded', () => {
    const codec = record({ a: 'string', b: 'float64', c: { d: 'string[]' } })
    const inner = { a: 'inner', b: 1.5, c: { d: ['x'] } }
    const item = {
      a: 'outer',
      get b() {
        expect(thereAndBack(codec, inner)).toEqual(inner)
        return 2.5
      },
      c: { d: ['y', 'z'.repeat(50)] },
    }
    expect(thereAndBack(codec, item)).toEqual({ a: 'outer', b: 2.5, c: item.c })
  })

  it('is one codec for the same schema, and is compiled again from its descriptor', () => {
    const codec = record(TASK)
    expect(record({ ...TASK })).toBe(codec)
    const descriptor = structuredClone(codecDescriptor(codec))!
    expect(codecFromDescriptor(descriptor)).toBe(codec)
    for (let i = 0; i < 200; i++) record({ [`field${i}`]: 'int32' })
    const again = codecFromDescriptor(descriptor)
    expect(again).not.toBe(codec)
    const item = { id: 'a', type: 'easy', data: 'd', at: 1 }
    expect(again.decode(bytesOf(cellCodec(codec), item as never))).toEqual(item)
  })

  it('is known by its schema if another copy of the library made it', () => {
    const ours = record(TASK)
    const theirs = { name: 'record', encode: () => 0, decode: () => ({}) }
    const [mark] = Object.getOwnPropertySymbols(ours).filter((each) => each.description?.includes('record'))
    Object.defineProperty(theirs, mark!, { value: structuredClone(ours[mark as never]) })
    expect(codecDescriptor(theirs)).toEqual(codecDescriptor(ours))
    expect(cellCodec(theirs as Codec<unknown>)).toBe(record(TASK))
  })

  it.each(['--disallow-code-generation-from-strings', '--no-warnings'])(
    'arrives in a thread by its handle, in a process with %s',
    (flag) => {
      const program = fileURLToPath(new URL('fixtures/through-queues.mjs', import.meta.url))
      const { status, stdout, stderr } = spawnSync(process.execPath, [flag, program], {
        encoding: 'utf8',
        timeout: 50_000,
      })
      expect(stderr).toBe('')
      expect(stdout).toBe('all arrived\n')
      expect(status).toBe(0)
    },
  )
})

describe('the errors of an item', () => {
  const codec = record({
    tags: 'string[]',
    'odd name': 'int32?',
    kind: ['a', 'b'],
    inner: optional({ count: 'uint32', points: array({ x: 'float64' }) }),
    ok: 'boolean',
    raw: 'bytes?',
  }) as Codec<unknown>
  const fits = { tags: ['t'], kind: 'a', ok: true }

  it.each<[string, unknown, string]>([
    ['ERR_INVALID_ARG_TYPE', null, 'item must be an object; received null'],
    ['ERR_INVALID_ARG_TYPE', 'text', "item must be an object; received string 'text'"],
    ['ERR_INVALID_ARG_TYPE', { ...fits, tags: 'x' }, "item.tags must be an array; received string 'x'"],
    [
      'ERR_INVALID_ARG_TYPE',
      { ...fits, tags: ['a', 'b', 'c', 4] },
      'item.tags[3] must be a string; received number 4',
    ],
    [
      'ERR_OUT_OF_RANGE',
      { ...fits, 'odd name': 2 ** 31 },
      'item["odd name"] must be an integer from -2147483648 to 2147483647; received number 2147483648',
    ],
    [
      'ERR_INVALID_ARG_VALUE',
      { ...fits, kind: 'c' },
      `item.kind must be one of "a", "b"; received string 'c'`,
    ],
    [
      'ERR_OUT_OF_RANGE',
      { ...fits, inner: { count: -1, points: [] } },
      'item.inner.count must be an integer from 0 to 4294967295; received number -1',
    ],
    [
      'ERR_INVALID_ARG_TYPE',
      { ...fits, inner: { count: 1, points: [{ x: 1 }, {}] } },
      'item.inner.points[1].x must be a number; received undefined',
    ],
    ['ERR_INVALID_ARG_TYPE', { ...fits, inner: null }, 'item.inner must be an object; received null'],
    ['ERR_INVALID_ARG_TYPE', { ...fits, ok: 1 }, 'item.ok must be a boolean; received number 1'],
    ['ERR_INVALID_ARG_TYPE', { ...fits, raw: new Uint16Array(0) }, 'item.raw must be a Uint8Array; received'],
    ['ERR_INVALID_ARG_TYPE', { kind: 'a', ok: true }, 'item.tags must be an array; received undefined'],
  ])('have the code %s, the path, the range and the value: %o', (code, item, message) => {
    const failure = expect.objectContaining({ code, message: expect.stringContaining(message) })
    expect(() => codec.encode(item, new Uint8Array(256))).toThrow(failure)
  })
})

describe('the errors of bytes', () => {
  it.each<[string, RecordSchema, number[]]>([
    ['nothing', { a: 'int32' }, []],
    ['a byte too few', { a: 'int32' }, [1, 2, 3]],
    ['a byte too many', { a: 'int32' }, [1, 2, 3, 4, 5]],
    ['a word that the enum has not', { a: ['x', 'y'] }, [2]],
    ['a boolean of 2', { a: 'boolean' }, [2]],
    ['a list that claims 2^32 - 1 elements', { a: 'boolean[]' }, [255, 255, 255, 255, 1]],
    ['bytes that claim 2^32 - 1', { a: 'bytes' }, [255, 255, 255, 255, 1]],
    ['a list of bytes that are not there', { a: 'bytes[]' }, [255, 255, 255, 255]],
    ['a text that claims 2^31 - 1 units', { a: 'string' }, [254, 255, 255, 255, 1, 0, 1]],
    ['a string longer than the text', { a: 'string' }, [2, 0, 0, 0, 2, 0, 65]],
    ['a text longer than the strings', { a: 'string' }, [4, 0, 0, 0, 1, 0, 65, 66]],
    ['a short string that claims 17 characters', { a: 'string' }, [0, 0, 0, 0, 17, 128, 65]],
    [
      'a long string that claims 2^32 - 1 bytes',
      { a: 'string' },
      [0, 0, 0, 0, 255, 255, 0, 255, 255, 255, 255],
    ],
    ['a long string of an unknown form', { a: 'string' }, [0, 0, 0, 0, 255, 255, 3, 0, 0, 0, 0]],
    ['a long string of half a unit', { a: 'string' }, [0, 0, 0, 0, 255, 255, 2, 1, 0, 0, 0, 65]],
  ])('refuse %s', (_, schema, bytes) => {
    const refused = expect.objectContaining({ message: expect.stringContaining('no record of this schema') })
    expect(() => record(schema).decode(Uint8Array.from(bytes))).toThrow(refused)
  })
})

/** Calls `call` while Object.prototype has setters and read-only properties of these names. */
function polluted<R>(names: readonly string[], call: () => R): R {
  let called = ''
  const callOf = (name: string) => {
    called = name
  }
  const descriptors = names.map((name, i): PropertyDescriptor & { __proto__: null } => ({
    ...(i % 2 === 0 ? { set: () => callOf(name), get: () => undefined } : { value: 5 }),
    configurable: true,
    __proto__: null,
  }))
  try {
    for (const [i, name] of names.entries()) Object.defineProperty(Object.prototype, name, descriptors[i]!)
    return call()
  } finally {
    for (const name of names) delete (Object.prototype as Record<string, unknown>)[name]
    expect(called).toBe('')
  }
}

describe('Object.prototype', () => {
  const items = [{ d: { a: 1 } }, { b: 'b', d: { a: 1 } }, { a: 1, c: 2, d: { a: 1, value: 'v' } }]
  const schema = { a: 'int32?', b: 'string?', c: 'int32?', d: { a: 'int32', value: 'string?' } } as const

  it.each([
    [['a', 'b', 'c', 'd', 'value', 'get', 'set', 'writable']],
    [['set', 'd', 'value', 'c', 'get', 'b', 'a', 'enumerable']],
  ])('may have setters and read-only properties of any name: %j', (names) => {
    const layout = layoutOf(parseSchema(schema))
    const decoders = [compiledDecoder(layout)!, walkingDecoder(layout)]
    const encoders = [compiledEncoder(layout)!, walkingEncoder(layout)]
    for (const [i, decode] of decoders.entries()) {
      const into = new Uint8Array(256)
      const arrived = polluted(names, () =>
        items.map((item) => decode(into, 0, encoders[i]!(item, into, 0, 256)) as object),
      )
      expect(arrived).toStrictEqual(items)
      for (const each of arrived) {
        const descriptor = { writable: true, enumerable: true, configurable: true }
        expect(Object.getOwnPropertyDescriptor(each, 'd')).toMatchObject(descriptor)
      }
    }
  })

  it('may have properties that a schema is not made of, and a toJSON', () => {
    const names = ['toJSON', 'array', 'optional', 'record', 'a', 'b']
    const descriptor = polluted(names, () => codecDescriptor(record(schema)))
    expect(descriptor).toStrictEqual(codecDescriptor(record(schema)))
    expect(polluted(names, () => codecFromDescriptor(structuredClone(descriptor!)))).toBe(record(schema))
  })
})
