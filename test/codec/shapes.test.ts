import { beforeAll, describe, expect, it } from 'vitest'
import { cellCodec, codecs, spanOf } from '../../src/codec/index.ts'
import {
  COMPILED_WHEN_MET,
  COMPILED_WHEN_WRITTEN,
  compiledCount,
  MOST_COMPILED,
} from '../../src/codec/tagged/index.ts'
import { runShapes } from './run-shapes.ts'
import { snapshot } from './snapshot.ts'

const structured = cellCodec(codecs.structured)
const span = spanOf(new ArrayBuffer(1 << 16))

function bytesOf(item: unknown): Buffer {
  return Buffer.from(span.bytes.subarray(0, structured.write(item, span, 0, span.bytes.length)))
}

function read(bytes: Uint8Array): unknown {
  span.bytes.set(bytes, 3)
  return structured.read(span, 3, bytes.length)
}

function roundTrip(item: unknown): unknown {
  return read(bytesOf(item))
}

/** Calls `run` for each of `count` numbers. */
function times(count: number, run: (i: number) => void): void {
  for (let i = 0; i < count; i++) run(i)
}

/** The bytes of an object with the key `from`, which nobody in this thread has written as `to`. */
function renamed(item: unknown, from: string, to: string): Buffer {
  return Buffer.from(bytesOf(item).toString('latin1').replace(from, to), 'latin1')
}

/** Runs `run` while Object.prototype has `key`. */
function polluted(key: string, property: PropertyDescriptor, run: () => void): void {
  Object.defineProperty(Object.prototype, key, { ...property, configurable: true })
  try {
    run()
  } finally {
    delete (Object.prototype as Record<string, unknown>)[key]
  }
}

describe('a shape', () => {
  it('is compiled when it has been written often', () => {
    const before = compiledCount()
    times(COMPILED_WHEN_WRITTEN - 1, (i) => bytesOf({ writtenOften: i }))
    expect(compiledCount()).toBe(before)
    bytesOf({ writtenOften: 1 })
    expect(compiledCount()).toBe(before + 1)
    times(2000, (i) => expect(roundTrip({ writtenOften: i })).toEqual({ writtenOften: i }))
    expect(compiledCount()).toBe(before + 1)
  })

  it('that this thread has not written is compiled when it has been read a thousand times', () => {
    expect(COMPILED_WHEN_MET).toBe(1000)
    const foreign = renamed({ native0: 7 }, 'native0', 'foreign')
    const before = compiledCount()
    times(COMPILED_WHEN_MET - 1, () => expect(read(foreign)).toEqual({ foreign: 7 }))
    expect(compiledCount()).toBe(before)
    times(2, () => expect(read(foreign)).toEqual({ foreign: 7 }))
    expect(compiledCount()).toBe(before + 1)
  })

  it('is not compiled if it has the key __proto__, an integer-like key or a key twice', () => {
    const before = compiledCount()
    const twice = renamed({ key1: 1, key2: 2 }, 'key1', 'key2')
    const proto = JSON.parse('{"a": 1, "__proto__": {"b": 2}}') as object
    times(2000, () => {
      expect(read(twice)).toEqual({ key2: 2 })
      expect(snapshot(roundTrip({ a: 1, 7: 2 }))).toBe(snapshot({ 7: 2, a: 1 }))
    })
    times(2000, () => bytesOf(proto))
    expect(snapshot(roundTrip(proto))).toBe(snapshot(structuredClone(proto)))
    // The object inside has a shape of its own, which is compiled.
    expect(compiledCount()).toBe(before + 1)
  })

  it('does what the loop does at each key, also those with a meaning in code', () => {
    const item = Object.fromEntries(
      [
        '"',
        '\\',
        '\u2028',
        '\ud800',
        '`${',
        '\n',
        'constructor',
        'toString',
        'get',
        'async',
        '',
        'at',
        'value',
      ].map((key, i) => [key, i]),
    )
    const expected = snapshot(structuredClone(item))
    const first = bytesOf(item)
    times(COMPILED_WHEN_WRITTEN, () => bytesOf(item))
    expect(bytesOf(item)).toEqual(first)
    expect(snapshot(roundTrip(item))).toBe(expected)
  })

  it('takes nothing for an object of the keys that came there last', () => {
    class Pair {
      left = 1
      right = 'class'
    }
    const pair = (left: unknown) => ({ left, right: 'plain' })
    times(COMPILED_WHEN_WRITTEN, (i) => roundTrip({ holdsPairs: pair(i) }))
    const others: unknown[] = [
      [pair(1), pair(2), [pair(3)]],
      new Pair(),
      Object.assign(Object.create(null), pair(4)),
      Object.assign(Object.create({ left: 0, more: 0 }), pair(5)),
      Object.defineProperty(pair(6), '__proto__', { value: null }),
      Object.defineProperty(new Pair(), '__proto__', { value: Object.prototype }),
      Object.defineProperty(pair(13), '__proto__', {
        get: () => expect.fail('is no key'),
        enumerable: false,
      }),
      new Uint8Array(3),
      Object.assign(new Map([[1, 2]]), pair(7)),
      Object.assign([1], pair(8)),
      { right: 'first', left: 9 },
      { left: 10 },
      { ...pair(11), more: true },
      Object.defineProperty(pair(12), 'left', { enumerable: false }),
      null,
      'text',
    ]
    for (const other of others) {
      expect(snapshot(roundTrip({ holdsPairs: other }))).toEqual(
        snapshot(structuredClone({ holdsPairs: other })),
      )
      expect(roundTrip({ holdsPairs: pair(0) })).toEqual({ holdsPairs: pair(0) })
    }
  })

  it('stays compiled when other shapes have come and gone', () => {
    times(COMPILED_WHEN_WRITTEN, (i) => bytesOf({ stays: i }))
    const before = compiledCount()
    times(6000, (i) => bytesOf({ [`gone${i}`]: i }))
    times(2 * COMPILED_WHEN_WRITTEN, (i) => expect(roundTrip({ stays: i })).toEqual({ stays: i }))
    expect(compiledCount()).toBe(before)
  })
})

describe('a getter in an object whose shape is compiled', () => {
  type Item = { first?: unknown; second?: unknown; third?: unknown }
  beforeAll(() => times(COMPILED_WHEN_WRITTEN, () => bytesOf({ first: 1, second: 2, third: 3 })))

  const withGetter = (get: (this: Item) => unknown): Item =>
    Object.defineProperty({ first: 1, second: 2, third: 3 } as Item, 'first', { get, enumerable: true })

  it.each<[string, (this: Item) => unknown, string[]]>([
    [
      'deletes one behind it',
      function () {
        delete this.second
        return 5
      },
      ['first', 'third'],
    ],
    [
      'adds one',
      function () {
        Object.assign(this, { added: 1 })
        return 5
      },
      ['first', 'second', 'third'],
    ],
    [
      'takes one away and puts it back',
      function () {
        delete this.second
        this.second = 2
        return 5
      },
      ['first', 'second', 'third'],
    ],
  ])('%s', (_, get, keys) => {
    expect(Object.keys(roundTrip(withGetter(get)) as object)).toEqual(keys)
  })

  it('runs in the order of the keys, after what is inside the values before it', () => {
    const calls: string[] = []
    const getting = (name: string, value: unknown) => ({
      get: () => {
        calls.push(name)
        return value
      },
      enumerable: true,
    })
    const inner = Object.defineProperties({}, { a: getting('inner', 1) })
    const item = Object.defineProperties(
      {},
      { first: getting('first', inner), second: getting('second', 2), third: getting('third', 3) },
    )
    expect(roundTrip(item)).toEqual({ first: { a: 1 }, second: 2, third: 3 })
    expect(calls).toEqual(['first', 'inner', 'second', 'third'])
  })

  it.each([30, 100])('may take away the memory that is written to (a string of %i characters)', (length) => {
    const buffer = new ArrayBuffer(1000)
    const item = {
      get first() {
        structuredClone(buffer, { transfer: [buffer] })
        return 'x'.repeat(length)
      },
      second: 'y'.repeat(length),
      third: '日'.repeat(length),
    }
    const span = { bytes: new Uint8Array(buffer) } as Parameters<typeof structured.write>[1]
    expect(() => structured.write(item, span, 3, 990)).toThrow(RangeError)
    expect(roundTrip({ first: 1, second: 2, third: 3 })).toEqual({ first: 1, second: 2, third: 3 })
  })

  it('is never reached in a proxy', () => {
    let traps = 0
    const trap = () => {
      traps++
      return undefined
    }
    const handler = new Proxy({}, { get: trap })
    expect(() => roundTrip(new Proxy({ first: 1, second: 2, third: 3 }, handler))).toThrow(
      /could not be cloned/,
    )
    expect(traps).toBe(0)
  })
})

describe('a change of Object.prototype', () => {
  const calls: unknown[] = []
  const PROPERTIES: [string, PropertyDescriptor][] = [
    ['a setter', { set: (value) => calls.push(value), get: () => 1 }],
    ['a value that cannot be written', { value: 'inherited', writable: false }],
    ['an enumerable value', { value: 'inherited', enumerable: true, writable: true }],
    ['a getter of undefined', { get: () => undefined, set: (value) => calls.push(value) }],
  ]

  it.each(PROPERTIES)('before a shape is known does not matter: %s', (name, property) => {
    const key = `early ${name}`
    const item = { [key]: 1, other: 2 }
    polluted(key, property, () => {
      times(COMPILED_WHEN_WRITTEN + 10, () =>
        expect(Object.keys(roundTrip(item) as object)).toEqual([key, 'other']),
      )
    })
    expect(roundTrip(item)).toEqual(item)
    expect(calls).toEqual([])
  })

  it.each(PROPERTIES)('after a shape was read or compiled does not matter: %s', (name, property) => {
    const key = `late ${name}`
    const item = { [key]: 1, other: 2 }
    const rare = { other: 1, [key]: 2 }
    times(COMPILED_WHEN_WRITTEN + 10, () => roundTrip(item))
    roundTrip(rare)
    const results: object[] = []
    const dictionary = Object.fromEntries([[key, 1], ...Array.from({ length: 40 }, (_, i) => [`key${i}`, i])])
    polluted(key, property, () => {
      for (const each of [item, rare, dictionary]) results.push(roundTrip(each) as object)
    })
    expect(results.map((each) => snapshot(each))).toEqual(
      [item, rare, dictionary].map((each) => snapshot(structuredClone(each))),
    )
    expect(calls).toEqual([])
  })

  it('does not replace a property that a getter has deleted', () => {
    times(COMPILED_WHEN_WRITTEN, () => bytesOf({ deletes: 1, deleted: 2 }))
    const item = {
      get deletes() {
        delete (this as { deleted?: number }).deleted
        return 1
      },
      deleted: 2,
    }
    polluted('deleted', { value: 'inherited' }, () =>
      expect(Object.keys(roundTrip(item) as object)).toEqual(['deletes']),
    )
  })
})

describe('a thread', () => {
  it(`compiles at most ${MOST_COMPILED} shapes, and handles the others by loops`, () => {
    for (let shape = 0; shape < 2 * MOST_COMPILED; shape++) {
      const item = { [`limit${shape}`]: shape, list: [shape] }
      times(COMPILED_WHEN_WRITTEN + 1, () => bytesOf(item))
      expect(roundTrip(item)).toEqual(item)
    }
    expect(compiledCount()).toBe(MOST_COMPILED)
    expect(MOST_COMPILED).toBe(64)
    const foreign = renamed({ nativeX: 7 }, 'nativeX', 'foreigX')
    times(COMPILED_WHEN_MET + 1, () => read(foreign))
    expect(compiledCount()).toBe(MOST_COMPILED)
  })
})

describe('a process', () => {
  it('that may not make code from text uses loops', () => {
    expect(runShapes('items', '--disallow-code-generation-from-strings')).toMatchObject({
      compiled: 0,
      same: true,
    })
  })

  it('without a JIT compiler decodes what it encodes', () => {
    expect(runShapes('items', '--jitless')).toMatchObject({ same: true })
  })

  it('that has replaced functions of JavaScript and Node decodes what it encodes', () => {
    expect(runShapes('replaced')).toMatchObject({ same: true })
  })
})
