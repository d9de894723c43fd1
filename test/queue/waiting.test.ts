import { describe, expect, it } from 'vitest'
import { codecs, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { countedSignal } from '../support/signals.ts'
import { other, waits } from '../support/users.ts'

const numbers = (maxsize = 1) => new Queue<number>({ maxsize, codec: codecs.int32 })
const full = () => {
  const queue = numbers()
  queue.tryPut(0)
  return queue
}
const isFull = { name: 'QueueFullError', code: 'ERR_QUEUE_FULL' }
const isEmpty = { name: 'QueueEmptyError', code: 'ERR_QUEUE_EMPTY' }

describe('timeout 0', () => {
  it('succeeds when no wait is needed', async () => {
    const queue = numbers()
    expect(await queue.put(1, { timeout: 0 })).toBe('stored')
    expect(await queue.get({ timeout: 0 })).toBe(1)
    expect(queue.putSync(2, { timeout: 0 })).toBe('stored')
    expect(queue.getSync({ timeout: 0 })).toBe(2)
    expect(await queue.putMany([3], { timeout: 0 })).toBe(1)
    expect(await queue.getMany(9, { timeout: 0 })).toEqual([3])
  })

  it('never waits: it fails at once for a full and for an empty queue', async () => {
    await expect(full().put(1, { timeout: 0 })).rejects.toMatchObject(isFull)
    await expect(numbers().get({ timeout: 0 })).rejects.toMatchObject(isEmpty)
    await expect(numbers().take({ timeout: 0 })).rejects.toMatchObject(isEmpty)
    await expect(full().join({ timeout: 0 })).rejects.toMatchObject({ code: 'ERR_WAIT_TIMEOUT' })
    expect(() => full().putSync(1, { timeout: 0 })).toThrow(expect.objectContaining(isFull))
    expect(() => numbers().getSync({ timeout: 0 })).toThrow(expect.objectContaining(isEmpty))
    expect(() => full().joinSync({ timeout: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_WAIT_TIMEOUT' }),
    )
  })

  it('reports the shutdown first', async () => {
    const queue = full()
    queue.shutdown({ immediate: true })
    const shutDown = { code: 'ERR_QUEUE_SHUT_DOWN' }
    await expect(queue.put(1, { timeout: 0 })).rejects.toMatchObject(shutDown)
    await expect(queue.get({ timeout: 0 })).rejects.toMatchObject(shutDown)
    expect(() => queue.putSync(1, { timeout: 0 })).toThrow(expect.objectContaining(shutDown))
    expect(() => queue.getSync({ timeout: 0 })).toThrow(expect.objectContaining(shutDown))
  })
})

describe('a timeout', () => {
  it('ends a wait on the main thread, not before its time, and takes and stores nothing', async () => {
    for (const [call, error] of [
      [() => full().put(1, { timeout: 30 }), isFull],
      [() => numbers().get({ timeout: 30 }), isEmpty],
      [() => numbers().take({ timeout: 30 }), isEmpty],
      [() => full().join({ timeout: 30 }), { code: 'ERR_WAIT_TIMEOUT' }],
    ] as const) {
      const since = performance.now()
      await expect(within<unknown>(call(), 'the lapse')).rejects.toMatchObject(error)
      expect(performance.now() - since).toBeGreaterThanOrEqual(28)
    }
    const queue = full()
    await expect(queue.put(1, { timeout: 5 })).rejects.toMatchObject(isFull)
    expect(queue.tryGet()).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(queue.size).toBe(0)
  })

  it('ends a wait in a blocked thread', async () => {
    const queue = numbers()
    const there = await other(queue)
    const since = performance.now()
    await expect(there.call('getSync', { timeout: 30 })).rejects.toMatchObject(isEmpty)
    queue.tryPut(0)
    await expect(there.call('putSync', 1, { timeout: 30 })).rejects.toMatchObject(isFull)
    await expect(there.call('joinSync', { timeout: 30 })).rejects.toMatchObject({ code: 'ERR_WAIT_TIMEOUT' })
    expect(performance.now() - since).toBeGreaterThanOrEqual(85)
    expect(queue.stats().threads.every(({ waiting }) => waiting.length === 0)).toBe(true)
  })

  it('waits until there is an item when it is Infinity or 2^31 - 1', async () => {
    for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 31 - 1]) {
      const queue = numbers()
      const item = queue.get({ timeout })
      await waits(queue, 'get', 0)
      queue.tryPut(7)
      expect(await within(item, 'the item')).toBe(7)
    }
  })

  it('names the queue when it ends a wait', async () => {
    const queue = new Queue({ name: 'pages', maxsize: 1 })
    await expect(queue.get({ timeout: 0 })).rejects.toThrow(/pages/)
    queue.tryPut(1)
    await expect(queue.put(2, { timeout: 0 })).rejects.toThrow(/pages.*maxsize 1/)
  })
})

describe('a waiting call', () => {
  it('on the main thread is released by a put, and by a get, in another thread', async () => {
    const queue = numbers()
    const there = await other(queue)
    const item = queue.get()
    await waits(queue, 'get', 0)
    await there.call('putSync', 1)
    expect(await within(item, 'the item')).toBe(1)
    await queue.put(2)
    const stored = queue.put(3)
    await waits(queue, 'put', 0)
    expect(await there.call('getSync')).toBe(2)
    expect(await within(stored, 'the put')).toBe('stored')
  })

  it('in a blocked thread is released by the main thread', async () => {
    const queue = numbers()
    const there = await other(queue)
    const item = there.call('getSync')
    await there.waits('get')
    await queue.put(1)
    expect(await item).toBe(1)
    await queue.put(2)
    const stored = there.call('putSync', 3)
    await there.waits('put')
    expect(queue.tryGet()).toBe(2)
    expect(await stored).toBe('stored')
  })

  it('in a thread that awaits is released by a thread that blocks', async () => {
    const queue = numbers()
    const [awaiting, blocking] = [await other(queue), await other(queue)]
    const item = awaiting.call('get')
    await awaiting.waits('get')
    await blocking.call('putSync', 1)
    expect(await item).toBe(1)
  })

  it('would block the main thread: BlockingMainThreadError, and nothing happens', async () => {
    const error = expect.objectContaining({
      name: 'BlockingMainThreadError',
      code: 'ERR_BLOCKING_MAIN_THREAD',
    })
    const queue = full()
    expect(() => queue.putSync(1)).toThrow(error)
    expect(() => queue.putSync(1, { timeout: 5 })).toThrow(error)
    expect(() => queue.joinSync()).toThrow(error)
    expect(queue.size).toBe(1)
    const nothing = numbers()
    expect(() => nothing.getSync()).toThrow(error)
    expect(() => nothing.takeSync()).toThrow(error)
    expect(() => nothing.getManySync(3)).toThrow(error)
    expect(() => nothing[Symbol.iterator]().next()).toThrow(error)
    expect(nothing.stats().threads).toMatchObject([{ waiting: [] }])
  })
})

describe('a signal', () => {
  const aborted = (cause: unknown) =>
    expect.objectContaining({ name: 'AbortError', code: 'ABORT_ERR', cause })

  it('aborted before the call refuses it, even when no wait is needed', async () => {
    const queue = numbers(2)
    queue.tryPut(0)
    const options = { signal: AbortSignal.abort('enough') }
    await expect(queue.put(1, options)).rejects.toThrow(aborted('enough'))
    await expect(queue.get(options)).rejects.toThrow(aborted('enough'))
    await expect(queue.take(options)).rejects.toThrow(aborted('enough'))
    await expect(queue.join(options)).rejects.toThrow(aborted('enough'))
    await expect(queue.getMany(2, options)).rejects.toThrow(aborted('enough'))
    await expect(queue.putMany([1], options)).rejects.toThrow(aborted('enough'))
    expect(queue.stats()).toMatchObject({ size: 1, held: 0 })
  })

  it('aborted during the wait ends it, and the item of a put is not stored', async () => {
    const queue = full()
    for (const [side, call] of [
      ['put', (signal: AbortSignal) => queue.put(1, { signal })],
      ['join', (signal: AbortSignal) => queue.join({ signal })],
    ] as const) {
      const controller = new AbortController()
      const waiting = call(controller.signal)
      await waits(queue, side, 0)
      const reason = new Error('stop')
      controller.abort(reason)
      await expect(within<unknown>(waiting, 'the abort')).rejects.toThrow(aborted(reason))
    }
    expect(queue.tryGet()).toBe(0)
    expect(queue.size).toBe(0)
    expect(queue.stats().threads).toMatchObject([{ waiting: [] }])
  })

  it('aborted during a get leaves the next item for others', async () => {
    const queue = numbers()
    const controller = new AbortController()
    const item = queue.get({ signal: controller.signal })
    await waits(queue, 'get', 0)
    controller.abort()
    await expect(item).rejects.toMatchObject({ code: 'ABORT_ERR', cause: { name: 'AbortError' } })
    const there = await other(queue)
    const next = there.call('getSync')
    await there.waits('get')
    await queue.put(5)
    expect(await next).toBe(5)
  })

  it('from AbortSignal.timeout ends a wait with a TimeoutError as cause', async () => {
    const item = numbers().get({ signal: AbortSignal.timeout(5) })
    await expect(within(item, 'the abort')).rejects.toMatchObject({
      code: 'ABORT_ERR',
      cause: { name: 'TimeoutError' },
    })
  })

  it('keeps no listener once the call is over', async () => {
    const queue = numbers(2)
    const { signal, listeners } = countedSignal()
    await queue.put(1, { signal })
    await queue.get({ signal })
    const item = queue.get({ signal })
    expect(listeners()).toBe(1)
    queue.tryPut(2)
    await within(item, 'the item')
    await expect(queue.get({ signal, timeout: 1 })).rejects.toMatchObject(isEmpty)
    expect(listeners()).toBe(0)
  })
})
