import { describe, expect, it } from 'vitest'
import { type DeadLetter, EMPTY, Queue } from '../../src/index.ts'
import { until } from '../support/deadline.ts'
import { CLASSES, KINDS } from '../support/queues.ts'
import { other, others, User } from '../support/users.ts'

const shutDown = expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' })

/** The time in ms that `promise` takes, and its value. */
async function timed<T>(promise: Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now()
  const value = await promise
  return { ms: performance.now() - began, value }
}

/** The clocks count ms; one rounds down, the other up. The clock of the test differs by as much. */
const NEARLY = 1

/** Longer than a busy machine delays a test between an action and its check. */
const WHILE = 1000

/** Long beside a delivery, short beside a missing wake: then the other delay would have passed. */
const LONG = 10_000

describe.each(KINDS)('an item of a %s queue that is retried with a delay', (kind) => {
  const make = <T = number>(options = {}) => new CLASSES[kind]<T>(options)

  it('comes back no earlier, and counts meanwhile', async () => {
    const queue = make({ maxsize: 1 })
    queue.tryPut(7)
    const began = performance.now()
    queue.takeSync().retry({ delay: WHILE })
    expect(queue.tryGet()).toBe(EMPTY)
    expect([queue.size, queue.full, queue.empty, queue.unfinished, queue.tryPut(8)]).toEqual([
      ...[1, true, false, 1, false],
    ])
    expect(queue.stats()).toMatchObject({ size: 1, queued: 0, returned: 0, delayed: 1, doomed: 0, held: 0 })
    const delivery = await queue.take()
    expect(performance.now() - began).toBeGreaterThanOrEqual(WHILE - NEARLY)
    expect([delivery.item, delivery.attempt]).toEqual([7, 2])
    expect(queue.stats()).toMatchObject({ size: 0, delayed: 0, held: 1 })
    delivery.done()
    expect(queue.unfinished).toBe(0)
  })

  it('comes to a thread that was blocked before it, and to one that blocks after', async () => {
    const queue = make()
    const there = await other(queue)
    for (const blocksFirst of [true, false]) {
      queue.tryPut(1)
      const delivery = queue.takeSync()
      let got = blocksFirst ? there.call('getSync') : undefined
      if (blocksFirst) await there.waits('get')
      const began = performance.now()
      delivery.retry({ delay: 40 })
      got ??= there.call('getSync')
      await got
      const ms = performance.now() - began
      expect(ms).toBeGreaterThanOrEqual(40 - NEARLY)
      expect(ms).toBeLessThan(LONG)
      await there.call('taskDone')
    }
  })

  it('comes although the thread that retried it is dead', async () => {
    const queue = make()
    queue.tryPut(5)
    const user = new User()
    await user.ask('attach', queue.handle)
    const { key } = await user.ask('take', queue.handle.id, 'takeSync')
    const began = performance.now()
    await user.ask('settle', key, 'retry', { delay: 2 * WHILE })
    await user.stop()
    expect(queue.stats()).toMatchObject({ delayed: 1, returned: 0, held: 0 })
    expect(await queue.get()).toBe(5)
    expect(performance.now() - began).toBeGreaterThanOrEqual(2 * WHILE - NEARLY)
  })

  it('comes although the thread that slept until its time dies', async () => {
    const queue = make()
    queue.tryPut(5)
    const delivery = queue.takeSync()
    const user = new User()
    await user.ask('attach', queue.handle)
    user.ask('call', queue.handle.id, 'getSync').catch(() => {})
    const threadsThatWait = () =>
      queue.stats().threads.filter(({ waiting }) => waiting.includes('get')).length
    await until(() => threadsThatWait() === 1, 'the first sleeps')
    const there = await other(queue)
    const got = there.call('getSync')
    await there.waits('get')
    const began = performance.now()
    // The put wakes the thread that has slept longest.
    delivery.retry({ delay: WHILE })
    await user.stop()
    expect(await got).toBe(5)
    const ms = performance.now() - began
    expect(ms).toBeGreaterThanOrEqual(WHILE - NEARLY)
    expect(ms).toBeLessThan(LONG)
  })

  it('comes in the order of the times, or by its priority once it is due', async () => {
    const queue = make({ ack: 'auto' })
    const items = [0, 1, 2, 3, 4]
    const held = items.map((item) => {
      queue.tryPut(item)
      return queue.takeSync()
    })
    const delays = [1600, 400, 1000, 400, 0]
    for (const [index, delivery] of held.entries()) delivery.retry({ delay: delays[index] })
    const due = performance.now() + 1600 + NEARLY
    await until(() => performance.now() > due, 'all are due')
    const got = items.map(() => queue.tryGet())
    expect(got).toEqual(kind === 'priority' ? items : [4, 1, 3, 2, 0])
  })

  it('comes in time to a thread that sleeps for a later one', async () => {
    const queue = make()
    const there = await other(queue)
    for (const item of [1, 1, 1]) queue.tryPut(item)
    const [one, two, three] = [queue.takeSync(), queue.takeSync(), queue.takeSync()]
    one.retry({ delay: 6 * LONG })
    const got = there.call('getSync')
    await there.waits('get')
    const here = queue.get()
    two.retry({ delay: 30 })
    three.retry({ delay: 60 })
    const both = await timed(Promise.all([got, here]))
    expect(both.value).toEqual([1, 1])
    expect(both.ms).toBeLessThan(LONG)
  })

  it('comes to another sleeping thread when the one that slept until its time gets another item', async () => {
    const queue = make()
    const [first, second] = await others(queue, 2)
    queue.tryPut(1)
    const delivery = queue.takeSync()
    const got = [first?.call('getSync'), second?.call('getSync')]
    await first?.waits('get')
    await second?.waits('get')
    const began = performance.now()
    delivery.retry({ delay: 200 })
    await queue.put(2)
    expect((await Promise.all(got)).sort()).toEqual([1, 2])
    const ms = performance.now() - began
    expect(ms).toBeGreaterThanOrEqual(200 - NEARLY)
    expect(ms).toBeLessThan(LONG)
  })

  it('is awaited by get, join and loops when the queue is drained', async () => {
    const queue = make()
    const there = await other(queue)
    queue.tryPut(1)
    queue.takeSync().retry({ delay: 2 * WHILE })
    queue.shutdown()
    expect(queue.tryGet()).toBe(EMPTY)
    const elsewhere = there.next('sync').then(async (result) => {
      if (result.done) return []
      await there.next('sync')
      return [result.value]
    })
    await there.waits('get')
    const joined = timed(queue.join())
    const got: number[] = []
    for await (const item of queue) got.push(item)
    expect([...got, ...(await elsewhere)]).toEqual([1])
    expect((await joined).ms).toBeGreaterThan(0)
    expect(() => queue.tryGet()).toThrow(shutDown)
  })

  it('is discarded by an immediate shutdown', async () => {
    const queue = make()
    for (const item of [1, 2, 3]) queue.tryPut(item)
    const held = [queue.takeSync(), queue.takeSync(), queue.takeSync()]
    held[0]?.retry({ delay: 50 })
    held[1]?.retry({ delay: LONG })
    queue.shutdown({ immediate: true })
    expect([queue.size, queue.unfinished, queue.stats().delayed]).toEqual([0, 1, 0])
    held[2]?.retry({ delay: 50 })
    await queue.join({ timeout: 0 })
    expect(queue.unfinished).toBe(0)
  })

  it('does not delay other items, and ends no wait with a timeout', async () => {
    const queue = make()
    const there = await other(queue)
    queue.tryPut(1)
    queue.takeSync().retry({ delay: 6 * LONG })
    await expect(queue.get({ timeout: 20 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    await expect(there.call('getSync', { timeout: 20 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    for (const item of [2, 3]) {
      await queue.put(item)
      expect(await queue.get()).toBe(item)
    }
  })

  it('is dead-lettered at once when it was delivered maxDeliveries times', async () => {
    const deadLetters = new Queue<DeadLetter<number>>()
    const queue = make({ deadLetters, maxDeliveries: 1 })
    queue.tryPut(1)
    queue.takeSync().retry({ delay: LONG, error: new Error('again') })
    expect(await deadLetters.get()).toMatchObject({ item: 1, attempts: 1 })
    expect(queue.unfinished).toBe(0)
  })

  it.each([['5'], [-1], [Number.NaN], [2 ** 31]])('is refused a delay of %s, and stays held', (delay) => {
    const queue = make()
    queue.tryPut(1)
    const delivery = queue.takeSync()
    const code = typeof delay === 'string' ? 'ERR_INVALID_ARG_TYPE' : 'ERR_OUT_OF_RANGE'
    expect(() => delivery.retry({ delay: delay as number })).toThrow(expect.objectContaining({ code }))
    delivery.done()
    expect(queue.unfinished).toBe(0)
  })
})
