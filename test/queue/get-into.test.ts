import { describe, expect, it } from 'vitest'
import { type Codec, codecs, Queue, type QueueOptions } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { other, waits } from '../support/users.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const numbers = (codec: Codec<number>, options?: QueueOptions<number>) =>
  new Queue<number>({ name: 'numbers', codec, ...options })

describe('getMany with `into`', () => {
  it.each([
    ['int32 into an Int32Array', codecs.int32, Int32Array, [1, -2, 2 ** 31 - 1, -(2 ** 31)]],
    ['int32 into a Float64Array', codecs.int32, Float64Array, [1, -2, 2 ** 31 - 1, -(2 ** 31)]],
    ['float64 into a Float64Array', codecs.float64, Float64Array, [0.5, -0, Number.NaN, Infinity, 5e-324]],
  ] as const)('fills it, and says how many: %s', async (_, codec, Into, items) => {
    const queue = numbers(codec)
    for (const form of ['getMany', 'getManySync'] as const) {
      await queue.putMany(items)
      const into = new Into(8).fill(77)
      expect(await queue[form](8, { into })).toBe(items.length)
      expect([...into]).toEqual([...items, ...new Array(8 - items.length).fill(77)])
      expect(queue.unfinished).toBe(items.length)
      queue.taskDone(items.length)
      expect(queue.unfinished).toBe(0)
    }
  })

  it('fills a part of shared memory', async () => {
    const queue = numbers(codecs.int32)
    await queue.putMany([1, 2, 3])
    const all = new Int32Array(new SharedArrayBuffer(32))
    expect(await queue.getMany(8, { into: all.subarray(2, 4) })).toBe(2)
    expect([...all]).toEqual([0, 0, 1, 2, 0, 0, 0, 0])
  })

  it.each([1, 2, 7, 8, 9, 40, 64])('gets at most its length, and at most max: %i', async (count) => {
    for (const [max, length] of [
      [count, 64],
      [64, count],
      [Number.MAX_SAFE_INTEGER, count],
    ] as const) {
      const queue = numbers(codecs.int32)
      await queue.putMany(upTo(64))
      const into = new Int32Array(length)
      expect(queue.getManySync(max, { into })).toBe(count)
      expect([...into.subarray(0, count)]).toEqual(upTo(count))
      expect(queue.size).toBe(64 - count)
      queue.taskDone(count)
    }
  })

  it('gets what maxInFlight allows', async () => {
    const queue = numbers(codecs.int32, { maxInFlight: 5 })
    await queue.putMany(upTo(12))
    const into = new Int32Array(12)
    expect(queue.getManySync(12, { into })).toBe(5)
    await expect(queue.getMany(12, { into })).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
    queue.taskDone(3)
    expect(await queue.getMany(12, { into })).toBe(3)
    expect([...into.subarray(0, 5)]).toEqual([5, 6, 7, 3, 4])
  })

  it("fills it whole with ack 'auto'", async () => {
    const queue = numbers(codecs.float64, { ack: 'auto', maxInFlight: 3 })
    await queue.putMany(upTo(50))
    const into = new Float64Array(50)
    expect(queue.getManySync(50, { into })).toBe(50)
    expect([[...into], queue.unfinished]).toEqual([upTo(50), 0])
  })

  it('waits for the first item, and lingers', async () => {
    const queue = numbers(codecs.int32)
    const into = new Int32Array(3)
    const batch = queue.getMany(3, { into, linger: 60_000 })
    for (const item of [1, 2, 3]) {
      await waits(queue, 'get', 0)
      queue.tryPut(item)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await within(batch, 'the batch')).toBe(3)
    expect([...into]).toEqual([1, 2, 3])
    await expect(queue.getMany(3, { into, timeout: 0 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
  })

  it('fills an array in another thread', async () => {
    const queue = numbers(codecs.int32)
    await queue.putMany([1, 2, 3])
    const there = await other(queue)
    const into = new Int32Array(new SharedArrayBuffer(16))
    expect(await there.call('getManySync', 4, { into })).toBe(3)
    expect([...into]).toEqual([1, 2, 3, 0])
  })

  it.each([
    ['a number', 5],
    ['null', null],
    ['an array', [0, 0]],
    ['a Uint32Array', new Uint32Array(2)],
    ['a Float32Array', new Float32Array(2)],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['an array-like', { length: 2 }],
  ])('takes nothing into %s', async (_, into) => {
    for (const [codec, expected] of [
      [codecs.int32, 'options.into must be an Int32Array or a Float64Array; received'],
      [codecs.float64, 'options.into must be a Float64Array; received'],
    ] as const) {
      const queue = numbers(codec)
      await queue.putMany([1, 2])
      const error = expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining(expected),
      })
      await expect(queue.getMany(2, { into: into as never })).rejects.toThrow(error)
      expect(() => queue.getManySync(2, { into: into as never })).toThrow(error)
      expect(queue.stats()).toMatchObject({ size: 2, held: 0 })
    }
  })

  it('takes no doubles into an Int32Array', async () => {
    const queue = numbers(codecs.float64)
    await queue.putMany([0.5])
    await expect(queue.getMany(2, { into: new Int32Array(2) })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringMatching(/^options\.into must be a Float64Array; received .*Int32Array/),
    })
    expect(queue.size).toBe(1)
  })

  it('takes nothing into an empty array', async () => {
    const queue = numbers(codecs.int32)
    await queue.putMany([1])
    const gone = new Int32Array(2)
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    for (const into of [new Int32Array(0), gone]) {
      await expect(queue.getMany(2, { into })).rejects.toMatchObject({
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: expect.stringMatching(/^options\.into\.length must be at least 1; received .*0/),
      })
    }
    expect(queue.size).toBe(1)
  })

  it.each([
    ['structured', codecs.structured],
    ['json', codecs.json],
    ['string', codecs.string],
    ['a codec of a user', { name: 'own', byteLength: 4, encode: () => 4, decode: () => 1 }],
  ])('needs a codec of numbers: %s', async (_, codec) => {
    const queue = new Queue<unknown>({ name: 'numbers', codec: codec as Codec<unknown> })
    await queue.put('1')
    const { name } = codec
    await expect(queue.getMany(2, { into: new Int32Array(2) })).rejects.toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining(`queue 'numbers' has the codec ${name}`),
    })
    expect(queue.size).toBe(1)
  })

  it('counts as absent when it is undefined', async () => {
    const queue = numbers(codecs.int32)
    await queue.putMany([1, 2])
    expect(await queue.getMany(2, { into: undefined } as never)).toEqual([1, 2])
  })

  it('is no option if only Object.prototype has it', async () => {
    const queue = numbers(codecs.int32)
    await queue.putMany([1, 2, 3, 4])
    Object.defineProperty(Object.prototype, 'into', { value: new Int32Array(4), configurable: true })
    try {
      expect(queue.getManySync(2, {})).toEqual([1, 2])
      expect(await within(queue.getMany(2, { linger: 0 }), 'the batch')).toEqual([3, 4])
    } finally {
      Reflect.deleteProperty(Object.prototype, 'into')
    }
  })

  it('is refused by other calls', async () => {
    const queue = numbers(codecs.int32)
    await queue.putMany([1, 2])
    const options = { into: new Int32Array(2) } as object
    const error = expect.objectContaining({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('options.into is not a known option'),
    })
    await expect(queue.takeMany(2, options)).rejects.toThrow(error)
    expect(() => queue.takeManySync(2, options)).toThrow(error)
    await expect(queue.get(options)).rejects.toThrow(error)
    await expect(queue.putMany([1], options)).rejects.toThrow(error)
    expect(queue.stats()).toMatchObject({ size: 2, held: 0 })
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity, '3', undefined])('refuses a max of %s', async (max) => {
    const queue = numbers(codecs.int32)
    await queue.put(1)
    for (const call of [
      () => queue.getManySync(max as number),
      () => queue.getManySync(max as number, { into: new Int32Array(2) }),
      () => queue.takeManySync(max as number),
    ]) {
      expect(call).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^max must be an integer/) }),
      )
    }
    expect(queue.size).toBe(1)
  })

  it('that breaks off carries the numbers before', async () => {
    const queue = numbers(codecs.int32)
    queue.tryPut(5)
    const batch = queue.getMany(3, { into: new Int32Array(3), linger: 60_000 })
    await waits(queue, 'get', 0)
    queue[Symbol.dispose]()
    await expect(within(batch, 'the batch')).rejects.toMatchObject({ code: 'ERR_DETACHED', items: [5] })
  })
})
