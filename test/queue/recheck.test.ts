import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codecs, LifoQueue } from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { DEADLINE_MS, until } from '../support/deadline.ts'
import { attachThere, other, User } from '../support/users.ts'

/**
 * A queue for which this thread skips the wakes. It is a LIFO queue, since its operations are an object that
 * can be changed.
 */
function silent(): LifoQueue<number> {
  const queue = new LifoQueue<number>({ codec: codecs.int32, maxsize: 4 })
  const { shared } = internalsOf(queue)
  Object.assign(shared.core, { wake: () => 0 })
  Object.assign(shared.lot, { move: () => {} })
  return queue
}

describe('a wait whose wake is missing', () => {
  const { MILLRACE_SAFETY_TIMEOUT } = process.env
  let user: User
  beforeAll(() => {
    delete process.env.MILLRACE_SAFETY_TIMEOUT
    user = new User()
    if (MILLRACE_SAFETY_TIMEOUT !== undefined) process.env.MILLRACE_SAFETY_TIMEOUT = MILLRACE_SAFETY_TIMEOUT
  })
  afterAll(() => user.stop())

  // Retries: the waiter may be counted as waiting before it sleeps, and its last check then finds the item.
  const again = { retry: 3 }

  it.each(['getSync', 'get', 'take'] as const)(
    'of %s ends by a look of its own, and is counted',
    again,
    async (method) => {
      const queue = silent()
      const there = await attachThere(user, queue)
      const item = there.call(method)
      await there.waits('get')
      expect(queue.tryPut(7)).toBe(true)
      await item
      await until(() => queue.stats().missedWakes === 1, 'the rescue is counted', 5000)
    },
  )

  // Retries: the system may delay this thread for 0.1 s at that moment.
  it('does not count when the waker was only delayed between its item and its wake', {
    retry: 3,
  }, async () => {
    const queue = new LifoQueue<number>({ codec: codecs.int32 })
    const { core } = internalsOf(queue).shared
    const { wake } = core
    const there = await attachThere(user, queue)
    const item = there.call('getSync')
    await there.waits('get')
    Object.assign(core, {
      wake(side: number) {
        // The waiter checks by itself meanwhile.
        const end = performance.now() + DEADLINE_MS
        while (queue.stats().size > 0 && performance.now() < end);
        wake(side)
      },
    })
    queue.tryPut(7)
    expect(await item).toBe(7)
    expect(queue.stats().missedWakes).toBe(0)
  })

  it('ends by a check of its own in selectSync, and is counted', again, async () => {
    const queue = silent()
    const there = await attachThere(user, queue)
    const selected = user.ask('selectSync', { queue: queue.handle.id })
    await there.waits('get')
    expect(queue.tryPut(7)).toBe(true)
    expect(await selected).toEqual({ from: 'queue', item: 7 })
    expect(queue.stats().missedWakes).toBe(1)
  })

  it('does not count when a wake came, a timeout ended, or an item returned in time', async () => {
    const queue = new LifoQueue<number>({ codec: codecs.int32 })
    const there = await attachThere(user, queue)
    const item = there.call('getSync', { timeout: 60_000 })
    await there.waits('get')
    queue.tryPut(7)
    expect(await item).toBe(7)
    await expect(there.call('getSync', { timeout: 1100 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    queue.tryPut(8)
    const delivery = await queue.take()
    delivery.retry({ delay: 1200 })
    expect(await there.call('getSync')).toBe(8)
    expect(queue.stats().missedWakes).toBe(0)
  })

  it('shows in the tests, where no wait checks again before its timeout', again, async () => {
    const queue = silent()
    const there = await other(queue)
    const since = performance.now()
    const item = there.call('getSync', { timeout: 2500 })
    await there.waits('get')
    queue.tryPut(7)
    await item
    expect(performance.now() - since).toBeGreaterThanOrEqual(2490)
    expect(queue.stats().missedWakes).toBe(0)
  })
})
