import { describe, expect, it } from 'vitest'
import { type Codec, codecs } from '../../src/codec/index.ts'

/** An item for each codec that writes into the caller's array itself. */
const items: [string, unknown][] = [
  [
    'structured',
    { id: 'task-1', text: 'x'.repeat(100), bytes: Uint8Array.from({ length: 200 }, (_, i) => i) },
  ],
  ['structured', { pattern: /a/g, floats: new Float32Array([1, 2, 3]), text: 'é'.repeat(50) }],
  ['json', { id: 'task-1', text: 'é'.repeat(100), list: [1, 2, 3] }],
  ['msgpack', { id: 'task-1', text: 'é'.repeat(100), bytes: new Uint8Array([1, 2, 3]) }],
  ['string', `é${'x'.repeat(100)}`],
  ['string', '\ud800'.repeat(30)],
  ['bytes', Uint8Array.from({ length: 200 }, (_, i) => i)],
  ['int32', -5],
  ['float64', 1.5],
]

const codecOf = (name: string) => codecs[name as keyof typeof codecs] as Codec<unknown>

/** Items that run `effect` when they are encoded, and have a long text after that. */
const effects: [string, (effect: () => unknown) => unknown][] = [
  ['structured', (effect) => ({ first: 1, nested: withGetter(effect), big: 2n ** 200n })],
  ['json', withGetter],
  ['msgpack', withGetter],
  // A class instance is left to V8's serializer.
  [
    'structured',
    (effect) => Object.assign(new (class Point {})(), { a: new Error('x'), b: withGetter(effect) }),
  ],
]

function withGetter(effect: () => unknown) {
  return {
    before: 'some text before',
    get effect() {
      effect()
      return 'some text'
    },
    long: 'x'.repeat(100),
    wide: '日'.repeat(100),
    broken: '\ud800'.repeat(100),
  }
}

/** Arrays of a class that says something else about its length and its memory. */
class Liar extends Uint8Array {
  override get length() {
    return 1 << 20
  }
  override get byteLength() {
    return 1 << 20
  }
  override get byteOffset() {
    return 0
  }
}

describe.each(items)('arrays with a length of their own, for codecs.%s', (name, item) => {
  const codec = codecOf(name)
  const length = codec.encode(item, new Uint8Array(0))

  it('get nothing where the item does not fit, and hold no bytes beside their own', () => {
    const memory = new Uint8Array(length + 64).fill(0xaa)
    expect(codec.encode(item, new Liar(memory.buffer, 32, length - 1))).toBe(length)
    expect(memory.subarray(0, 32)).toEqual(new Uint8Array(32).fill(0xaa))
    expect(memory.subarray(31 + length)).toEqual(new Uint8Array(33).fill(0xaa))
  })

  it('are read as what they are', () => {
    const memory = new Uint8Array(length + 64)
    const bytes = new Liar(memory.buffer, 32, length)
    expect(codec.encode(item, bytes)).toBe(length)
    if (name === 'int32' || name === 'float64') return
    expect(codec.decode(bytes)).toEqual(item)
  })
})

describe.each(items)('encode and decode of codecs.%s', (name, item) => {
  const codec = codecOf(name)
  const length = codec.encode(item, new Uint8Array(0))

  it.each([
    ['a SharedArrayBuffer', (bytes: number) => new SharedArrayBuffer(bytes)],
    ['a resizable buffer', (bytes: number) => resizable(bytes)],
    ['a growable shared buffer', (bytes: number) => growable(bytes)],
  ])('work on views on %s, at every alignment', (_, make) => {
    for (let offset = 0; offset < 9; offset++) {
      const all = new Uint8Array(make(length + 32)).fill(0xa5)
      const into = new Uint8Array(all.buffer, offset + 8, length)
      expect(codec.encode(item, into)).toBe(length)
      expect(codec.decode(into)).toEqual(item)
      expect(all.subarray(0, offset + 8).every((byte) => byte === 0xa5)).toBe(true)
      expect(all.subarray(offset + 8 + length).every((byte) => byte === 0xa5)).toBe(true)
    }
  })

  it('work on an array that follows the length of its buffer', () => {
    const buffer = resizable(1)
    const into = new Uint8Array(buffer)
    expect(codec.encode(item, into)).toBe(length)
    buffer.resize(length)
    expect(codec.encode(item, into)).toBe(length)
    expect(codec.decode(into)).toEqual(item)
  })

  it('give items that share no memory with the bytes', () => {
    const into = new Uint8Array(length)
    codec.encode(item, into)
    const decoded = codec.decode(into)
    into.fill(0x5a)
    expect(decoded).toEqual(item)
  })

  it('treat a detached array as an empty one', () => {
    const into = new Uint8Array(length)
    detach(into)
    expect(codec.encode(item, into)).toBe(length)
  })
})

describe.each(effects)('encode of codecs.%s', (name, make) => {
  const codec = codecOf(name)
  const plain = codec.decode(
    encoded(
      codec,
      make(() => undefined),
    ),
  )

  it('may be called by a getter of the item', () => {
    const inner = { inner: ['some text', 'é'.repeat(40), 5] }
    const read: unknown[] = []
    const item = make(() => read.push(codec.decode(encoded(codec, inner))))
    expect(codec.decode(encoded(codec, item))).toEqual(plain)
    expect(read.length).toBeGreaterThan(0)
    for (const each of read) expect(each).toEqual(inner)
  })

  it('throws or returns a length that does not fit, if a getter detaches the array', () => {
    const into = new Uint8Array(4096)
    expectNoFit(
      codec,
      make(() => detach(into)),
      into,
    )
  })

  it('throws or returns a length that does not fit, if a getter shrinks the array', () => {
    for (const left of [0, 1, 20, 100]) {
      const buffer = resizable(4096)
      const into = new Uint8Array(buffer)
      expectNoFit(
        codec,
        make(() => buffer.resize(left)),
        into,
      )
    }
  })

  it('stays in the array if a getter resizes it and a neighbour takes the memory', () => {
    const buffer = resizable(4096)
    const fixed = new Uint8Array(buffer, 1024, 2048)
    expectNoFit(
      codec,
      make(() => buffer.resize(1100)),
      fixed,
    )
    expect(fixed.length).toBe(0)
    expect(new Uint8Array(buffer, 0, 1024).every((byte) => byte === 0)).toBe(true)
  })
})

it.each(Object.keys(codecs))('codecs.%s names an array that is none', (name) => {
  const codec = codecOf(name)
  for (const none of [undefined, null, [], new ArrayBuffer(8), new Uint16Array(4), 'text']) {
    expect(() => codec.encode(1, none as never)).toThrow(/into.*Uint8Array/)
    expect(() => codec.decode(none as never)).toThrow(/bytes.*Uint8Array/)
  }
})

function encoded(codec: Codec<unknown>, item: unknown): Uint8Array {
  const into = new Uint8Array(4096)
  return into.subarray(0, codec.encode(item, into))
}

function expectNoFit(codec: Codec<unknown>, item: unknown, into: Uint8Array): void {
  let length: number
  try {
    length = codec.encode(item, into)
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    return
  }
  expect(length).toBeGreaterThan(into.length)
}

interface Resizable extends ArrayBuffer {
  resize(bytes: number): void
}

function resizable(bytes: number): Resizable {
  return Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: 1 << 16 }]) as Resizable
}

function growable(bytes: number): SharedArrayBuffer {
  return Reflect.construct(SharedArrayBuffer, [bytes, { maxByteLength: 1 << 16 }]) as SharedArrayBuffer
}

function detach(bytes: Uint8Array): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
}
