import { afterEach, describe, expect, it, vi } from 'vitest'
import { clock } from '../../src/clock.ts'
import { codecs, EMPTY, Queue, type QueueOptions } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { EMPTY_THERE, other, others, waits } from '../support/users.ts'

vi.mock('../../src/timers.ts', () => import('../support/mocked-timers.ts'))

const numbers = (options?: QueueOptions<number>) => new Queue<number>({ codec: codecs.int32, ...options })
const END = { done: true, value: undefined }

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(['async', 'sync'] as const)('the %s iterator', (kind) => {
  const open = (queue: Queue<number>) =>
    kind === 'async' ? queue[Symbol.asyncIterator]() : queue[Symbol.iterator]()

  it('hands out items until the queue is shut down and empty', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    queue.shutdown()
    const items: number[] = []
    if (kind === 'async') for await (const item of queue) items.push(item)
    else for (const item of queue) items.push(item)
    expect([items, queue.unfinished]).toEqual([[1, 2, 3], 0])
    await queue.join({ timeout: 0 })
  })

  it('settles an item when the next is requested', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    queue.shutdown()
    const iterator = open(queue)
    expect(queue.unfinished).toBe(2)
    expect(await iterator.next()).toEqual({ done: false, value: 1 })
    expect(queue.unfinished).toBe(2)
    await iterator.next()
    expect(queue.unfinished).toBe(1)
    expect(await iterator.next()).toEqual(END)
    expect(queue.unfinished).toBe(0)
    expect(await iterator.next()).toEqual(END)
  })

  it('left by break, return or throw leaves its item held as by get', async () => {
    for (const leave of ['break', 'throw'] as const) {
      const queue = numbers()
      await queue.putMany([1, 2])
      try {
        if (kind === 'async') {
          for await (const _ of queue) {
            if (leave === 'break') break
            throw new Error('left')
          }
        } else {
          for (const _ of queue) {
            if (leave === 'break') break
            throw new Error('left')
          }
        }
      } catch {}
      expect(queue.stats()).toMatchObject({ held: 1, unfinished: 2 })
      queue.taskDone()
      expect(queue.stats()).toMatchObject({ held: 0, unfinished: 1 })
      expect(queue.tryGet()).toBe(2)
    }
  })

  it('left early gives its item to another thread when this one detaches', async () => {
    const queue = numbers()
    queue.tryPut(1)
    const there = await other(queue)
    const iterator = open(queue)
    await iterator.next()
    await iterator.return?.()
    queue[Symbol.dispose]()
    expect(await there.take('takeSync')).toMatchObject({ item: 1, attempt: 2 })
  })

  it('is done once it was left', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const iterator = open(queue)
    await iterator.next()
    expect(await iterator.return?.()).toEqual(END)
    expect(await iterator.next()).toEqual(END)
    expect(queue.stats()).toMatchObject({ queued: 1, held: 1 })
  })

  it("with ack 'auto' finishes each item when it hands it out", async () => {
    const queue = numbers({ ack: 'auto', maxInFlight: 1 })
    await queue.putMany([1, 2, 3])
    const iterator = open(queue)
    await iterator.next()
    expect(queue.stats()).toMatchObject({ held: 0, unfinished: 2 })
    await iterator.return?.()
    expect(queue.stats()).toMatchObject({ held: 0, unfinished: 2 })
  })

  it('continues after an item that cannot be decoded', async () => {
    let broken = true
    const codec = {
      name: 'once',
      encode: codecs.string.encode,
      decode: (bytes: Uint8Array) => {
        if (broken) throw new Error('no text')
        return codecs.string.decode(bytes)
      },
    }
    const queue = new Queue<string>({ codec })
    await queue.putMany(['a', 'b'])
    const iterator = kind === 'async' ? queue[Symbol.asyncIterator]() : queue[Symbol.iterator]()
    const next = async () => iterator.next()
    await expect(next()).rejects.toMatchObject({ code: 'ERR_CODEC' })
    broken = false
    expect(await next()).toEqual({ done: false, value: 'b' })
    expect(queue.unfinished).toBe(1)
  })

  it('ends when this thread detaches', async () => {
    const queue = numbers()
    queue.tryPut(1)
    const iterator = open(queue)
    await iterator.next()
    queue[Symbol.dispose]()
    expect(await iterator.next()).toEqual(END)
  })
})

describe('the async iterator', () => {
  it('asked several times at once answers in order, each item settled by the request after it', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    queue.shutdown()
    const iterator = queue[Symbol.asyncIterator]()
    const results = await within(
      Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]),
      'four results',
    )
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, undefined])
    expect(queue.stats()).toMatchObject({ held: 0, unfinished: 0 })
  })

  it('left while it waits leaves the item that then comes held as by get', async () => {
    const queue = numbers()
    const iterator = queue[Symbol.asyncIterator]()
    const next = iterator.next()
    await waits(queue, 'get', 0)
    expect(await iterator.return?.()).toEqual(END)
    queue.tryPut(1)
    expect(await within(next, 'the item')).toEqual({ done: false, value: 1 })
    queue.taskDone()
    expect(await iterator.next()).toEqual(END)
  })

  it('that waits ends when this thread detaches', async () => {
    const queue = numbers()
    const next = queue[Symbol.asyncIterator]().next()
    await waits(queue, 'get', 0)
    queue[Symbol.dispose]()
    expect(await within(next, 'the end')).toEqual(END)
  })

  it('shares the items with another of the same thread', async () => {
    const queue = numbers({ maxsize: 4 })
    const seen: number[] = []
    const loops = [1, 2, 3].map(async () => {
      for await (const item of queue) seen.push(item)
    })
    await queue.putMany(Array.from({ length: 100 }, (_, number) => number))
    queue.shutdown()
    await within(Promise.all(loops), 'the loops')
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, number) => number))
    expect(queue.unfinished).toBe(0)
  })
})

describe('the end of a queue', () => {
  it.each([
    ['sync', 'sync'],
    ['async', 'async'],
    ['sync', 'async'],
  ] as const)(
    'comes for two threads that hold an item and wait for each other (%s, %s)',
    async (first, second) => {
      const queue = numbers()
      const [one, two] = await others(queue, 2)
      await queue.putMany([1, 2])
      await one!.call('getSync')
      await two!.call('getSync')
      queue.shutdown()
      const ends = [one!.next(first), two!.next(second)]
      expect(await Promise.all(ends)).toEqual([END, END])
      expect(queue.stats()).toMatchObject({ held: 2, unfinished: 2 })
      await one!.detach()
      expect(queue.stats()).toMatchObject({ held: 1, returned: 1 })
      expect(await two!.call('tryGet')).toBeTypeOf('number')
      await two!.call('taskDone', 2)
      expect(queue.unfinished).toBe(0)
    },
  )

  it('comes for this thread and another that wait for each other', async () => {
    const queue = numbers()
    const there = await other(queue)
    await queue.putMany([1, 2])
    await there.call('getSync')
    await queue.get()
    queue.shutdown()
    const ends = [there.next('sync'), queue[Symbol.asyncIterator]().next()]
    expect(await within(Promise.all(ends), 'the ends')).toEqual([END, END])
  })

  it('comes for a thread that has settled its deliveries and holds items of get', async () => {
    const queue = numbers()
    const there = await other(queue)
    await queue.putMany([1, 2, 3])
    await there.call('getSync')
    ;(await queue.take()).done()
    await queue.get()
    queue.shutdown()
    const ends = [there.next('sync'), queue[Symbol.asyncIterator]().next()]
    expect(await within(Promise.all(ends), 'the ends')).toEqual([END, END])
  })

  it('waits for the item another thread holds, which then comes again', async () => {
    for (const kind of ['sync', 'async'] as const) {
      const queue = numbers()
      const there = await other(queue)
      queue.tryPut(1)
      const delivery = await queue.take()
      queue.shutdown()
      const next = there.next(kind)
      await there.waits('get')
      delivery.retry()
      expect(await next).toEqual({ done: false, value: 1 })
      expect(await there.next(kind)).toEqual(END)
      expect(queue.unfinished).toBe(0)
    }
  })

  it('waits for a holder that detaches, whose item then comes again', async () => {
    const queue = numbers()
    const [holder, waiter] = await others(queue, 2)
    queue.tryPut(1)
    await holder!.call('getSync')
    queue.shutdown()
    const next = waiter!.next('sync')
    await waiter!.waits('get')
    await holder!.detach()
    expect(await next).toEqual({ done: false, value: 1 })
  })

  it('comes when the holder finishes', async () => {
    for (const kind of ['sync', 'async'] as const) {
      const queue = numbers()
      const there = await other(queue)
      queue.tryPut(1)
      await queue.get()
      queue.shutdown()
      const next = there.next(kind)
      await there.waits('get')
      queue.taskDone()
      expect(await next).toEqual(END)
    }
  })

  it('does not wait for items that the waiting thread itself holds', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    await queue.get()
    queue.shutdown()
    const there = await other(queue)
    expect(await there.call('tryGet')).toBe(2)
    expect(await there.call('tryGet')).toBe(EMPTY_THERE)
    await there.call('taskDone')
    expect(await within(queue[Symbol.asyncIterator]().next(), 'the end')).toEqual(END)
    expect(queue.unfinished).toBe(1)
  })

  it('waits for a delivery this thread may still settle, in an async iterator', async () => {
    const queue = numbers()
    const there = await other(queue)
    await queue.putMany([1, 2])
    const mine = await queue.take()
    await there.call('getSync')
    queue.shutdown()
    // A blocked thread could not finish its item. Here the event loop runs and may retry it.
    const theirs = there.next('sync')
    await there.waits('get')
    const next = queue[Symbol.asyncIterator]().next()
    mine.retry()
    const results = await within(Promise.all([theirs, next]), 'both')
    expect(results.filter(({ done }) => !done)).toHaveLength(1)
  })

  it('after 5 s of waiting for holders warns once, with queue, holders and counts', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { now } = clock
    try {
      const queue = numbers({ name: 'pages' })
      const holder = await holding(queue, 2)
      queue.shutdown()
      const next = queue[Symbol.asyncIterator]().next()
      await vi.advanceTimersByTimeAsync(4900)
      expect(warn).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(200)
      expect(warn).toHaveBeenCalledTimes(1)
      const [message, options] = warn.mock.calls[0] as unknown as [string, { code: string }]
      expect(options).toMatchObject({ code: 'MILLRACE_END_WAIT' })
      expect(message).toMatch(new RegExp(`'pages'.*thread ${holder.threadId} holds 2`))
      await vi.advanceTimersByTimeAsync(60_000)
      expect(warn).toHaveBeenCalledTimes(1)
      vi.useRealTimers()
      await holder.call('taskDone', 2)
      expect(await within(next, 'the end')).toEqual(END)
    } finally {
      clock.now = now
      vi.useRealTimers()
    }
  })

  it('warns from a blocked thread too', async () => {
    const queue = numbers({ name: 'pages' })
    const there = await other(queue)
    queue.tryPut(1)
    await queue.get()
    queue.shutdown()
    await there.user.ask('noteWarnings')
    const next = there.next('sync')
    await there.waits('get')
    const since = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 5300))
    queue.taskDone()
    expect(await next).toEqual(END)
    expect(performance.now() - since).toBeGreaterThan(5000)
    expect(await there.user.ask('warnings')).toMatchObject([
      { code: 'MILLRACE_END_WAIT', message: expect.stringMatching(/'pages'.*thread 0 holds 1/) },
    ])
  })

  it('makes tryGet throw, which answers EMPTY until then', async () => {
    const queue = numbers()
    const there = await other(queue)
    queue.tryPut(1)
    await there.call('getSync')
    queue.shutdown()
    expect(queue.tryGet()).toBe(EMPTY)
    await there.call('taskDone')
    expect(() => queue.tryGet()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' }))
  })
})

/** Another thread that holds `count` items. */
async function holding(queue: Queue<number>, count: number) {
  const there = await other(queue)
  await queue.putMany(Array.from({ length: count }, (_, number) => number))
  await there.call('getManySync', count)
  return there
}
