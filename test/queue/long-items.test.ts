import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { codecs, EMPTY, Queue, type QueueOptions } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { seedOfRun } from '../support/seed.ts'
import { startThread } from '../support/threads.ts'
import { other, waits } from '../support/users.ts'

const MiB = 1024 * 1024
const blobs = (options?: QueueOptions<Uint8Array>) =>
  new Queue<Uint8Array>({ codec: codecs.bytes, ...options })
const allFree = (queue: Queue<Uint8Array>) => {
  const { memoryBytes, freeMemoryBytes } = queue.stats()
  expect(freeMemoryBytes).toBe(memoryBytes)
}
const bytes = (length: number, seed = 1) =>
  new Uint8Array(length).map((_, index) => index * seed + (index >> 8))

describe('long items', () => {
  it.each([0, 1, 127, 128, 129, 1023, 1024, 1025, 16383, 16384, 16385, 100_000, MiB - 1, MiB])(
    'of %i bytes come out as they went in',
    async (length) => {
      const queue = blobs()
      const item = bytes(length, 3)
      queue.tryPut(item)
      const got = (await queue.get()) as Uint8Array
      expect([got.length, Buffer.compare(got, item)]).toEqual([length, 0])
      queue.taskDone()
      allFree(queue)
    },
  )

  it('above maxItemBytes are refused with ItemTooLargeError, which names size and limit; nothing is stored', async () => {
    const queue = blobs({ name: 'pages' })
    const tooLarge = expect.objectContaining({
      name: 'ItemTooLargeError',
      code: 'ERR_ITEM_TOO_LARGE',
      message: expect.stringMatching(/1048577.*'pages'.*1048576/),
    })
    await expect(queue.put(new Uint8Array(MiB + 1))).rejects.toThrow(tooLarge)
    expect(() => queue.tryPut(new Uint8Array(MiB + 1))).toThrow(tooLarge)
    expect(() => queue.putSync(new Uint8Array(MiB + 1))).toThrow(tooLarge)
    await expect(queue.putMany([new Uint8Array(1), new Uint8Array(MiB + 1)])).rejects.toMatchObject({
      stored: 1,
    })
    expect(queue.size).toBe(1)
    allFree(queue)
  })

  it.each<[string, (queue: Queue<string>, item: string) => unknown]>([
    ['tryPut, full', (queue, item) => expect(queue.tryPut(item)).toBe(false)],
    ['put, full', (queue, item) => expect(queue.put(item, { timeout: 0 })).rejects.toThrow(/full/)],
    ['put that waits', (queue, item) => expect(queue.put(item, { timeout: 1 })).rejects.toThrow(/full/)],
    [
      'put, shut down',
      (queue, item) => {
        queue.shutdown()
        return expect(queue.put(item)).rejects.toThrow(/shut down/)
      },
    ],
    [
      'putSync, too large',
      (queue, item) => expect(() => queue.putSync(item.repeat(11))).toThrow(/too large/),
    ],
  ])('that are not stored take no new memory for the next encoding: %s', async (_, refused) => {
    const queue = new Queue<string>({ maxsize: 1 })
    const item = 'x'.repeat(100_000)
    queue.tryPut(item)
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow')
    try {
      for (let tries = 0; tries < 3; tries++) await refused(queue, item)
      const sizes = allocate.mock.calls.map(([size]) => size)
      // A put that waits has a copy of its encoded item, and the encoding itself has 2^17 bytes.
      expect(sizes.filter((size) => size === 2 ** 17)).toEqual([])
    } finally {
      allocate.mockRestore()
    }
  })

  it('wait as on a full queue when the memory is used up', async () => {
    const queue = blobs({ maxItemBytes: 65536, memoryBytes: 131072 })
    queue.tryPut(bytes(65536, 1))
    queue.tryPut(bytes(65536, 2))
    expect([queue.size, queue.full, queue.tryPut(bytes(65536, 3))]).toEqual([2, false, false])
    await expect(queue.put(bytes(65536), { timeout: 5 })).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' })
    // A small item needs no block, and is stored before it.
    expect(queue.tryPut(bytes(100))).toBe(true)
    const put = queue.put(bytes(65536, 3))
    await waits(queue, 'memory', 0)
    const there = await other(queue)
    await there.call('getSync')
    expect(queue.stats().threads).toMatchObject([{ waiting: ['memory'] }, {}])
    await there.call('taskDone')
    expect(await within(put, 'the put')).toBe('stored')
  })

  it('are not starved by a stream of shorter ones', async () => {
    const queue = blobs({ maxItemBytes: 65536, memoryBytes: 65536, maxsize: 100 })
    for (let count = 0; count < 4; count++) queue.tryPut(bytes(16384))
    const large = queue.put(bytes(65536))
    await waits(queue, 'memory', 0)
    const there = await other(queue)
    queue.tryGet()
    queue.taskDone()
    expect(await there.call('tryPut', bytes(16384))).toBe(false)
    for (let count = 0; count < 3; count++) {
      queue.tryGet()
      queue.taskDone()
    }
    expect(await within(large, 'the large item')).toBe('stored')
  })

  it('are stored after the one before them in line, though no block is freed then', async () => {
    const queue = blobs({ itemBytes: 64, maxItemBytes: 65536, memoryBytes: 65536 })
    queue.tryPut(bytes(40_000))
    const first = queue.put(bytes(45_000))
    await waits(queue, 'memory', 0)
    const there = await other(queue)
    const second = there.call('putSync', bytes(3000))
    await there.waits('memory')
    queue.tryGet()
    queue.taskDone()
    // The other thread is awake, finds this one first in line, and sleeps again while this one is busy.
    for (const until = performance.now() + 200; performance.now() < until; );
    expect(await within(first, 'the first in line')).toBe('stored')
    expect(await second).toBe('stored')
  })

  it('leave their place in line to others when their wait ends early', async () => {
    const queue = blobs({ maxItemBytes: 65536, memoryBytes: 65536 })
    queue.tryPut(bytes(32768))
    const controller = new AbortController()
    const large = queue.put(bytes(65536), { signal: controller.signal })
    await waits(queue, 'memory', 0)
    const there = await other(queue)
    const small = there.call('putSync', bytes(16384))
    await there.waits('memory')
    controller.abort()
    await expect(large).rejects.toMatchObject({ code: 'ABORT_ERR' })
    expect(await small).toBe('stored')
  })

  it('free their blocks when they are finished, retried to the end, failed or discarded', async () => {
    const queue = blobs({ maxDeliveries: 2 })
    const put = () => queue.tryPut(bytes(50_000))
    put()
    ;(await queue.take()).done()
    allFree(queue)
    put()
    ;(await queue.take()).fail(new Error('no use'))
    allFree(queue)
    put()
    const first = await queue.take()
    first.retry()
    const second = await queue.take()
    expect(Buffer.compare(second.item, bytes(50_000))).toBe(0)
    second.retry()
    allFree(queue)
    put()
    expect(queue.tryGet()).not.toBe(EMPTY)
    queue.shutdown({ immediate: true })
    queue.taskDone()
    allFree(queue)
  })

  it('arrive complete and leak nothing: 100,000 of 0 B to 1 MiB through 4 MiB, from three producers to two consumers', async () => {
    const seed = seedOfRun(4711)
    const producers = 3
    const each = 33_334
    const queue = blobs({ memoryBytes: 4 * MiB, maxsize: 64 })
    const common = { handle: queue.handle, producers, each, seed }
    const run = (role: string, count: number) =>
      Array.from({ length: count }, (_, index) => startThread('long-items.mjs', { ...common, role, index }))
    const producing = run('produce', producers)
    const consuming = run('consume', 2)
    await Promise.all(producing.map((thread) => thread.ended(50_000)))
    queue.shutdown()
    let got = 0
    for (const thread of consuming) {
      const result = await thread.message<{ got: number; wrong: number }>(50_000)
      expect(result.wrong, `seed ${seed}`).toBe(0)
      got += result.got
      await thread.ended()
    }
    expect(got).toBe(producers * each)
    expect(queue.stats()).toMatchObject({ unfinished: 0, size: 0, held: 0 })
    allFree(queue)
  })
})

describe('a decoded item', () => {
  const samples: [name: keyof typeof codecs, make: (seed: number) => unknown][] = [
    ['bytes', (seed) => bytes(100, seed)],
    [
      'structured',
      (seed) => ({
        text: `page ${seed}`,
        part: bytes(60, seed),
        doubles: new Float64Array([seed, -seed]),
        buffer: bytes(16, seed).buffer,
      }),
    ],
    ['msgpack', (seed) => ({ text: `page ${seed}`, part: bytes(60, seed) })],
    ['json', (seed) => ({ text: `page ${seed}`, list: [seed, seed + 1] })],
    ['string', (seed) => `page ${seed} `.repeat(8)],
    ['int32', (seed) => seed * 1000],
    ['float64', (seed) => seed / 3],
  ]

  it.each(samples)('of codecs.%s stays what it was after its cell is used again', (name, make) => {
    for (const long of [false, true]) {
      const queue = new Queue<unknown>({
        codec: codecs[name] as never,
        maxsize: 1,
        maxThreads: 1,
        maxInFlight: 1,
        ...(long && name !== 'int32' && name !== 'float64'
          ? { itemBytes: 8, maxItemBytes: 4096 }
          : { itemBytes: 1024 }),
      })
      const kept: unknown[] = []
      for (let seed = 1; seed <= 20; seed++) {
        expect(queue.tryPut(make(seed))).toBe(true)
        kept.push(queue.tryGet())
        queue.taskDone()
      }
      // A change of the decoded item does not reach the queue, either.
      for (const [index, item] of kept.entries()) expect(item).toEqual(make(index + 1))
    }
  })

  it('can be changed without an effect on the next delivery of the item', async () => {
    const queue = new Queue<{ part: Uint8Array }>()
    queue.tryPut({ part: bytes(60) })
    const first = await queue.take()
    first.item.part.fill(0)
    first.retry()
    expect((await queue.take()).item).toEqual({ part: bytes(60) })
  })
})

describe('long items of each codec', () => {
  const text = (length: number) => 'some text, '.repeat(Math.ceil(length / 11)).slice(0, length)
  it.each([1, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 9000, 70_000])(
    'arrive unchanged at the borders of blocks (%i bytes), while the blocks come back out of order',
    async (length) => {
      const items = {
        bytes: bytes(length, 7),
        string: text(length),
        json: { text: text(length) },
        msgpack: { text: text(length), bytes: bytes(length, 5) },
        structured: { text: text(length), bytes: bytes(length, 3), pattern: new Set([1]) },
      }
      for (const [name, item] of Object.entries(items)) {
        const queue = new Queue<unknown>({
          codec: codecs[name as keyof typeof items],
          itemBytes: 128,
          maxItemBytes: 256 * 1024,
        })
        for (let round = 0; round < 4; round++) {
          for (let i = 0; i < 3; i++) expect(queue.tryPut(item)).toBe(true)
          const deliveries = [await queue.take(), await queue.take(), await queue.take()]
          // The comparison of expect takes seconds for long arrays.
          for (const delivery of deliveries) expect(isDeepStrictEqual(delivery.item, item)).toBe(true)
          // In another order than they were put.
          for (const index of [1, 2, 0]) deliveries[index]?.done()
        }
        const { memoryBytes, freeMemoryBytes } = queue.stats()
        expect(freeMemoryBytes).toBe(memoryBytes)
      }
    },
  )

  it('are kept as they were while their put waits, though the caller changes its array', async () => {
    const queue = blobs({ maxItemBytes: 65536, memoryBytes: 65536 })
    queue.tryPut(bytes(65536, 1))
    const item = bytes(65536, 2)
    const put = queue.put(item)
    item.fill(0)
    const second = queue.put(item)
    for (const seed of [1, 2, 0]) {
      const got = (await within(queue.get(), 'an item')) as Uint8Array
      expect(Buffer.compare(got, seed === 0 ? new Uint8Array(65536) : bytes(65536, seed))).toBe(0)
      queue.taskDone()
    }
    await Promise.all([put, second])
    allFree(queue)
  })

  it('have memory of their own', async () => {
    const queue = blobs()
    for (const length of [100, 5000]) {
      const item = bytes(length, 3)
      queue.tryPut(item)
      item.fill(0)
      queue.tryPut(item)
      const first = (await queue.get()) as Uint8Array
      const second = (await queue.get()) as Uint8Array
      second.fill(9)
      expect(Buffer.compare(first, bytes(length, 3))).toBe(0)
      expect([first.constructor, first.byteOffset, first.buffer.byteLength]).toEqual([Uint8Array, 0, length])
      queue.taskDone(2)
    }
  })
})
