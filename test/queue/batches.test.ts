import { describe, expect, it } from 'vitest'
import { codecs, EMPTY, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { other, waits } from '../support/users.ts'

const numbers = (maxsize = 64, maxInFlight = 64) =>
  new Queue<number>({ maxsize, maxInFlight, codec: codecs.int32 })

/** An iterable that counts how far it was read. */
function* counted(count: number, read: { items: number }) {
  for (let number = 0; number < count; number++) {
    read.items++
    yield number
  }
}

describe('putMany', () => {
  it('stores all items in order and says how many', async () => {
    const queue = numbers()
    expect(await queue.putMany([1, 2, 3])).toBe(3)
    expect(await queue.putMany(new Set([4, 5]))).toBe(2)
    expect(await queue.putMany([])).toBe(0)
    expect(queue.putManySync([6, 7])).toBe(2)
    expect(await queue.getMany(10)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('waits for room, item by item, and reads at most one item ahead', async () => {
    const queue = numbers(3)
    const read = { items: 0 }
    const all = queue.putMany(counted(10, read))
    for (let number = 0; number < 10; number++) {
      await within(
        (async () => {
          expect(await queue.get()).toBe(number)
        })(),
        `item ${number}`,
      )
      // The items got so far, those queued, and the one that waits.
      expect(read.items).toBeLessThanOrEqual(number + 1 + 3 + 1)
      queue.taskDone()
    }
    expect(await all).toBe(10)
  })

  it('reads exactly one item beyond those stored while it waits', async () => {
    const queue = numbers(3)
    const read = { items: 0 }
    const all = queue.putMany(counted(10, read))
    await waits(queue, 'put', 0)
    expect([queue.size, read.items]).toEqual([3, 4])
    queue.shutdown()
    await expect(all).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN', stored: 3 })
  })

  it('stopped by its timeout, one for all items, says how many were stored', async () => {
    const queue = numbers(3)
    await expect(queue.putMany([1, 2, 3, 4, 5], { timeout: 20 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      stored: 3,
    })
    expect(await queue.getMany(9)).toEqual([1, 2, 3])
    await expect(queue.putMany([1, 2, 3, 4, 5], { timeout: 0 })).rejects.toMatchObject({ stored: 3 })
    expect(() => queue.putManySync([1], { timeout: 0 })).toThrow(expect.objectContaining({ stored: 0 }))
  })

  it('stopped by its signal says how many were stored', async () => {
    const queue = numbers(2)
    const controller = new AbortController()
    const all = queue.putMany([1, 2, 3], { signal: controller.signal })
    await waits(queue, 'put', 0)
    controller.abort('enough')
    await expect(all).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'enough', stored: 2 })
  })

  it('stopped by the iterable says how many were stored, and closes the iterable', async () => {
    const queue = numbers()
    function* failing() {
      yield 1
      yield 2
      throw new Error('no more')
    }
    await expect(queue.putMany(failing())).rejects.toMatchObject({ message: 'no more', stored: 2 })
    expect(() => queue.putManySync(failing())).toThrow(expect.objectContaining({ stored: 2 }))
    let closed = false
    function* closing() {
      try {
        yield 1
        yield 'two' as never
      } finally {
        closed = true
      }
    }
    await expect(queue.putMany(closing())).rejects.toMatchObject({ code: 'ERR_CODEC', stored: 1 })
    expect(closed).toBe(true)
  })

  it('blocks a thread until all are stored, and says how many were when it is stopped', async () => {
    const queue = numbers(2)
    const there = await other(queue)
    const all = there.call('putManySync', [1, 2, 3, 4])
    await there.waits('put')
    expect([await queue.get(), await queue.get(), await queue.get(), await queue.get()]).toEqual([1, 2, 3, 4])
    expect(await all).toBe(4)
    await expect(there.call('putManySync', [1, 2, 3], { timeout: 20 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      stored: 2,
    })
    const stopped = there.call('putManySync', [4])
    await there.waits('put')
    queue.shutdown()
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN', stored: 0 })
  })
})

describe('getMany', () => {
  it('gets the items that are there, at most max, and does not wait for more', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4, 5])
    expect(await queue.getMany(2)).toEqual([1, 2])
    expect(queue.getManySync(2)).toEqual([3, 4])
    expect(await queue.getMany(2)).toEqual([5])
    queue.taskDone(5)
    expect(queue.unfinished).toBe(0)
  })

  it('waits for the first item', async () => {
    const queue = numbers()
    const batch = queue.getMany(5)
    await waits(queue, 'get', 0)
    queue.tryPut(1)
    expect(await within(batch, 'the batch')).toEqual([1])
    await expect(queue.getMany(5, { timeout: 5 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
  })

  it('stops at maxInFlight', async () => {
    const queue = numbers(64, 3)
    await queue.putMany([1, 2, 3, 4, 5])
    expect(await queue.getMany(5)).toEqual([1, 2, 3])
    await expect(queue.getMany(5)).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
    queue.taskDone(2)
    expect(queue.getManySync(5)).toEqual([4, 5])
  })

  it('with linger waits for more after the first, until max', async () => {
    const queue = numbers()
    const batch = queue.getMany(3, { linger: 10_000 })
    await waits(queue, 'get', 0)
    queue.tryPut(1)
    await queue.put(2)
    await new Promise((resolve) => setImmediate(resolve))
    await waits(queue, 'get', 0)
    queue.tryPut(3)
    queue.tryPut(4)
    expect(await within(batch, 'the batch')).toEqual([1, 2, 3])
    expect(queue.tryGet()).toBe(4)
  })

  it('with linger returns the items that came when the time is over', async () => {
    const queue = numbers()
    queue.tryPut(1)
    const since = performance.now()
    expect(await queue.getMany(3, { linger: 30 })).toEqual([1])
    expect(performance.now() - since).toBeGreaterThanOrEqual(28)
    queue.tryPut(2)
    const there = await other(queue)
    expect(await there.call('getManySync', 3, { linger: 30 })).toEqual([2])
  })

  it('with linger returns the items that came when the queue is shut down', async () => {
    const queue = numbers()
    const batch = queue.getMany(3, { linger: 10_000 })
    queue.tryPut(1)
    await new Promise((resolve) => setImmediate(resolve))
    await waits(queue, 'get', 0)
    queue.shutdown()
    expect(await within(batch, 'the batch')).toEqual([1])
    await expect(queue.getMany(3)).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
  })

  it('with linger in a blocked thread waits for more', async () => {
    const queue = numbers()
    const there = await other(queue)
    const batch = there.call('getManySync', 2, { linger: 10_000 })
    await there.waits('get')
    await queue.put(1)
    await there.waits('get')
    await queue.put(2)
    expect(await batch).toEqual([1, 2])
  })

  it('aborted while it lingers returns its items, which this thread holds', async () => {
    const queue = numbers()
    queue.tryPut(1)
    const controller = new AbortController()
    const batch = queue.getMany(3, { linger: 10_000, signal: controller.signal })
    await waits(queue, 'get', 0)
    controller.abort()
    expect(await within(batch, 'the batch')).toEqual([1])
    queue.taskDone()
    expect(queue.unfinished).toBe(0)
  })

  it("with ack 'auto' takes any number, finished at once", async () => {
    const queue = new Queue<number>({ maxInFlight: 1, ack: 'auto', codec: codecs.int32 })
    await queue.putMany([1, 2, 3, 4])
    expect(await queue.getMany(10)).toEqual([1, 2, 3, 4])
    expect([queue.unfinished, queue.tryGet()]).toEqual([0, EMPTY])
  })
})
