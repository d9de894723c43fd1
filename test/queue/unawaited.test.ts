import { describe, expect, it } from 'vitest'
import { codecs, EMPTY, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { other, waits } from '../support/users.ts'

const numbers = (maxsize = 1, maxInFlight = 64) =>
  new Queue<number>({ maxsize, maxInFlight, codec: codecs.int32 })

async function drained(queue: Queue<number>, count: number): Promise<number[]> {
  const items: number[] = []
  while (items.length < count) {
    items.push(await within(queue.get(), `item ${items.length}`))
    queue.taskDone()
  }
  return items
}

describe('puts that were not awaited', () => {
  it('are stored in call order', async () => {
    const queue = numbers(2)
    const puts = Array.from({ length: 20 }, (_, number) => queue.put(number))
    expect(queue.size).toBe(2)
    expect(await drained(queue, 20)).toEqual(Array.from({ length: 20 }, (_, number) => number))
    expect(await Promise.all(puts)).toEqual(Array(20).fill('stored'))
  })

  it('are not overtaken by tryPut, which answers false although there is room', async () => {
    const queue = numbers()
    queue.tryPut(0)
    const second = queue.put(1)
    expect(queue.tryGet()).toBe(0)
    expect([queue.size, queue.tryPut(2)]).toEqual([0, false])
    await within(second, 'the put')
    expect(await drained(queue, 1)).toEqual([1])
    expect(queue.tryPut(2)).toBe(true)
  })

  it('are not overtaken by a put with timeout 0', async () => {
    const queue = numbers()
    queue.tryPut(0)
    const second = queue.put(1)
    queue.tryGet()
    await expect(queue.put(2, { timeout: 0 })).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' })
    await within(second, 'the put')
  })

  it('are stored first by putSync, also on the main thread, where it need not wait', async () => {
    const queue = numbers(3)
    for (const number of [0, 1, 2]) queue.tryPut(number)
    const pending = [queue.put(3), queue.put(4)]
    expect(() => queue.putSync(5)).toThrow(expect.objectContaining({ code: 'ERR_BLOCKING_MAIN_THREAD' }))
    for (const number of [0, 1, 2]) expect(queue.tryGet()).toBe(number)
    queue.taskDone(3)
    expect(queue.putSync(5)).toBe('stored')
    expect(queue.size).toBe(3)
    await within(Promise.all(pending), 'the puts')
    expect(await drained(queue, 3)).toEqual([3, 4, 5])
  })

  it('are stored first by putSync with timeout 0', async () => {
    const queue = numbers(2)
    queue.tryPut(0)
    queue.tryPut(1)
    const pending = queue.put(2)
    queue.tryGet()
    queue.tryGet()
    expect(queue.putSync(3, { timeout: 0 })).toBe('stored')
    expect([queue.tryGet(), queue.tryGet()]).toEqual([2, 3])
    await within(pending, 'the put')
  })

  it('are stored first by putSync in a blocked thread', async () => {
    const queue = numbers()
    const there = await other(queue)
    queue.tryPut(0)
    const calls = [there.call('put', 1), there.call('put', 2), there.call('putSync', 3)]
    expect(await drained(queue, 4)).toEqual([0, 1, 2, 3])
    expect(await Promise.all(calls)).toEqual(['stored', 'stored', 'stored'])
  })

  it('let the later ones move up when one is aborted or times out', async () => {
    const queue = numbers()
    queue.tryPut(0)
    const controller = new AbortController()
    const aborted = queue.put(1, { signal: controller.signal })
    const lapsed = queue.put(2, { timeout: 1 })
    const third = queue.put(3)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORT_ERR' })
    await expect(lapsed).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' })
    expect(await drained(queue, 2)).toEqual([0, 3])
    expect(await third).toBe('stored')
  })

  it('carry the item as it was at the call', async () => {
    const queue = new Queue<{ page: number; tags: string[] }>({ maxsize: 1 })
    const item = { page: 1, tags: ['a'] }
    const puts = [queue.put(item)]
    item.page = 2
    puts.push(queue.put(item))
    item.tags.push('b')
    puts.push(queue.put(item))
    item.page = 3
    item.tags.length = 0
    const got = [await queue.get(), await queue.get(), await queue.get()]
    expect(got).toEqual([
      { page: 1, tags: ['a'] },
      { page: 2, tags: ['a'] },
      { page: 2, tags: ['a', 'b'] },
    ])
    await Promise.all(puts)
  })

  it('carry a long item as it was at the call', async () => {
    const queue = new Queue<Uint8Array>({
      maxsize: 1,
      codec: codecs.bytes,
      maxItemBytes: 4096,
      memoryBytes: 8192,
    })
    const item = new Uint8Array(4096).fill(1)
    const puts = [1, 2, 3, 4].map((value) => queue.put(item.fill(value)))
    item.fill(9)
    for (const value of [1, 2, 3, 4]) {
      expect(new Set(await within(queue.get(), 'a long item'))).toEqual(new Set([value]))
      queue.taskDone()
    }
    await Promise.all(puts)
    expect(queue.stats().freeMemoryBytes).toBe(queue.stats().memoryBytes)
  })

  it('reject an item that cannot be encoded, or is too large, at the call', async () => {
    const queue = new Queue<unknown>({ maxsize: 1, itemBytes: 16, maxItemBytes: 64 })
    queue.tryPut(0)
    const waiting = queue.put(1)
    await expect(queue.put(() => {})).rejects.toMatchObject({ code: 'ERR_CODEC', cause: expect.any(Error) })
    await expect(queue.put('x'.repeat(100))).rejects.toMatchObject({ code: 'ERR_ITEM_TOO_LARGE' })
    expect(() => queue.tryPut(() => {})).toThrow(expect.objectContaining({ code: 'ERR_CODEC' }))
    expect(queue.tryGet()).toBe(0)
    await within(waiting, 'the put before')
    expect(queue.tryGet()).toBe(1)
  })

  it('reject all together when the queue is shut down', async () => {
    const queue = numbers()
    queue.tryPut(0)
    const puts = [1, 2, 3].map((number) => queue.put(number))
    queue.shutdown()
    for (const put of puts)
      await expect(within(put, 'the end')).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
    expect([queue.size, queue.tryGet()]).toEqual([1, 0])
  })
})

describe('gets that were not awaited', () => {
  it('are served in call order', async () => {
    const queue = numbers(8)
    const gets = Array.from({ length: 8 }, () => queue.get())
    for (let number = 0; number < 8; number++) queue.tryPut(number)
    expect(await within(Promise.all(gets), 'the gets')).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('are not overtaken by tryGet', async () => {
    const queue = numbers()
    const first = queue.get()
    queue.tryPut(1)
    expect(queue.tryGet()).toBe(EMPTY)
    expect(await within(first, 'the get')).toBe(1)
  })

  it('are served in order with takes and iterators', async () => {
    const queue = numbers(8)
    const iterator = queue[Symbol.asyncIterator]()
    const calls = [
      queue.get(),
      queue.take().then(({ item }) => item),
      iterator.next().then(({ value }) => value),
    ]
    await queue.putMany([1, 2, 3])
    expect(await within(Promise.all(calls), 'the calls')).toEqual([1, 2, 3])
  })

  it('beyond maxInFlight reject when served, and take nothing', async () => {
    const queue = numbers(8, 2)
    const gets = [queue.get(), queue.get(), queue.get()]
    await queue.putMany([1, 2, 3])
    const [first, second, third] = await within(Promise.allSettled(gets), 'the gets')
    expect([first, second]).toMatchObject([{ value: 1 }, { value: 2 }])
    expect(third).toMatchObject({
      reason: {
        code: 'ERR_TOO_MANY_IN_FLIGHT',
        message: expect.stringMatching(/taskDone.*maxInFlight.*ack: 'auto'/),
      },
    })
    expect(queue.stats()).toMatchObject({ queued: 1, held: 2 })
    queue.taskDone()
    expect(queue.tryGet()).toBe(3)
  })

  it('all reject when the queue is shut down, and tryGet no longer answers EMPTY', async () => {
    const queue = numbers()
    const gets = [queue.get(), queue.get()]
    await waits(queue, 'get', 0)
    queue.shutdown()
    const ended = expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' })
    expect(() => queue.tryGet()).toThrow(ended)
    await expect(queue.get({ timeout: 0 })).rejects.toThrow(ended)
    for (const get of gets) await expect(within(get, 'the end')).rejects.toThrow(ended)
  })

  it('count as one waiting thread together', async () => {
    const queue = numbers(500, 500)
    const gets = Array.from({ length: 500 }, () => queue.get())
    expect(queue.stats().threads).toMatchObject([{ waiting: ['get'] }])
    for (let number = 0; number < 500; number++) queue.tryPut(number)
    expect((await within(Promise.all(gets), 'the gets')).at(-1)).toBe(499)
    expect(queue.stats().threads).toMatchObject([{ waiting: [] }])
  })
})
