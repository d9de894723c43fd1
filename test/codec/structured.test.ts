import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { cellCodec, codecs, spanOf } from '../../src/codec/index.ts'
import { CodecError } from '../../src/errors.ts'
import { Random } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'
import { canarySpan, throughCell } from './in-cell.ts'
import { randomItem } from './random-items.ts'
import { snapshot } from './snapshot.ts'
import { buffer, cycle, shared, values } from './structured-values.ts'

const structured = cellCodec(codecs.structured)

function roundTrip(item: unknown): unknown {
  const span = spanOf(new SharedArrayBuffer(1 << 18))
  const length = structured.write(item, span, 8, span.bytes.length)
  const read = structured.read(span, 8, length)
  span.bytes.fill(0)
  return read
}

/** Expects the result of `structuredClone`, with the same prototypes, order of keys and identities. */
function expectClone(item: unknown, label = ''): void {
  expect(snapshot(roundTrip(item)), label).toBe(snapshot(structuredClone(item)))
}

describe('codecs.structured', () => {
  it.each(values)('decodes %s as structuredClone does', (_, value) => {
    expectClone(value)
    expectClone({ nested: [value] })
  })

  it('decodes thousands of random items as structuredClone does', () => {
    const seed = seedOfRun(20250101)
    const random = new Random(seed)
    for (let i = 0; i < 6000; i++) {
      const item = randomItem(random)
      expectClone(item, `MILLRACE_SEED=${seed}, item ${i}`)
    }
  })

  it('decodes a Buffer as a Uint8Array of its own bytes', () => {
    const read = roundTrip({ bytes: Buffer.from('abc') }) as { bytes: Uint8Array }
    expect(Object.getPrototypeOf(read.bytes)).toBe(Uint8Array.prototype)
    expect([...read.bytes]).toEqual([97, 98, 99])
    expect(read.bytes.buffer.byteLength).toBe(3)
  })

  it('writes only the own bytes of a small Buffer, also beside a value for V8', () => {
    const cell = canarySpan()
    expect(structured.write([/a/, Buffer.from('abc')], cell, 0, cell.bytes.length)).toBeLessThan(100)
    expect(roundTrip([/a/, Buffer.from('abc')])).toEqual([/a/, new Uint8Array([97, 98, 99])])
  })

  it.each([1e6, 2 ** 21])('keeps a sparse array of length %i', (length) => {
    const sparse = Object.assign(new Array(length), { 77: 'x' })
    expect(roundTrip(sparse)).toHaveLength(length)
    expect(Object.keys(roundTrip(sparse) as object)).toEqual(['77'])
  })

  it.each([
    ['arrays', Array.from({ length: 3 }, () => new Array(2 ** 20))],
    ['the longest array', [Object.assign([], { length: 2 ** 32 - 1 })]],
  ])('refuses more than 2^21 holes in %s of an item', (_, item) => {
    const span = canarySpan()
    expect(() => structured.write(item, span, 0, span.bytes.length)).toThrow(/2097152 holes/)
  })

  it('keeps two views on one buffer together', () => {
    const read = roundTrip([new Uint8Array(buffer), new Uint8Array(buffer, 8)]) as Uint8Array[]
    expect(read[0]?.buffer).toBe(read[1]?.buffer)
  })

  it('keeps views of classes that say something else about them', () => {
    const lies = { buffer: new ArrayBuffer(1), byteOffset: 3, byteLength: 1, length: 1 }
    const made = [new Float32Array([1, 2]), new DataView(buffer, 8, 4), Buffer.from('bytes')]
    for (const view of made) {
      for (const [name, value] of Object.entries(lies)) Object.defineProperty(view, name, { value })
    }
    // The first value is left to V8, and so are the views behind it.
    const [, floats, data, bytes] = roundTrip([new Error('x'), ...made]) as [
      unknown,
      Float32Array,
      DataView,
      Uint8Array,
    ]
    expect([...floats]).toEqual([1, 2])
    expect([data.byteOffset, data.byteLength]).toEqual([8, 4])
    expect(String.fromCharCode(...bytes)).toBe('bytes')
  })

  it.each([80, 88, 8364])('keeps a view that begins at byte %i of its buffer', (offset) => {
    expectClone(new Int32Array(new ArrayBuffer(10_000), offset, 2))
  })

  it('keeps the identity of shared objects', () => {
    const read = roundTrip({ a: shared, b: [shared] }) as { a: object; b: object[] }
    expect(read.a).toBe(read.b[0])
    const again = roundTrip(cycle) as { self: object }
    expect(again.self).toBe(again)
    const many = Array.from({ length: 100 }, (_, i) => ({ i }))
    const list = roundTrip([...many, many[70]]) as object[]
    expect(list[100]).toBe(list[70])
  })

  it('leaves every prototype as it was', () => {
    const before = Reflect.ownKeys(Object.prototype)
    const read = roundTrip(JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": 1}}')) as object
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  })

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a SharedArrayBuffer', new SharedArrayBuffer(8)],
    ['a Uint8Array on shared memory', new Uint8Array(new SharedArrayBuffer(8))],
    ['a Float64Array on shared memory', new Float64Array(new SharedArrayBuffer(8))],
    ['a proxy', new Proxy({}, {})],
    ['a proxy of an array', new Proxy([], {})],
    ['a WeakMap', new WeakMap()],
    ['a promise', Promise.resolve()],
    ['a MessagePort', new MessageChannel().port1],
    ['a Buffer on shared memory', Buffer.from(new SharedArrayBuffer(8))],
    ['a Blob', new Blob(['x'])],
  ])('refuses %s, nested too', (_, value) => {
    for (const item of [value, { a: value }, [1, [value]], new Map([[1, value]]), new Set([value])]) {
      expect(() => roundTrip(item)).toThrow(Error)
    }
  })

  it('reads getters', () => {
    let calls = 0
    const item = {
      get a() {
        calls++
        return { b: 1 }
      },
    }
    expect(roundTrip(item)).toEqual({ a: { b: 1 } })
    expect(calls).toBe(1)
  })

  it('throws the error of a getter, and can encode the next item', () => {
    const failing = {
      get a(): never {
        throw new RangeError('from the getter')
      },
    }
    expect(() => roundTrip(failing)).toThrow('from the getter')
    expectClone({ a: [1, { b: 2 }] })
  })

  it('lets a getter encode another item', () => {
    const nested = {
      a: 1,
      get b() {
        return roundTrip({ a: 5, b: ['x'] })
      },
      c: { a: 1, b: 2 },
    }
    expect(roundTrip(nested)).toEqual({ a: 1, b: { a: 5, b: ['x'] }, c: { a: 1, b: 2 } })
  })

  it('encodes items as deeply nested as V8 can, and throws for deeper ones', () => {
    const nest = (depth: number): unknown => {
      let item: unknown = []
      for (let i = 1; i < depth; i++) item = i % 2 === 0 ? [item] : { item }
      return item
    }
    for (const depth of [199, 200, 399, 400, 401, 402, 1000]) {
      let left = roundTrip(nest(depth)) as { item?: unknown } | unknown[]
      let levels = 1
      while (Object.keys(left).length > 0) {
        left = (Array.isArray(left) ? left[0] : left.item) as typeof left
        levels++
      }
      expect(levels).toBe(depth)
    }
    expect(() => roundTrip(nest(200_000))).toThrow(RangeError)
    expectClone({ a: 1 })
  })

  it('encodes own properties only, also if Object.prototype has others', () => {
    let keys: string[] = []
    Object.defineProperty(Object.prototype, 'inherited', { value: 1, enumerable: true, configurable: true })
    try {
      keys = Object.keys(roundTrip([{ a: 1 }, { a: 1, inherited: 2 }]) as object[]).concat(
        Object.keys(roundTrip({ a: 1, inherited: 2 }) as object),
      )
    } finally {
      delete (Object.prototype as { inherited?: number }).inherited
    }
    expect(keys).toEqual(['0', '1', 'a', 'inherited'])
  })

  it('encodes items after more shapes than it keeps', () => {
    for (let i = 0; i < 6000; i++)
      expect(roundTrip({ [`k${i}`]: i, common: i })).toEqual({ [`k${i}`]: i, common: i })
  })

  it('returns the same length each time, and needs exactly that', () => {
    const random = new Random(77)
    const span = canarySpan()
    for (let i = 0; i < 500; i++) {
      const item = randomItem(random)
      const length = structured.write(item, span, 16, 16)
      const read = throughCell(structured, item, span, 16, 16 + length)
      expect(snapshot(read), `item ${i}`).toBe(snapshot(structuredClone(item)))
    }
  })

  it('encodes an item of megabytes in a time proportional to its size', () => {
    const item = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `name ${i}` }))
    const small = spanOf(new ArrayBuffer(64))
    const length = structured.write(item, small, 0, 64)
    expect(length).toBeGreaterThan(1 << 20)
    const span = spanOf(new ArrayBuffer((length + 7) & ~7))
    expect(structured.write(item, span, 0, length)).toBe(length)
    expect(structured.read(span, 0, length)).toEqual(item)
  })
})

describe('an error', () => {
  class ParseError extends SyntaxError {
    code = 42
    line = 3
  }

  it('keeps class, code, properties and cause anywhere in the item', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ERR_INNER' })
    const error = new ParseError('outer', { cause })
    const item = { error, list: [cause], map: new Map([['again', error]]), pattern: /x/ }
    const back = roundTrip(item) as typeof item
    expect(back.error).toBeInstanceOf(SyntaxError)
    expect(back.error.constructor.name).toBe('ParseError')
    expect(back.error).toMatchObject({ message: 'outer', code: 42, line: 3, stack: error.stack })
    expect(back.error.cause).toBe(back.list[0])
    expect(back.map.get('again')).toBe(back.error)
    expect(back.list[0]).toMatchObject({ name: 'TypeError', code: 'ERR_INNER', message: 'inner' })
    expect(Object.keys(back.error)).toEqual(['code', 'line'])
  })

  it('keeps the errors of an AggregateError, and a class of this library', () => {
    const back = roundTrip(new AggregateError([new CodecError('first')], 'all')) as AggregateError
    expect(back).toBeInstanceOf(AggregateError)
    expect(back.errors[0]).toBeInstanceOf(CodecError)
  })

  it('arrives without the properties that cannot be cloned', () => {
    const error = Object.assign(new Error('m'), {
      code: 1,
      run: () => {},
      memory: new SharedArrayBuffer(8),
      request: { agent: () => {} },
    })
    const back = roundTrip(error) as typeof error
    expect([back.code, 'run' in back, typeof back.memory, typeof back.request]).toEqual([
      1,
      false,
      'string',
      'string',
    ])
  })

  it('takes no more bytes than with V8 if V8 leaves nothing out', () => {
    const error = new RangeError('m', { cause: new TypeError('inner') })
    const cell = canarySpan(4096)
    expect(structured.write(error, cell, 0, cell.bytes.length)).toBe(serialize(error).length)
  })
})
