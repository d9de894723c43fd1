import { describe, expect, it } from 'vitest'
import { codecs, EMPTY, Queue, type QueueOptions } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { attachThere, other, others, waits } from '../support/users.ts'

const numbers = (options?: QueueOptions<number>) => new Queue<number>({ codec: codecs.int32, ...options })
const ended = expect.objectContaining({ name: 'QueueShutDownError', code: 'ERR_QUEUE_SHUT_DOWN' })

/** Checks that every put is refused. */
async function refusesPuts(queue: Queue<number>) {
  await expect(queue.put(9)).rejects.toThrow(ended)
  await expect(queue.putMany([9])).rejects.toThrow(ended)
  expect(() => queue.putSync(9)).toThrow(ended)
  expect(() => queue.tryPut(9)).toThrow(ended)
}

/** Checks that every get is refused. */
async function refusesGets(queue: Queue<number>) {
  await expect(queue.get()).rejects.toThrow(ended)
  await expect(queue.take()).rejects.toThrow(ended)
  await expect(queue.getMany(2)).rejects.toThrow(ended)
  expect(() => queue.getSync()).toThrow(ended)
  expect(() => queue.takeSync()).toThrow(ended)
  expect(() => queue.tryGet()).toThrow(ended)
}

describe('shutdown', () => {
  it('ends puts and gets when the queue is empty', async () => {
    const queue = numbers()
    queue.shutdown()
    expect([queue.isShutDown, queue.stats().shutDown]).toEqual([true, 'drain'])
    await refusesPuts(queue)
    await refusesGets(queue)
    await queue.join({ timeout: 0 })
  })

  it('lets queued items be got first', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    queue.shutdown()
    await refusesPuts(queue)
    expect([await queue.get(), queue.tryGet(), queue.getSync()]).toEqual([1, 2, 3])
    await refusesGets(queue)
    expect(queue.unfinished).toBe(3)
    queue.taskDone(3)
    await queue.join({ timeout: 0 })
  })

  it('lets returned items be got, too', async () => {
    const queue = numbers()
    queue.tryPut(1)
    queue.shutdown()
    ;(await queue.take()).retry()
    expect((await queue.take()).attempt).toBe(2)
    await refusesGets(queue)
  })

  it('twice is no error, and changes nothing', async () => {
    const queue = numbers()
    queue.tryPut(1)
    queue.shutdown()
    queue.shutdown()
    queue.shutdown({ immediate: false })
    expect(queue.tryGet()).toBe(1)
  })

  it('makes tryPut throw when the queue is full, rather than answer false', () => {
    const queue = numbers({ maxsize: 1 })
    queue.tryPut(1)
    queue.shutdown()
    expect(() => queue.tryPut(2)).toThrow(ended)
  })

  it('by one thread is seen by the others', async () => {
    const queue = numbers()
    const there = await other(queue)
    await there.call('shutdown')
    await refusesPuts(queue)
    await refusesGets(queue)
    expect(await there.call('isShutDown')).toBe(true)
  })

  it('leaves tryGet EMPTY and get waiting while another thread holds an item, which may come back', async () => {
    const queue = numbers()
    const there = await other(queue)
    queue.tryPut(1)
    const delivery = await there.take('takeSync')
    queue.shutdown()
    expect(queue.tryGet()).toBe(EMPTY)
    await expect(queue.get({ timeout: 5 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    const first = queue.get()
    await waits(queue, 'get', 0)
    await there.settle(delivery.key, 'retry')
    expect(await within(first, 'the item that came back')).toBe(1)
    const second = there.call('getSync')
    await there.waits('get')
    expect(queue.unfinished).toBe(1)
    queue.taskDone()
    await expect(second).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
    expect(() => queue.tryGet()).toThrow(ended)
  })

  it('wakes sleeping putters and getters of every kind with QueueShutDownError', async () => {
    for (const immediate of [false, true]) {
      const full = numbers({ maxsize: 1 })
      const empty = numbers()
      full.tryPut(1)
      const [putter, getter, awaiting] = await Promise.all([other(full), other(empty), other(empty)])
      const calls = [
        putter.call('putSync', 2),
        getter.call('getSync'),
        awaiting.call('get'),
        full.put(2),
        full.putMany([2, 3]),
        empty.get(),
        empty.take(),
        empty.getMany(2),
      ]
      await Promise.all([
        putter.waits('put'),
        getter.waits('get'),
        awaiting.waits('get'),
        waits(full, 'put', 0),
        waits(empty, 'get', 0),
      ])
      full.shutdown({ immediate })
      empty.shutdown({ immediate })
      for (const outcome of await within(Promise.allSettled(calls), 'the sleepers')) {
        expect(outcome).toMatchObject({ reason: { code: 'ERR_QUEUE_SHUT_DOWN' } })
      }
      expect(full.size).toBe(immediate ? 0 : 1)
    }
  })

  it('wakes puts that wait for memory', async () => {
    for (const immediate of [false, true]) {
      const queue = new Queue<Uint8Array>({ codec: codecs.bytes, maxItemBytes: 4096, memoryBytes: 4096 })
      queue.tryPut(new Uint8Array(4096))
      const there = await other(queue)
      const calls = [
        there.call('putSync', new Uint8Array(4096)),
        queue.put(new Uint8Array(4096)),
        queue.put(new Uint8Array(3000)),
      ]
      await Promise.all([there.waits('memory'), waits(queue, 'memory', 0)])
      queue.shutdown({ immediate })
      for (const outcome of await within(Promise.allSettled(calls), 'the sleepers')) {
        expect(outcome).toMatchObject({ reason: { code: 'ERR_QUEUE_SHUT_DOWN' } })
      }
      expect(() => queue.tryPut(new Uint8Array(4096))).toThrow(ended)
      await expect(queue.put(new Uint8Array(4096))).rejects.toThrow(ended)
    }
  })

  it('gives two items to two of three takers, and the end to the third', async () => {
    const queue = numbers()
    const takers = await others(queue, 3)
    const gets = takers.map(async (taker) => {
      const item = await taker.call('getSync')
      await taker.call('taskDone')
      return item
    })
    await Promise.all(takers.map((taker) => taker.waits('get')))
    await queue.putMany([1, 2])
    queue.shutdown()
    const outcomes = await Promise.allSettled(gets)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'ERR_QUEUE_SHUT_DOWN' } },
    ])
    await queue.join({ timeout: 0 })
  })
})

describe('an immediate shutdown', () => {
  it('discards queued and returned items, and lowers unfinished by exactly their number', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4, 5])
    ;(await queue.take()).retry()
    const held = await queue.take()
    await queue.get()
    expect(queue.stats()).toMatchObject({ queued: 3, returned: 0, held: 2, unfinished: 5 })
    ;(await queue.take()).retry()
    queue.shutdown({ immediate: true })
    expect(queue.stats()).toMatchObject({ size: 0, held: 2, unfinished: 2, shutDown: 'immediate' })
    await refusesPuts(queue)
    await refusesGets(queue)
    held.done()
    expect(queue.unfinished).toBe(1)
    const join = queue.join()
    await waits(queue, 'join', 0)
    queue.taskDone()
    await within(join, 'the join')
  })

  it('releases joiners once nothing is held', async () => {
    const queue = numbers()
    const there = await other(queue)
    await queue.putMany([1, 2, 3])
    const joins = [queue.join(), there.call('joinSync')]
    await there.waits('join')
    queue.shutdown({ immediate: true })
    await within(Promise.all(joins), 'the joins')
  })

  it('discards items that return later, and counts them as finished then', async () => {
    for (const how of ['retry', 'fail', 'detach'] as const) {
      const queue = numbers()
      const there = await other(queue)
      queue.tryPut(1)
      const delivery = await there.take('takeSync')
      queue.shutdown({ immediate: true })
      expect(queue.unfinished).toBe(1)
      const join = queue.join()
      await waits(queue, 'join', 0)
      if (how === 'detach') await there.detach()
      else await there.settle(delivery.key, how)
      await within(join, 'the join')
      expect(queue.stats()).toMatchObject({ size: 0, unfinished: 0, held: 0 })
      expect(() => queue.tryGet()).toThrow(ended)
    }
  })

  it('ends getters at once, although another thread holds an item', async () => {
    const queue = numbers()
    const there = await other(queue)
    queue.tryPut(1)
    await there.call('getSync')
    const get = queue.get()
    await waits(queue, 'get', 0)
    queue.shutdown()
    await waits(queue, 'get', 0)
    queue.shutdown({ immediate: true })
    await expect(within(get, 'the end')).rejects.toThrow(ended)
    expect(() => queue.tryGet()).toThrow(ended)
    await there.call('taskDone')
    expect(queue.unfinished).toBe(0)
  })

  it('may follow a drain, not the reverse, and twice is no error', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    queue.shutdown()
    expect(queue.stats().shutDown).toBe('drain')
    queue.shutdown({ immediate: true })
    queue.shutdown({ immediate: true })
    queue.shutdown({ immediate: false })
    queue.shutdown()
    expect(queue.stats()).toMatchObject({ shutDown: 'immediate', size: 0, unfinished: 0 })
  })

  it('during puts and gets of other threads keeps all counts right', async () => {
    const threads = (await others(numbers(), 2)).map(({ user }) => user)
    const all = Array.from({ length: 2000 }, (_, number) => number)
    for (let round = 0; round < 50; round++) {
      const queue = numbers({ maxsize: 4 })
      const [putter, getter] = await Promise.all(threads.map((user) => attachThere(user, queue)))
      const put = putter!.call('putManySync', all).catch((error: unknown) => error)
      const got = Array.from({ length: 20 }, () => getter!.call('getManySync', 3).catch(() => {}))
      await within(Promise.race(got), 'the first batch')
      queue.shutdown({ immediate: true })
      expect(await put).toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
      await Promise.all(got)
      const { held, unfinished, size } = queue.stats()
      expect([size, unfinished]).toEqual([0, held])
      if (held > 0) await getter!.call('taskDone', held)
      await within(queue.join(), 'the join')
    }
  })

  it('keeps the errors of taskDone', async () => {
    const queue = numbers()
    queue.tryPut(1)
    queue.shutdown({ immediate: true })
    expect(() => queue.taskDone()).toThrow(expect.objectContaining({ code: 'ERR_TASK_DONE' }))
    const there = await other(queue)
    await expect(there.call('tryGet')).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
  })
})
