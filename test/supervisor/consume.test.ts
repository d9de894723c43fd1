import { describe, expect, it } from 'vitest'
import type { ConsumeOptions, DeadLetter, Queue, QueueOptions, ThreadGroup } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
import {
  failureOf,
  fixture,
  listenTo,
  millrace,
  open,
  reaches,
  saying,
  sharedWords,
  supervisor,
  threadOf,
  workerOf,
} from './scene.ts'

const consumer = (name: string, args: unknown, options: ConsumeOptions & { threads?: number } = {}) => ({
  ...fixture<unknown>('consume.mjs', name, { args }),
  threads: 1,
  ...options,
})

const numbers = (options?: QueueOptions<number>) =>
  new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'counter', ...options })

/** A queue of these items, shut down. */
async function filled(items: number[], options?: QueueOptions<number>): Promise<Queue<number>> {
  const queue = numbers(options)
  await queue.putMany(items)
  queue.shutdown()
  return queue
}

/** The items in the queue now. */
function contents<T>(queue: Queue<T>): T[] {
  const items: T[] = []
  while (queue.size > 0) items.push(queue.tryGet() as T)
  return items
}

const ended = (group: ThreadGroup) => within(group.join(), 'the end of the consumers')

describe('consume', () => {
  it('calls the function with each item, and ends with the queue', async () => {
    const queue = numbers()
    const words = sharedWords()
    const one = supervisor()
    const group = one.consume(queue, consumer('adds', { words }, { threads: 2 }))
    await queue.putMany([1, 2, 3, 4])
    await within(queue.join(), 'all items')
    expect([words[0], words[1], queue.unfinished]).toEqual([4, 10, 0])
    expect(one.stats().groups[0]?.members.some(({ state }) => state === 'over')).toBe(false)
    queue.shutdown()
    expect(await ended(group)).toEqual([undefined, undefined])
  })

  it('takes from LIFO and priority queues in their order, and puts into one', async () => {
    const last = new millrace.LifoQueue<{ n: number }>()
    const least = new millrace.PriorityQueue<{ n: number }>({ by: 'n' })
    for (const [queue, order] of [
      [last, [3, 1, 2]],
      [least, [1, 2, 3]],
    ] as const) {
      const seen = new millrace.Queue<{ n: number }>()
      await queue.putMany([{ n: 2 }, { n: 1 }, { n: 3 }])
      queue.shutdown()
      await ended(supervisor().consume(queue, consumer('collects', { seen })))
      expect(contents(seen).map(({ n }) => n)).toEqual(order)
    }
    const sorted = new millrace.PriorityQueue<{ n: number }>({ by: 'n' })
    const source = new millrace.Queue<{ n: number }>()
    await source.putMany([{ n: 2 }, { n: 1 }, { n: 3 }])
    source.shutdown()
    await ended(supervisor().consume(source, consumer('collects', { seen: sorted })))
    expect(contents(sorted).map(({ n }) => n)).toEqual([1, 2, 3])
  })

  it('tells the function about its thread', async () => {
    const seen = new millrace.Queue<unknown>()
    const queue = await filled([5])
    await ended(supervisor().consume(queue, consumer('tells', { seen })))
    expect(contents(seen)).toEqual([
      { item: 5, index: 0, threads: 1, restarts: 0, stored: 0, stopping: false, isIt: true },
    ])
  })

  it('runs on one thread for each core by default', async () => {
    const { availableParallelism } = await import('node:os')
    const task = fixture('consume.mjs', 'adds', { args: { words: sharedWords() } })
    const group = supervisor().consume(await filled([1]), task)
    expect(group.threads).toBe(availableParallelism())
    await ended(group)
  })

  it.each([
    ['the function returns', 'blocks'],
    ['its promise resolves', 'waitsForWord'],
  ])('finishes an item when %s', async (_, name) => {
    const queue = await filled([1])
    const words = sharedWords()
    const group = supervisor().consume(queue, consumer(name, { words }))
    await reaches(words, 0, 1)
    expect([queue.size, queue.unfinished]).toEqual([0, 1])
    open(words, 1)
    await within(queue.join(), 'the item')
    await ended(group)
  })

  it("leases the items of a queue with ack: 'auto' too", async () => {
    const queue = await filled([1], { ack: 'auto' })
    const words = sharedWords()
    const one = supervisor()
    const group = one.consume(queue, consumer('waitsForWord', { words }))
    await reaches(words, 0, 1)
    expect(queue.unfinished).toBe(1)
    await within(workerOf(await threadOf(one)).terminate(), 'the death')
    await reaches(words, 0, 2)
    open(words, 1)
    await ended(group)
    expect(queue.unfinished).toBe(0)
  })

  it.each(['busy', 'busyAsync'])('lets timers of the thread fire: %s', async (name) => {
    const items = Array.from({ length: 300 }, (_, n) => n)
    const queue = await filled(items)
    const words = sharedWords()
    await ended(supervisor().consume(queue, consumer(name, { words })))
    expect(words[0]).toBe(300)
    expect(words[1]).toBeGreaterThan(0)
    expect(words[1]).toBeLessThan(300)
  })
})

describe('concurrency', () => {
  it('limits the calls of a thread that are under way at once', async () => {
    const queue = await filled([1, 2, 3, 4, 5, 6, 7])
    const words = sharedWords()
    const group = supervisor().consume(queue, consumer('counts', { words }, { concurrency: 3 }))
    await reaches(words, 0, 3)
    expect(queue.size).toBe(4)
    open(words, 1)
    await ended(group)
    expect([words[0], words[2], words[3]]).toEqual([0, 3, 7])
  })

  it('is 1 by default', async () => {
    const queue = await filled([1, 2, 3])
    const words = sharedWords()
    const group = supervisor().consume(queue, consumer('counts', { words }))
    await reaches(words, 0, 1)
    open(words, 1)
    await ended(group)
    expect([words[2], words[3]]).toEqual([1, 3])
  })

  it('may be all that maxInFlight allows, and no more', async () => {
    const queue = await filled([1, 2, 3, 4, 5], { maxInFlight: 4 })
    const words = sharedWords()
    const one = supervisor()
    expect(() => one.consume(queue, consumer('counts', { words }, { concurrency: 5 }))).toThrow(
      saying('RangeError', 'ERR_OUT_OF_RANGE', 'task.concurrency', 'from 1 to 4', '5'),
    )
    const group = one.consume(queue, consumer('counts', { words }, { concurrency: 4 }))
    await reaches(words, 0, 4)
    open(words, 1)
    await ended(group)
    expect([words[2], words[3]]).toEqual([4, 5])
  })

  it('lets the other calls of a thread be finished when one fails it', async () => {
    const queue = await filled([0, 1])
    const words = sharedWords()
    const one = supervisor()
    const group = one.consume(queue, consumer('failsBeside', { words }, { concurrency: 2 }))
    const failure = failureOf(group.join(), 'the group')
    await until(() => queue.stats().returned === 1, 'the failed item is back')
    open(words, 1)
    expect((await failure).cause.message).toBe('beside')
    expect([words[2], queue.unfinished]).toEqual([1, 1])
  })
})

describe('an item that fails', () => {
  it.each(['failsSome', 'rejectsSome'])('is delivered again as often as `retries` says: %s', async (name) => {
    const seen = numbers()
    const queue = await filled([1, 2, 3])
    const words = sharedWords()
    const args = { words, bad: 2, times: 3, seen }
    await ended(supervisor().consume(queue, consumer(name, args, { retries: 3 })))
    expect(words[0]).toBe(4)
    expect(contents(seen)).toEqual([1, 2, 3])
    expect(queue.unfinished).toBe(0)
  })

  it('waits `backoff` before it is delivered again, and its thread goes on', async () => {
    for (const name of ['failsSome', 'rejectsSome']) {
      const seen = numbers()
      const queue = await filled([1, 2, 3])
      const args = { words: sharedWords(), bad: 1, times: 1, seen }
      await ended(supervisor().consume(queue, consumer(name, args, { retries: 1, backoff: 1000 })))
      expect([name, ...contents(seen)]).toEqual([name, 2, 3, 1])
    }
  })

  it('holds up no other, though its thread may hold one item only', async () => {
    const seen = numbers()
    const queue = await filled([1, 2], { maxInFlight: 1 })
    const args = { words: sharedWords(), bad: 1, times: 1, seen }
    await ended(supervisor().consume(queue, consumer('failsSome', args, { retries: 1, backoff: 1000 })))
    expect(contents(seen)).toEqual([2, 1])
  })

  it('comes back though the thread on which it failed has died', async () => {
    const seen = numbers()
    const queue = await filled([1, 2])
    const words = sharedWords()
    const one = supervisor()
    const args = { words, bad: 1, times: 1, seen }
    const group = one.consume(queue, consumer('failsSome', args, { retries: 1, backoff: 4000 }))
    const waitsAlone = () => {
      const { delayed, unfinished } = queue.stats()
      return delayed === 1 && unfinished === 1
    }
    await until(waitsAlone, 'it waits, and the other is finished')
    await within(workerOf(await threadOf(one)).terminate(), 'the death')
    await ended(group)
    expect([contents(seen).sort(), queue.unfinished]).toEqual([[1, 2], 0])
  })

  it('takes no room in its thread meanwhile', async () => {
    const seen = numbers()
    const queue = numbers({ maxInFlight: 2 })
    const words = sharedWords()
    const args = { words, bad: 1, times: 1, seen }
    const options = { retries: 1, backoff: 500, concurrency: 2 }
    const one = supervisor()
    const group = one.consume(queue, consumer('rejectsSomeOrWaits', args, options))
    const thread = await threadOf(one)
    await waits(queue, 'get', thread)
    await queue.put(1)
    await reaches(words, 0, 1)
    await waits(queue, 'get', thread)
    // The thread may hold two items.
    await queue.putMany([2, 3])
    await until(() => queue.stats().held === 2, 'two items held')
    open(words, 1)
    queue.shutdown()
    await ended(group)
    expect([...contents(seen)].sort()).toEqual([1, 2, 3])
  })

  it('goes to the dead letters after `retries`, with its errors and an event', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>({ name: 'letters' })
    const queue = await filled([1, 2], { deadLetters: letters, maxDeliveries: 9 })
    const seen = numbers()
    const one = supervisor({ name: 'bakery' })
    const told = listenTo(one, 'deadLetter', 'start')
    const args = { words: sharedWords(), bad: 1, times: 9, seen }
    await ended(one.consume(queue, consumer('failsSome', args, { retries: 1 })))
    expect([contents(seen), queue.unfinished]).toEqual([[2], 0])
    const error = (call: number) =>
      expect.objectContaining({
        name: 'TypeError',
        message: `1 fails in call ${call}`,
        code: 'ERR_BAKE',
        stack: expect.stringContaining('consume.mjs'),
      })
    const thread = told[0]?.payload.threadId
    expect(contents(letters)).toEqual([
      {
        item: 1,
        attempts: 2,
        error: error(2),
        history: [1, 2].map((call) => ({ at: expect.any(Number), thread, error: error(call) })),
        queue: 'counter',
      },
    ])
    expect(told.slice(1)).toEqual([
      {
        event: 'deadLetter',
        payload: {
          group: 'failsSome',
          index: 0,
          threadId: thread,
          queue: 'counter',
          attempts: 2,
          error: expect.objectContaining({ message: '1 fails in call 2', code: 'ERR_BAKE' }),
        },
      },
    ])
    expect(told[1]?.payload.error).toBeInstanceOf(TypeError)
  })

  it.each([
    [{}, 3],
    [{ maxDeliveries: 2 }, 2],
    [{ maxDeliveries: 1 }, 1],
  ])('has the deliveries of a queue with dead letters: %j', async (options, deliveries) => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = await filled([1], { deadLetters: letters, ...options })
    const words = sharedWords()
    const one = supervisor()
    const told = listenTo(one, 'deadLetter')
    await ended(one.consume(queue, consumer('failsSome', { words, bad: 1, times: 9 })))
    expect(words[0]).toBe(deliveries)
    expect(contents(letters)).toMatchObject([{ item: 1, attempts: deliveries }])
    expect(told).toMatchObject([{ payload: { attempts: deliveries } }])
  })

  it('waits for room among the dead letters, and the supervisor waits for it', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>({ maxsize: 2 })
    const items = Array.from({ length: 20 }, (_, index) => index)
    const queue = await filled(items, { deadLetters: letters })
    const one = supervisor({ grace: 60_000 })
    await ended(one.consume(queue, consumer('failsAll', undefined, { retries: 0 })))
    expect(queue.stats()).toMatchObject({ size: 18, doomed: 18 })
    const joined = one.join()
    const got: unknown[] = []
    while (got.length < items.length) got.push((await within(letters.get(), 'a letter')).item)
    await within(joined, 'the supervisor')
    expect(got.sort((a, b) => Number(a) - Number(b))).toEqual(items)
    expect(queue.unfinished).toBe(0)
  })

  it('with undefined thrown is in its history, too', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = await filled([1], { deadLetters: letters, maxDeliveries: 2 })
    await ended(supervisor().consume(queue, consumer('throwsUndefined', undefined)))
    const error = { message: 'undefined was thrown' }
    expect(contents(letters)).toMatchObject([
      { item: 1, attempts: 2, error, history: [{ error }, { error }] },
    ])
  })

  it('is left over when no room comes among the dead letters for `grace`', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>({ maxsize: 2 })
    const queue = await filled([1, 2, 3], { deadLetters: letters })
    const one = supervisor({ grace: 50 })
    one.consume(queue, consumer('failsAll', undefined, { retries: 0 }))
    const error = await failureOf(one.join(), 'the supervisor')
    expect(error.message).toBe(
      "queue 'counter' still has 1 item (1 of them given up, and there is no room among the dead letters), and all threads that took from it are over",
    )
    expect(error.report.queues[0]).toMatchObject({ left: 1, unfinished: 1 })
  })

  it('leads to one event when it is given up, though `retries` allows more than the queue', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = await filled([1], { deadLetters: letters, maxDeliveries: 2 })
    const words = sharedWords()
    const one = supervisor()
    const told = listenTo(one, 'deadLetter')
    await ended(one.consume(queue, consumer('failsSome', { words, bad: 1, times: 9 }, { retries: 5 })))
    expect(contents(letters)).toMatchObject([{ item: 1, attempts: 2 }])
    expect(told).toMatchObject([{ payload: { attempts: 2 } }])
  })

  it('with neither ends its thread, and is delivered to a sibling', async () => {
    const queue = numbers()
    const words = sharedWords()
    const seen = numbers()
    const one = supervisor()
    const group = one.consume(queue, consumer('failsSome', { words, bad: 1, times: 1, seen }, { threads: 2 }))
    const failure = failureOf(group.join(), 'the group')
    await queue.putMany([1, 2, 3])
    await within(queue.join(), 'all items')
    expect([contents(seen).sort(), queue.isShutDown]).toEqual([[1, 2, 3], false])
    const states = one.stats().groups[0]?.members.map(({ state }) => state)
    expect(states?.some((state) => state !== 'over')).toBe(true)
    queue.shutdown()
    const error = await failure
    expect(error).toMatchObject({
      code: 'ERR_THREAD',
      cause: { message: '1 fails in call 1', code: 'ERR_BAKE' },
    })
    expect(error.others).toBeUndefined()
    expect(one.stats().groups[0]?.restarts).toBe(0)
  })

  it('with neither fails the group, and shuts the queue down, once no thread is left', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    const words = sharedWords()
    const one = supervisor()
    const args = { words, bad: 1, times: 9 }
    const group = one.consume(queue, consumer('failsSome', args, { threads: 2 }))
    const [error, whole] = await Promise.all(
      [group.join(), one.join()].map((join) => failureOf(join, 'a join')),
    )
    expect([words[0], error.others?.length]).toEqual([2, 1])
    expect(queue.isShutDown).toBe(true)
    expect(whole).toBe(error)
    const [left] = error.report.queues
    expect(left).toMatchObject({ name: 'counter', maxsize: 1024, dropped: 0 })
    expect(left.left).toBeGreaterThanOrEqual(1)
    expect([left.left, left.unfinished]).toEqual([queue.size, queue.unfinished])
    expect(error.report.groups).toMatchObject([{ name: 'failsSome', role: 'consume', threads: 2, error }])
  })

  it('ends waiting puts, in threads and here, with the failure as cause', async () => {
    const queue = numbers({ maxsize: 1 })
    const words = sharedWords()
    await queue.put(1)
    const one = supervisor()
    const group = one.consume(queue, consumer('failsWhenTold', { words, bad: 1 }))
    await reaches(words, 0, 1)
    await queue.put(2)
    const puts = ['putSync', 'put'].map((how) => {
      const group = one.spawn(fixture('consume.mjs', 'puts', { args: { queue, how } }))
      return failureOf(group.join(), how)
    })
    const outside = failureOf(queue.put(3), 'the put here')
    const failure = failureOf(group.join(), 'the group')
    await waits(queue, 'put', await threadOf(one, 1))
    await waits(queue, 'put', await threadOf(one, 2))
    open(words, 1)
    const error = await failure
    const refused = [await outside]
    for (const each of await Promise.all(puts)) refused.push(each.cause)
    for (const each of refused) {
      expect(each).toMatchObject({ name: 'QueueShutDownError', code: 'ERR_QUEUE_SHUT_DOWN' })
      expect(each.cause).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD', group: 'failsWhenTold' })
      expect(each.cause.cause.message).toBe('told to fail')
    }
    expect(refused).toHaveLength(3)
    expect((await outside).cause).toBe(error)
    // A later put fails with the cause too.
    expect((await failureOf(queue.put(4), 'a late put')).cause).toBe(error)
    await failureOf(one.join(), 'the supervisor')
  })

  it('that cannot be decoded goes to the dead letters, and the rest goes on', async () => {
    const { points } = await import(new URL('./fixtures/codec.mjs', import.meta.url).href)
    const letters = new millrace.Queue<DeadLetter<{ x: number; y: number }>>()
    const queue = new millrace.Queue<{ x: number; y: number }>({ codec: points, deadLetters: letters })
    await queue.putMany([1, 13, 3].map((x) => ({ x, y: 0 })))
    queue.shutdown()
    const seen = new millrace.Queue<unknown>()
    await ended(supervisor().consume(queue, consumer('collects', { seen })))
    expect(contents(seen)).toEqual([
      { x: 1, y: 0 },
      { x: 3, y: 0 },
    ])
    const [letter, ...more] = contents(letters)
    expect(more).toEqual([])
    expect(letter).toMatchObject({ error: { name: 'CodecError', code: 'ERR_CODEC' } })
    expect(letter?.bytes).toHaveLength(8)
    expect(letter).not.toHaveProperty('item')
    expect(queue.unfinished).toBe(0)
  })

  it('that cannot be decoded is counted as dropped where there are no dead letters', async () => {
    const { points } = await import(new URL('./fixtures/codec.mjs', import.meta.url).href)
    const queue = new millrace.Queue<{ x: number; y: number }>({ codec: points })
    await queue.putMany([13, 3].map((x) => ({ x, y: 0 })))
    queue.shutdown()
    const one = supervisor()
    const seen = new millrace.Queue<unknown>()
    one.consume(queue, consumer('collects', { seen }))
    const report = await within(one.join(), 'the end')
    expect(report.queues[0]).toMatchObject({ left: 0, unfinished: 0, dropped: 1 })
    expect(contents(seen)).toEqual([{ x: 3, y: 0 }])
  })
})

describe('a consumer that dies', () => {
  it('is started again and goes on, with the item it held', async () => {
    const queue = await filled([1, 2, 3, 4])
    const seen = numbers()
    const one = supervisor()
    await ended(one.consume(queue, consumer('dies', { bad: 2, seen })))
    expect(contents(seen).sort()).toEqual([1, 2, 3, 4])
    expect(queue.unfinished).toBe(0)
    expect((await within(one.join(), 'the end')).groups).toMatchObject([{ restarts: 1 }])
  })

  it('at every delivery has its item given up after maxDeliveries', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = await filled([1, 2, 3], { deadLetters: letters, maxDeliveries: 2 })
    const seen = numbers()
    const one = supervisor()
    await ended(one.consume(queue, consumer('alwaysDies', { bad: 2, seen })))
    expect(contents(seen).sort()).toEqual([1, 3])
    expect(contents(letters)).toMatchObject([{ item: 2, attempts: 2, error: { code: 'ERR_THREAD' } }])
  })

  it('too often fails the group, and the queue is shut down', async () => {
    const queue = await filled([1, 2])
    const one = supervisor({ restart: { max: 1 } })
    const group = one.consume(queue, consumer('alwaysDies', { bad: 1, seen: numbers() }))
    const error = await failureOf(group.join(), 'the group')
    expect(error).toMatchObject({ exitCode: 1, index: 0 })
    expect(await failureOf(one.join(), 'the supervisor')).toBe(error)
    expect(error.report.queues[0]).toMatchObject({ left: 2, unfinished: 2 })
  })
})
