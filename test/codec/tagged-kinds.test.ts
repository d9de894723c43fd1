import { types } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cellCodec, codecs, spanOf } from '../../src/codec/index.ts'
import * as tag from '../../src/codec/tagged/tags.ts'
import { snapshot } from './snapshot.ts'

const structured = cellCodec(codecs.structured)
const span = spanOf(new ArrayBuffer(1 << 18))
const V8_MARK = 0xff

function encoded(item: unknown): Buffer {
  return Buffer.from(span.bytes.subarray(1, 1 + structured.write(item, span, 1, span.bytes.length)))
}

/** `bytes` at each alignment. */
function decoded(bytes: Uint8Array): unknown {
  for (let at = 1; at < 8; at++) {
    span.bytes.set(bytes, at)
    structured.read(span, at, bytes.length)
  }
  span.bytes.set(bytes, 8)
  return structured.read(span, 8, bytes.length)
}

/** Expects what `structuredClone` makes, and the tagged form. */
function expectTagged(item: unknown): void {
  const bytes = encoded(item)
  expect(bytes[0]).not.toBe(V8_MARK)
  expect(snapshot(decoded(bytes))).toBe(snapshot(structuredClone(item)))
}

/** Expects what `structuredClone` makes, in the form of V8. */
function expectV8(item: unknown): void {
  const bytes = encoded(item)
  expect(bytes[0]).toBe(V8_MARK)
  expect(snapshot(decoded(bytes))).toBe(snapshot(structuredClone(item)))
}

/** Expects that each of `forged` is refused, and that reading takes no more memory than a few bytes may. */
function expectRefused(...forged: readonly (readonly number[])[]): void {
  for (const bytes of forged) {
    const label = bytes.join()
    const before = process.memoryUsage().arrayBuffers
    let error: unknown
    try {
      structured.read({ ...span, bytes: Buffer.from(bytes) }, 0, bytes.length)
    } catch (thrown) {
      error = thrown
    }
    expect(error instanceof RangeError || error instanceof SyntaxError, `${label}: ${error}`).toBe(true)
    expect(process.memoryUsage().arrayBuffers - before, label).toBeLessThan(1 << 20)
  }
}

const array = (length: number): number[] => [tag.ARRAY8, length]
const numbered = (first: number): number => first | tag.NUMBERED
const u32 = (value: number): number[] => [0, 8, 16, 24].map((bits) => (value >>> bits) & 0xff)

describe('references', () => {
  it('join objects of every kind', () => {
    for (const item of [{ a: 1 }, [1], new Map([[1, 2]]), new Set([1]), new Date(5), new Uint8Array(3)]) {
      expectTagged([item, { item }, item])
    }
  })

  it('lead to the object that is being read', () => {
    const map = new Map<unknown, unknown>()
    map.set(map, map)
    const set = new Set<unknown>()
    set.add(set)
    const object: Record<string, unknown> = { map, set }
    object.object = object
    const dictionary: Record<string, unknown> = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`key ${i}`, object]),
    )
    dictionary.own = dictionary
    expectTagged([map, set, object, dictionary])
  })

  it('count more objects than are searched in a list', () => {
    const objects = Array.from({ length: 100 }, (_, i) => ({ i }))
    expectTagged([objects, ...objects.slice().reverse()])
  })

  it('keep objects of shapes that are compiled', () => {
    const owner = { name: 'owner' }
    const item = { first: owner, second: owner }
    for (let i = 0; i < 2000; i++) decoded(encoded({ first: { name: 'x' }, second: { name: 'y' } }))
    expectTagged(item)
  })

  it('may stand at the deepest level', () => {
    const root: unknown[] = []
    let innermost = root
    for (let depth = 1; depth < tag.DEPTH; depth++) {
      const next: unknown[] = []
      innermost.push(next)
      innermost = next
    }
    innermost.push(root)
    expectTagged(root)
  })

  it('are refused if they lead nowhere', () => {
    expectRefused(
      [tag.REF, ...u32(0)],
      [numbered(tag.REF), ...u32(0)],
      [...array(1), tag.REF, ...u32(0)],
      [numbered(tag.ARRAY8), 1, tag.REF, ...u32(1)],
      [numbered(tag.ARRAY8), 1, tag.REF, ...u32(2 ** 32 - 1)],
      [numbered(tag.ARRAY8), 1, tag.REF, 0, 0],
      [numbered(tag.ARRAY8), 1, numbered(tag.ARRAY8), 0],
      [numbered(tag.NULL)],
    )
  })
})

type ViewClass = new (buffer: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView
const Float16Array = (globalThis as unknown as Record<string, ViewClass | undefined>).Float16Array

describe('views and buffers', () => {
  it('are tagged on all of their buffer or on a part', () => {
    const buffer = new ArrayBuffer(64)
    new Uint8Array(buffer).forEach((_, i, bytes) => {
      bytes[i] = 7 * i
    })
    const Classes: ViewClass[] = [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array]
    Classes.push(Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView)
    if (Float16Array !== undefined) Classes.push(Float16Array)
    for (const View of Classes) {
      expectTagged(new View(buffer))
      expectTagged(new View(buffer, 16))
      expectTagged({ view: new View(buffer, 8, 2) })
    }
    expectTagged(buffer)
    expectTagged([new Float64Array(5000).fill(0.1)])
  })

  it('share a buffer when they arrive', () => {
    const buffer = new ArrayBuffer(32)
    const views = [new Int32Array(buffer, 4), new DataView(buffer), new Uint8Array(buffer, 3), buffer]
    for (const item of [views, [buffer, ...views], [views[1], views[0], views[1]]]) {
      expectTagged(item)
      const read = decoded(encoded(item)) as unknown[]
      const buffers = read.map((each) => (ArrayBuffer.isView(each) ? each.buffer : each))
      expect(new Set(buffers).size).toBe(1)
    }
    expectV8([new Uint8Array(buffer), new Int8Array(buffer)])
  })

  it('are those that V8 knows, also of a class that says otherwise', () => {
    class Lying extends Int32Array {
      override get length() {
        return 1000
      }
      override get buffer() {
        return new ArrayBuffer(8)
      }
    }
    const lying = Object.defineProperty(new Lying([1, 2, 3]), 'byteLength', { value: 2 ** 30 })
    expectTagged(lying)
    expect(decoded(encoded(lying))).toEqual(new Int32Array([1, 2, 3]))
    expectTagged(Object.defineProperty(new ArrayBuffer(8), 'byteLength', { value: 2 ** 30 }))
    expectTagged(Object.setPrototypeOf(new Int16Array([5]), Date.prototype))
  })

  it('are left to V8 if they are empty, or on memory that may grow', () => {
    expectV8(new Float64Array(0))
    expectV8(new ArrayBuffer(0))
    const growing: ArrayBuffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }])
    expect(encoded(new Int8Array(growing))[0]).toBe(V8_MARK)
    expect(encoded(growing)[0]).toBe(V8_MARK)
  })

  it('are refused like by structuredClone if they are detached or shared', () => {
    const view = new Int16Array(4)
    const data = new DataView(new ArrayBuffer(4))
    structuredClone([view, data], { transfer: [view.buffer, data.buffer] })
    for (const item of [view, view.buffer, data, new Int16Array(new SharedArrayBuffer(4))]) {
      expect(() => encoded([item])).toThrow()
    }
  })

  it('are refused if their numbers are forged', () => {
    const f64 = 8
    const dataView = 11
    const buffer = [tag.BUFFER, ...u32(8), 1, 2, 3, 4, 5, 6, 7, 8]
    expectRefused(
      [tag.BUFFER, ...u32(2 ** 32 - 1), 1],
      [tag.VIEW, f64, ...u32(2 ** 31), 1],
      [tag.VIEW, f64, ...u32(4), 1, 2, 3, 4],
      [tag.VIEW, 13, ...u32(1), 1],
      [tag.VIEW, 255, ...u32(1), 1],
      [tag.VIEW],
      [tag.VIEW_ON, ...u32(0), f64, ...u32(2), ...buffer],
      [tag.VIEW_ON, ...u32(4), f64, ...u32(0), ...buffer],
      [tag.VIEW_ON, ...u32(16), f64, ...u32(0), ...buffer],
      [tag.VIEW_ON, ...u32(0), dataView, ...u32(2 ** 32 - 1), ...buffer],
      [tag.VIEW_ON, ...u32(0), 200, ...u32(0), ...buffer],
      [tag.VIEW_ON, ...u32(0), f64, ...u32(1), 5],
      [tag.VIEW_ON, ...u32(0), f64, ...u32(1), tag.REF, ...u32(0)],
      [numbered(tag.VIEW_ON), ...u32(0), f64, ...u32(1), tag.REF, ...u32(0)],
      [numbered(tag.ARRAY8), 1, tag.VIEW_ON, ...u32(0), f64, ...u32(1), tag.REF, ...u32(0)],
      [numbered(tag.ARRAY8), 1, tag.VIEW_ON, ...u32(0), f64, ...u32(1), tag.REF, ...u32(1)],
    )
  })
})

describe('class instances', () => {
  it('are tagged, the first one too, and take as many bytes each time', () => {
    class First {
      x = 1
      inner = [new Second(), new Second()]
      #hidden = 2
      get y() {
        return this.#hidden
      }
    }
    class Second {
      z = 'z'
    }
    const empty = spanOf(new ArrayBuffer(8))
    const length = structured.write(new First(), empty, 0, 0)
    expectTagged(new First())
    expect(encoded(new First())).toHaveLength(length)
    expectTagged([new First(), new Second()])
    for (let i = 0; i < 2000; i++) expectTagged({ x: i, inner: i })
    expectTagged(new First())
  })

  it('have their own properties only', () => {
    function Old(this: { own: number }) {
      this.own = 1
    }
    Old.prototype.inherited = 2
    class Fresh {
      own = 1
      shadowed = 3
      get later(): number {
        return 4
      }
    }
    Object.defineProperty(Fresh.prototype, 'shadowed', { value: 5 })
    const deleting = (): Fresh =>
      Object.defineProperty(new Fresh(), 'own', {
        enumerable: true,
        get(this: { shadowed?: number }) {
          delete this.shadowed
          return 1
        },
      })
    for (const make of [() => Reflect.construct(Old, []), () => new Fresh(), deleting]) {
      for (let i = 0; i < 3; i++)
        expect(snapshot(decoded(encoded(make())))).toBe(snapshot(structuredClone(make())))
    }
    const large = new Fresh() as unknown as Record<string, number>
    for (let i = 0; i < 100; i++) large[`key ${i}`] = i
    expectTagged(large)
  })

  it('are what they are inside, whatever their prototype is', () => {
    class Plain {}
    expectTagged(new Plain())
    const { buffer } = new Uint8Array(8)
    const kinds = [
      [1, 2],
      new Map([[1, 2]]),
      new Set([1]),
      new Date(5),
      /a/g,
      Object(1n),
      Object('s'),
      buffer,
    ]
    for (const each of [...kinds, new DataView(buffer), new Uint8Array(3)]) {
      const item: unknown = Object.setPrototypeOf(each, Plain.prototype)
      const [back, clone] = [decoded(encoded(item)), structuredClone(item)]
      expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(clone))
    }
    for (const each of [
      Promise.resolve(),
      new WeakMap(),
      new WeakSet(),
      new Map().keys(),
      new Set().keys(),
    ]) {
      expect(() => encoded(Object.setPrototypeOf(each, Plain.prototype))).toThrow(/could not be cloned/)
    }
    const error = Object.setPrototypeOf(new RangeError('m'), Plain.prototype)
    expect(types.isNativeError(decoded(encoded(error)))).toBe(true)
    class Weak extends WeakRef<object> {}
    decoded(encoded(Object.create(Weak.prototype)))
    expect(() => encoded(new Weak({}))).toThrow(/could not be cloned/)
  })
})

describe('regular expressions', () => {
  it('keep source and flags', () => {
    for (const each of [/a(?<name>b)/giu, /(?:)/, /[/]\/\n/, /\/\n\u2028/, /日本/msy, /a/d]) {
      expectTagged(each)
    }
    const sets = 'v'
    expectTagged([new RegExp('[\\p{L}--a]', sets), new RegExp('x'.repeat(5000))])
    const used = /a/g
    used.lastIndex = 7
    expectTagged([used, used])
  })

  it('are those that V8 knows, also if their properties say otherwise', () => {
    const lying = Object.defineProperties(/a/g, {
      flags: { value: 'y' },
      source: { value: 'b' },
      sticky: { value: true },
      global: { value: false },
    })
    expectTagged(lying)
  })

  it('are refused if their source or flags are forged', () => {
    const source = [tag.STRING + 1, 0x61]
    expectRefused(
      [tag.REGEXP, 0b110_0000, ...source],
      [tag.REGEXP, 255, ...source],
      [tag.REGEXP, 0, tag.STRING + 1, 0x28],
      [tag.REGEXP, 0, tag.STRING + 2, 0x61],
      [tag.REGEXP, 0, 5],
      [tag.REGEXP, 0, tag.LATIN1, ...u32(2 ** 32 - 1)],
      [tag.REGEXP, 0],
      [tag.REGEXP],
    )
  })
})

describe('BigInts', () => {
  it('arrive at every length', () => {
    for (let bits = 1n; bits < 2200n; bits += 21n) {
      expectTagged([1n, -1n].flatMap((sign) => [-1n, 0n, 1n].map((more) => sign * (2n ** bits + more))))
    }
    expectTagged([2n ** 1024n - 1n, 2n ** 1024n, -(2n ** 1024n), 10n ** 5000n])
  })

  it('are refused if their length is forged', () => {
    const bytes = Array.from({ length: 136 }, () => 255)
    expectRefused(
      [tag.LIMBS, 0],
      [tag.LIMBS, 0x80],
      [tag.LIMBS, 17, ...bytes],
      [tag.LIMBS, 2, ...bytes.slice(0, 15)],
    )
    expect(decoded(Uint8Array.of(tag.LIMBS, 1, ...bytes.slice(0, 8)))).toBe(2n ** 64n - 1n)
  })
})

describe('sparse arrays', () => {
  it('keep holes and properties', () => {
    const proto = JSON.parse('{"__proto__": 1}') as object
    const properties = { extra: [1], '-1': 2, '01': 3, 1.5: 4, 4294967295: 5, map: 6 }
    for (const item of [
      Object.assign(new Array(5), { 3: 'x' }),
      new Array(300),
      Object.assign([1, 2], properties),
      Object.assign([1], { 2: 3 }, properties),
      Object.defineProperty([1, 2, 3], '__proto__', {
        ...Object.getOwnPropertyDescriptor(proto, '__proto__'),
      }),
      /b(?<c>c)/.exec('abcd'),
    ]) {
      expectTagged(item)
      expectTagged({ item: [item, item] })
    }
    const sparse: unknown[] = new Array(9)
    sparse[4] = sparse
    expectTagged(sparse)
  })

  it('are left to V8 if a getter changes them', () => {
    const changing = (change: (array: unknown[]) => void) => {
      const array = new Array(5)
      array[4] = 4
      const get = () => change(array)
      return Object.defineProperty(array, 1, { get, enumerable: true })
    }
    for (const change of [
      (a: unknown[]) => a.pop(),
      (a: unknown[]) => a.push(1),
      (a: unknown[]) => a.splice(4),
    ]) {
      expect(encoded(changing(change))[0]).toBe(V8_MARK)
    }
  })

  it('do not ask what arrays inherit', () => {
    const calls: unknown[] = []
    Object.defineProperty(Array.prototype, 2, { set: (value) => calls.push(value), configurable: true })
    try {
      expect(Object.keys(decoded(encoded(Object.assign(new Array(5), { 4: 1 }))) as object)).toEqual(['4'])
      const item = new Array(4)
      Object.defineProperty(item, 2, { value: 7, enumerable: true })
      expect(Object.entries(decoded(encoded(item)) as object)).toEqual([['2', 7]])
    } finally {
      delete (Array.prototype as unknown[])[2]
    }
    expect(calls).toEqual([])
  })

  it('are refused if they claim more holes than an item may have, or have a key that is none', () => {
    const half = [tag.SPARSE, ...u32(2 ** 20 + 1), ...u32(0)]
    const text = (key: string) => [tag.STRING + key.length, ...Buffer.from(key)]
    const one = (...key: number[]) => [tag.SPARSE, ...u32(10), ...u32(1), ...key, 5]
    expectRefused(
      [tag.SPARSE, ...u32(2 ** 32 - 1), ...u32(0)],
      [tag.SPARSE, ...u32(2 ** 21 + 2), ...u32(1), 0, 0],
      [tag.SPARSE, ...u32(0), ...u32(2 ** 32 - 1), 0],
      [...array(2), ...half, ...half],
      one(10),
      one(tag.INT8, 255),
      one(tag.DOUBLE, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f),
      one(tag.DOUBLE, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f),
      one(...text('length')),
      one(...text('4')),
      one(...text('2000000')),
      one(tag.NULL),
      one(...array(0)),
    )
    expect(decoded(Uint8Array.from(one(9)))).toHaveLength(10)
  })
})
