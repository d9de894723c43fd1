import { describe, expect, it } from 'vitest'
import { attach, codecs, EMPTY, Queue, type QueueOptions } from '../../src/index.ts'
import { other } from '../support/users.ts'

const numbers = (options?: QueueOptions<number>) => new Queue<number>({ codec: codecs.int32, ...options })
const stale = expect.objectContaining({ name: 'StaleDeliveryError', code: 'ERR_STALE_DELIVERY' })

describe('a delivery', () => {
  it('is finished by done', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const first = await queue.take()
    const second = queue.takeSync()
    expect([first.item, first.attempt, second.item, second.attempt]).toEqual([1, 1, 2, 1])
    second.done()
    expect(queue.unfinished).toBe(1)
    first.done()
    await queue.join({ timeout: 0 })
  })

  it('comes again after retry, before new items, with the next attempt number', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    for (let attempt = 1; attempt <= 5; attempt++) {
      const delivery = await queue.take()
      expect([delivery.item, delivery.attempt]).toEqual([1, attempt])
      delivery.retry()
      expect(queue.stats()).toMatchObject({ size: 2, returned: 1, queued: 1, held: 0, unfinished: 2 })
    }
    expect(await queue.get()).toBe(1)
    expect(await queue.get()).toBe(2)
  })

  it('that is retried can exceed maxsize, and a put waits until there is room again', async () => {
    const queue = numbers({ maxsize: 1 })
    queue.tryPut(1)
    const delivery = await queue.take()
    queue.tryPut(2)
    delivery.retry()
    expect([queue.size, queue.full, queue.tryPut(3)]).toEqual([2, true, false])
    expect([queue.tryGet(), queue.tryPut(3)]).toEqual([1, false])
    expect([queue.tryGet(), queue.tryPut(3)]).toEqual([2, true])
  })

  it('is dead-lettered by fail, and counts as finished without a dead-letter queue', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    ;(await queue.take()).fail(new Error('no use'))
    expect(queue.stats()).toMatchObject({ queued: 1, returned: 0, held: 0, unfinished: 1, dropped: 1 })
  })

  it('is settled once', async () => {
    for (const settle of ['done', 'retry', 'fail'] as const) {
      const queue = numbers()
      queue.tryPut(1)
      const delivery = await queue.take()
      delivery[settle](undefined as never)
      for (const again of ['done', 'retry', 'fail'] as const) {
        expect(() => delivery[again](undefined as never)).toThrow(stale)
      }
      expect(queue.unfinished).toBe(settle === 'retry' ? 1 : 0)
    }
  })

  it('is stale once the thread has detached, also if it attached again', async () => {
    const queue = numbers()
    queue.tryPut(1)
    const { handle } = queue
    const delivery = await queue.take()
    queue[Symbol.dispose]()
    expect(() => delivery.done()).toThrow(stale)
    const again = attach(handle) as Queue<number>
    const second = await again.take()
    expect([second.item, second.attempt]).toEqual([1, 2])
    expect(() => delivery.done()).toThrow(stale)
    expect(() => delivery.retry()).toThrow(stale)
    expect(again.stats().held).toBe(1)
    second.done()
    expect(again.unfinished).toBe(0)
  })

  it("is leased with ack 'auto' too, while get finishes at once", async () => {
    const queue = numbers({ ack: 'auto', maxInFlight: 1 })
    await queue.putMany([1, 2, 3])
    expect(await queue.get()).toBe(1)
    expect(() => queue.taskDone()).toThrow(expect.objectContaining({ code: 'ERR_TASK_DONE' }))
    expect(queue.unfinished).toBe(2)
    const delivery = await queue.take()
    expect(queue.stats()).toMatchObject({ held: 1, unfinished: 2 })
    delivery.retry()
    expect(queue.tryGet()).toBe(2)
    expect(queue.tryGet()).toBe(3)
    expect([queue.tryGet(), queue.unfinished]).toEqual([EMPTY, 0])
  })

  it('counts towards maxInFlight', async () => {
    const queue = numbers({ maxInFlight: 2 })
    await queue.putMany([1, 2, 3])
    const delivery = await queue.take()
    await queue.get()
    await expect(queue.take()).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
    expect(() => queue.takeSync()).toThrow(expect.objectContaining({ code: 'ERR_TOO_MANY_IN_FLIGHT' }))
    delivery.done()
    expect((await queue.take()).item).toBe(3)
  })

  it('comes again to another thread, with its attempts counted on', async () => {
    const queue = numbers()
    const there = await other(queue)
    queue.tryPut(1)
    ;(await queue.take()).retry()
    const second = await there.take('takeSync')
    expect(second).toMatchObject({ item: 1, attempt: 2 })
    await there.settle(second.key, 'retry')
    await expect(there.settle(second.key, 'done')).rejects.toMatchObject({ code: 'ERR_STALE_DELIVERY' })
    expect(await queue.take()).toMatchObject({ item: 1, attempt: 3 })
  })

  it('comes again in the order of the retries', async () => {
    const queue = numbers({ maxsize: 64 })
    await queue.putMany(Array.from({ length: 40 }, (_, number) => number))
    const deliveries = await Promise.all(Array.from({ length: 40 }, () => queue.take()))
    for (const delivery of deliveries.reverse()) delivery.retry()
    expect(await queue.getMany(40)).toEqual(Array.from({ length: 40 }, (_, number) => 39 - number))
  })
})

describe('maxDeliveries without dead letters', () => {
  it('ends the deliveries of an item, which then counts as finished', async () => {
    const queue = numbers({ maxDeliveries: 2 })
    await queue.putMany([1, 2])
    for (const attempt of [1, 2]) {
      const delivery = await queue.take()
      expect([delivery.item, delivery.attempt]).toEqual([1, attempt])
      delivery.retry()
    }
    expect(queue.stats()).toMatchObject({ unfinished: 1, dropped: 1, returned: 0 })
    expect(await queue.take()).toMatchObject({ item: 2, attempt: 1 })
  })

  it('dead-letters an item at its first retry when it is 1', async () => {
    const queue = numbers({ maxDeliveries: 1 })
    queue.tryPut(1)
    ;(await queue.take()).retry()
    expect([queue.unfinished, queue.tryGet()]).toEqual([0, EMPTY])
  })
})
