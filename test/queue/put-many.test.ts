import { describe, expect, it } from 'vitest'
import { type Codec, codecs, type DeadLetter, defineCodec, EMPTY, Queue } from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { within } from '../support/deadline.ts'
import { KINDS, queueAt } from '../support/queues.ts'
import { other, waits } from '../support/users.ts'

type Items = Iterable<number>

const numbers = (options?: object) => new Queue<number>({ codec: codecs.int32, maxInFlight: 64, ...options })
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Both forms, which the main thread may call while there is room. */
const FORMS = [
  [
    'putMany',
    async <T>(queue: Queue<T>, items: Iterable<T>, options?: object) => queue.putMany(items, options),
  ],
  [
    'putManySync',
    async <T>(queue: Queue<T>, items: Iterable<T>, options?: object) => queue.putManySync(items, options),
  ],
] as const

/** The items of the queue, in their order, each finished. */
function emptied<T>(queue: Queue<T>): T[] {
  const items: T[] = []
  for (let item = queue.tryGet(); item !== EMPTY; item = queue.tryGet()) {
    items.push(item)
    queue.taskDone()
  }
  return items
}

/** Puts a getter into `items`, which answers `at`, its place, and calls `act` before. */
function withGetter(items: number[], at: number, act: () => unknown): number[] {
  let isActing = false
  const get = () => {
    if (isActing) return at
    isActing = true
    try {
      act()
    } finally {
      isActing = false
    }
    return at
  }
  return Object.defineProperty(items, at, { get, configurable: true })
}

/** No cell is lost or in two places. */
function isWhole(queue: Queue<never>): void {
  const { words, geometry } = internalsOf(queue).shared
  expect(faultsOf(words, geometry)).toEqual([])
}

/** A codec of one byte that counts its calls for each item, and refuses those above 100. */
function counting() {
  const encoded: number[] = []
  const codec = defineCodec<number>({
    filename: import.meta.url,
    name: 'counting',
    byteLength: 1,
    encode(item, into) {
      encoded.push(item)
      if (item > 100) throw new RangeError('above 100')
      if (into.length > 0) into[0] = item
      return 1
    },
    decode: ([byte = 0]) => byte,
  })
  return { encoded, codec, times: (item: number) => encoded.filter((each) => each === item).length }
}

describe.each(FORMS)('%s', (_, put) => {
  it.each([
    ['an Int32Array', new Int32Array([3, -1, 2]), codecs.int32],
    ['a Float64Array', new Float64Array([0.5, -0, Number.NaN]), codecs.float64],
    ['a Uint8Array', new Uint8Array([1, 255]), codecs.int32],
    ['a Buffer', Buffer.from([7, 8, 9]), codecs.int32],
    ['a BigInt64Array', new BigInt64Array([1n, -(2n ** 63n), 3n]), codecs.structured],
    ['a Float32Array', new Float32Array([1.5, 2.5]), codecs.structured],
    ['an array', ['a', undefined, null, { b: [1n] }], codecs.structured],
    ['a set', new Set([1, 2]), codecs.int32],
    ['a string', 'abc', codecs.string],
    ['what has an iterator only', { [Symbol.iterator]: () => [4, 5][Symbol.iterator]() }, codecs.int32],
  ])('puts the items of %s in their order', async (_, items, codec) => {
    const queue = new Queue<unknown>({ codec: codec as Codec<unknown>, maxInFlight: 64 })
    const expected = [...(items as Iterable<unknown>)]
    expect(await put(queue, items as Iterable<unknown>)).toBe(expected.length)
    expect(emptied(queue)).toEqual(expected)
    isWhole(queue as Queue<never>)
  })

  it.each([0, 1, 2, 7, 8, 9, 15, 16, 17, 63, 64])('puts an array of %i items', async (count) => {
    const queue = numbers({ maxsize: 64 })
    expect(await put(queue, upTo(count))).toBe(count)
    expect([queue.size, queue.stats().threads[0]?.stored, queue.unfinished]).toEqual([count, count, count])
    expect(emptied(queue)).toEqual(upTo(count))
    isWhole(queue as Queue<never>)
  })

  it.each(KINDS)('puts an array into a %s queue, also where positions wrap', async (kind) => {
    const queue = queueAt<number>(2 ** 31 - 5, { codec: codecs.int32, maxsize: 16 }, kind)
    for (let round = 0; round < 3; round++) {
      expect(await put(queue, upTo(11))).toBe(11)
      expect(emptied(queue).sort((a, b) => a - b)).toEqual(upTo(11))
    }
    isWhole(queue as Queue<never>)
  })

  it('takes holes of a sparse array for undefined', async () => {
    const queue = new Queue<unknown>()
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    expect(await put(queue, [1, , 3, , ,])).toBe(5)
    expect(emptied(queue)).toEqual([1, undefined, 3, undefined, undefined])
  })

  it('asks the iterator of an array that has its own', async () => {
    class Twice<T> extends Array<T> {
      override *[Symbol.iterator](): ArrayIterator<T> {
        for (let index = 0; index < this.length; index++) yield* [this[index] as T, this[index] as T]
      }
    }
    const patched = [1, 2, 3]
    patched[Symbol.iterator] = () => [4, 5][Symbol.iterator]()
    for (const [items, expected] of [
      [Twice.from([1, 2]), [1, 1, 2, 2]],
      [patched, [4, 5]],
    ] as const) {
      const queue = numbers()
      expect(await put(queue, items)).toBe(expected.length)
      expect(emptied(queue)).toEqual(expected)
    }
  })

  it('asks the iterator of a typed array that has its own', async () => {
    class Twice extends Int32Array {
      override *[Symbol.iterator](): ArrayIterator<number> {
        for (let index = 0; index < this.length; index++)
          yield* [this[index] as number, this[index] as number]
      }
    }
    const patched = new Float64Array(3)
    patched[Symbol.iterator] = () => [4, 5][Symbol.iterator]()
    for (const [items, expected] of [
      [new Twice([1, 2]), [1, 1, 2, 2]],
      [patched, [4, 5]],
    ] as const) {
      const queue = numbers()
      expect(await put(queue, items)).toBe(expected.length)
      expect(emptied(queue)).toEqual(expected)
    }
  })

  it.each([
    ['array', Array.prototype, [1, 2, 3]],
    ['typed array', Object.getPrototypeOf(Int32Array.prototype), new Int32Array(3)],
  ])('asks the iterator that was put in place of the one of every %s', async (_, prototype, items) => {
    const queue = numbers()
    const own = Object.getOwnPropertyDescriptor(prototype, Symbol.iterator) as PropertyDescriptor
    const others = new Set([4, 5])
    const patched = { ...own, value: () => others.values() }
    Object.defineProperty(prototype, Symbol.iterator, patched)
    let stored: Promise<number>
    try {
      stored = put(queue, items)
    } finally {
      Object.defineProperty(prototype, Symbol.iterator, own)
    }
    expect(await stored).toBe(2)
    expect(emptied(queue)).toEqual([4, 5])
  })

  it('puts the items of an array subclass that keeps the iterator', async () => {
    class Mine extends Array<number> {}
    const queue = numbers()
    expect(await put(queue, Mine.from(upTo(20)))).toBe(20)
    expect(emptied(queue)).toEqual(upTo(20))
  })

  it('that an array calls while it is read stores its own items apart', async () => {
    for (const at of [0, 1, 5, 8]) {
      const queue = numbers()
      const items = withGetter(upTo(12), at, () => queue.putManySync([20, 21, 22]))
      expect(await put(queue, items)).toBe(12)
      const all = emptied(queue)
      expect(all.filter((item) => item < 20)).toEqual(upTo(12))
      expect(all.filter((item) => item >= 20)).toEqual([20, 21, 22])
      expect(queue.unfinished).toBe(0)
      isWhole(queue as Queue<never>)
    }
  })

  it('puts what an array has when its turn comes, also if reading it changes that', async () => {
    for (const [act, expected] of [
      [(items: number[]) => items.push(8, 9), [0, 1, 2, 3, 4, 5, 8, 9]],
      [(items: number[]) => items.splice(4), [0, 1, 2, 3]],
      [(items: number[]) => items.splice(3), [0, 1, 2]],
    ] as const) {
      const queue = new Queue<unknown>()
      const items: number[] = withGetter(upTo(6), 2, () => act(items))
      expect(await put(queue, items)).toBe(expected.length)
      expect(emptied(queue)).toEqual(expected)
    }
  })

  it('stores what comes before an item that cannot be read', async () => {
    for (const at of [0, 1, 5, 8]) {
      const queue = numbers()
      const items = withGetter(upTo(12), at, () => {
        throw new Error('not there')
      })
      await expect(put(queue, items)).rejects.toMatchObject({ message: 'not there', stored: at })
      expect(emptied(queue)).toEqual(upTo(at))
    }
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an object', {}],
    ['an array-like', { length: 1, 0: 1 }],
  ])('refuses %s', async (_, items) => {
    await expect(put(numbers(), items as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringMatching(/^items must be an iterable/),
    })
  })

  it('encodes each item once, and twice at most one that cannot be encoded', async () => {
    for (const at of [0, 1, 5, 7, 8, 9, 20]) {
      const { codec, encoded, times } = counting()
      const queue = new Queue<number>({ codec })
      const items = upTo(24)
      items[at] = 101
      await expect(put(queue, items)).rejects.toMatchObject({ code: 'ERR_CODEC', stored: at })
      expect(queue.stats()).toMatchObject({ size: at, unfinished: at })
      expect(times(101)).toBeLessThanOrEqual(2)
      // Those after it are not encoded.
      expect(encoded.filter((each) => each !== 101)).toEqual(upTo(at))
      expect(emptied(queue)).toEqual(upTo(at))
      isWhole(queue as Queue<never>)
    }
  })

  it('goes on after an error, with the room that there is', async () => {
    const { codec, times } = counting()
    const queue = new Queue<number>({ codec, maxsize: 5 })
    await expect(put(queue, [1, 2, 101])).rejects.toMatchObject({ stored: 2 })
    await expect(put(queue, [3, 4, 5, 6, 7], { timeout: 0 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      stored: 3,
    })
    // It looked for room first, so no item was encoded in vain but the next.
    expect([times(6), times(7)]).toEqual([1, 0])
    expect(emptied(queue)).toEqual([1, 2, 3, 4, 5])
    isWhole(queue as Queue<never>)
  })

  it('puts items too long for a cell among short ones, in their order', async () => {
    const queue = new Queue<string>({
      codec: codecs.string,
      itemBytes: 8,
      maxItemBytes: 5000,
      maxInFlight: 64,
    })
    const items = upTo(40).map((index) => (index % 7 === 3 ? 'long'.repeat(index * 20) : `s${index}`))
    expect(await put(queue, items)).toBe(40)
    expect(emptied(queue)).toEqual(items)
    expect(queue.stats().freeMemoryBytes).toBe(queue.stats().memoryBytes)
    isWhole(queue as Queue<never>)
  })

  it('stores what comes before an item that is too large', async () => {
    const queue = new Queue<string>({
      codec: codecs.string,
      itemBytes: 8,
      maxItemBytes: 100,
      memoryBytes: 1000,
    })
    await expect(put(queue, ['a', 'b', 'x'.repeat(101), 'c'])).rejects.toMatchObject({
      code: 'ERR_ITEM_TOO_LARGE',
      stored: 2,
    })
    expect(emptied(queue)).toEqual(['a', 'b'])
  })

  it('stops where the memory for long items ends', async () => {
    const queue = new Queue<string>({
      codec: codecs.string,
      itemBytes: 8,
      maxItemBytes: 1000,
      memoryBytes: 2000,
      whenFull: 'reject',
    })
    const long = 'x'.repeat(1000)
    await expect(put(queue, ['a', long, 'b', long, 'c', long, 'd'])).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      full: 'memory',
      stored: 5,
    })
    expect(emptied(queue)).toEqual(['a', long, 'b', long, 'c'])
    isWhole(queue as Queue<never>)
  })

  it("on a full queue with 'reject' says how many were stored", async () => {
    const queue = numbers({ maxsize: 11, whenFull: 'reject' })
    await expect(put(queue, upTo(20), { timeout: 10_000 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      stored: 11,
    })
    expect(queue.stats()).toMatchObject({ size: 11, rejected: 1, dropped: 0 })
    expect(emptied(queue)).toEqual(upTo(11))
  })

  it("on a full queue with 'drop-newest' drops the rest, and counts it", async () => {
    const queue = numbers({ maxsize: 11, whenFull: 'drop-newest' })
    expect(await put(queue, upTo(20))).toBe(11)
    expect(queue.stats()).toMatchObject({ size: 11, dropped: 9, rejected: 0, unfinished: 11 })
    expect(emptied(queue)).toEqual(upTo(11))
  })

  it("on a full queue with 'drop-oldest' keeps the last ones", async () => {
    const queue = numbers({ maxsize: 11, whenFull: 'drop-oldest' })
    expect(await put(queue, upTo(20))).toBe(20)
    expect(queue.stats()).toMatchObject({ size: 11, dropped: 9, unfinished: 11 })
    expect(emptied(queue)).toEqual(upTo(20).slice(9))
    isWhole(queue as Queue<never>)
  })

  it('on a shut-down queue stores nothing', async () => {
    const queue = numbers()
    queue.shutdown()
    await expect(put(queue, [1, 2, 3])).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN', stored: 0 })
    expect(await put(queue, [])).toBe(0)
  })

  it('refuses options that are wrong before it puts anything', async () => {
    const queue = numbers()
    for (const options of [{ timeout: -1 }, { timeOut: 5 }, { priority: 1 }, { signal: 5 }, 5, null]) {
      await expect(put(queue, [1, 2], options as never)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(INVALID_ARG|OUT_OF)/),
      })
    }
    expect(queue.size).toBe(0)
  })

  it.each([1, 5, 8, 20])('fits what came back within a maxsize of %i', async (maxsize) => {
    const queue = numbers({ maxsize })
    await put(queue, upTo(maxsize))
    const taken = await queue.takeMany(maxsize)
    const half = Math.ceil(maxsize / 2)
    for (const delivery of [...taken].slice(0, half)) delivery.retry()
    expect(queue.size).toBe(half)
    const room = maxsize - half
    await expect(put(queue, upTo(room + 3), { timeout: 0 })).rejects.toMatchObject({ stored: room })
    expect(queue.size).toBe(maxsize)
    for (const delivery of [...taken].slice(half)) delivery.done()
    expect(emptied(queue)).toEqual([...upTo(half), ...upTo(room)])
    expect(queue.unfinished).toBe(0)
    isWhole(queue as Queue<never>)
  })

  it('gives each item a history of its own', async () => {
    const letters = new Queue<DeadLetter<number>>()
    const queue = numbers({ maxsize: 8, deadLetters: letters, maxDeliveries: 9 })
    for (let round = 0; round < 5; round++) {
      await put(queue, upTo(8))
      for (const delivery of await queue.takeMany(8)) {
        expect(delivery.attempt).toBe(1)
        // Each cell gets a record, which lies beside it when another item comes into it.
        delivery.retry({ error: new Error(`round ${round}`) })
      }
      for (const delivery of await queue.takeMany(8)) {
        expect(delivery.attempt).toBe(2)
        delivery.done()
      }
      await put(queue, upTo(8))
      for (const delivery of await queue.takeMany(8)) delivery.fail(new Error(`last of round ${round}`))
      const histories = emptied(letters).map(({ item, history }) => [
        item,
        ...history.map(({ error }) => error.message),
      ])
      expect(histories).toEqual(upTo(8).map((item) => [item, `last of round ${round}`]))
    }
    expect([queue.unfinished, queue.stats().dropped]).toEqual([0, 0])
  })
})

describe('putMany that waits', () => {
  it('stores the items in order as room comes, whatever part of a batch fits', async () => {
    for (const maxsize of [1, 2, 3, 7, 8, 9]) {
      const queue = numbers({ maxsize })
      const all = queue.putMany(upTo(40))
      const got: number[] = []
      while (got.length < 40) {
        got.push(await within(queue.get(), `item ${got.length} of ${maxsize}`))
        queue.taskDone()
        expect(queue.size).toBeLessThanOrEqual(maxsize)
      }
      expect(await within(all, 'the puts')).toBe(40)
      expect(got).toEqual(upTo(40))
      isWhole(queue as Queue<never>)
    }
  })

  it('encodes an item before its turn at most when it finds room for it', async () => {
    const { codec, encoded } = counting()
    const queue = new Queue<number>({ codec, maxsize: 3 })
    const all = queue.putMany(upTo(9))
    await waits(queue, 'put', 0)
    // Three are stored, and one waits.
    expect(encoded).toEqual([0, 1, 2, 3])
    while (queue.size > 0) {
      await within(queue.get(), 'an item')
      queue.taskDone()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await within(all, 'the puts')).toBe(9)
    expect(encoded).toEqual(upTo(9))
  })

  it('puts what an array has at the time, if it grows or shrinks meanwhile', async () => {
    for (const [change, expected] of [
      [(items: number[]) => items.push(8, 9), [0, 1, 2, 3, 4, 5, 8, 9]],
      [(items: number[]) => items.splice(4), [0, 1, 2, 3]],
      [(items: number[]) => items.splice(1), [0, 1, 2]],
      [(items: number[]) => items.reverse(), [0, 1, 2, 2, 1, 0]],
    ] as const) {
      const queue = numbers({ maxsize: 2 })
      const items = upTo(6)
      const all = queue.putMany(items)
      await waits(queue, 'put', 0)
      change(items)
      const got: number[] = []
      while (got.length < expected.length) {
        got.push(await within(queue.get(), `item ${got.length}`))
        queue.taskDone()
      }
      expect(await within(all, 'the puts')).toBe(expected.length)
      expect(got).toEqual(expected)
      expect(queue.size).toBe(0)
    }
  })

  it('ends with a typed array whose buffer was given away', async () => {
    const queue = numbers({ maxsize: 2 })
    const items = new Int32Array(upTo(6))
    const all = queue.putMany(items)
    await waits(queue, 'put', 0)
    structuredClone(items.buffer, { transfer: [items.buffer] })
    expect(await within(queue.getMany(3), 'the first')).toEqual([0, 1])
    expect(await within(queue.get(), 'the one that waited')).toBe(2)
    expect(await within(all, 'the puts')).toBe(3)
  })

  it('puts each item once when it is stopped, by a timeout, a signal, a shutdown, or detaching', async () => {
    for (const [code, stop] of [
      ['ERR_QUEUE_FULL', () => {}],
      ['ABORT_ERR', (_, controller) => controller.abort()],
      ['ERR_QUEUE_SHUT_DOWN', (queue) => queue.shutdown()],
      ['ERR_QUEUE_SHUT_DOWN', (queue) => queue.shutdown({ immediate: true })],
      ['ERR_DETACHED', (queue) => queue[Symbol.dispose]()],
    ] as [string, (queue: Queue<number>, controller: AbortController) => void][]) {
      const queue = numbers({ maxsize: 11 })
      const there = await other(queue)
      const controller = new AbortController()
      const timeout = code === 'ERR_QUEUE_FULL' ? 20 : undefined
      const all = queue.putMany(upTo(30), { timeout, signal: controller.signal })
      const outcome = within(Promise.allSettled([all]), code)
      await waits(queue, 'put', 0)
      expect(await there.call('getManySync', 3)).toEqual([0, 1, 2])
      if (timeout === undefined) {
        // The room is taken, and it waits again.
        while (queue.size < 11) await new Promise((resolve) => setImmediate(resolve))
        await waits(queue, 'put', 0)
      }
      stop(queue, controller)
      expect(await outcome).toMatchObject([{ reason: { code, stored: 14 } }])
    }
  })

  it('that is aborted already stores nothing', async () => {
    const queue = numbers()
    await expect(queue.putMany([1, 2], { signal: AbortSignal.abort('no') })).rejects.toMatchObject({
      code: 'ABORT_ERR',
      cause: 'no',
      stored: 0,
    })
    expect(queue.size).toBe(0)
  })

  it('stores its items behind the puts of this thread that waited before', async () => {
    const queue = numbers({ maxsize: 2 })
    const calls = [queue.putMany([0, 1, 2, 3]), queue.putMany([10, 11]), queue.put(20)]
    const got: number[] = []
    while (got.length < 7) {
      got.push(await within(queue.get(), `item ${got.length}`))
      queue.taskDone()
    }
    expect(await within(Promise.all(calls), 'the puts')).toEqual([4, 2, 'stored'])
    // Each call keeps its order, and the first item that waits comes first.
    expect(got.slice(0, 3)).toEqual([0, 1, 2])
    expect(got.filter((item) => item < 10)).toEqual([0, 1, 2, 3])
    expect(got.filter((item) => item >= 10 && item < 20)).toEqual([10, 11])
  })

  it('asks a generator for one item ahead', async () => {
    const queue = numbers({ maxsize: 4 })
    let asked = 0
    function* source(): Items {
      for (;;) yield asked++
    }
    const all = queue.putMany(source())
    all.catch(() => {})
    await waits(queue, 'put', 0)
    expect(asked).toBe(5)
    queue.shutdown()
    await expect(within(all, 'the puts')).rejects.toMatchObject({ stored: 4 })
    expect(asked).toBe(5)
  })
})
