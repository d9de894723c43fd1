import { describe, expect, it } from 'vitest'
import type { ConsumeOptions, DeadLetter, Queue, QueueOptions, ThreadGroup } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
import {
  failureOf,
  fixture,
  millrace,
  open,
  reaches,
  sharedWords,
  supervisor,
  threadOf,
  workerOf,
} from './scene.ts'

/** Consumers that call with one item at a time fetch more, as long as they find more. */

const consumer = (name: string, args: unknown, options: ConsumeOptions & { threads?: number } = {}) => ({
  ...fixture<unknown>('fetch-ahead.mjs', name, { args }),
  threads: 1,
  ...options,
})

const numbers = (options?: QueueOptions<number>) =>
  new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'counter', maxsize: 256, ...options })
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const ended = (group: ThreadGroup) => within(group.join(), 'the end of the consumers')
const once = (count: number) => new Int32Array(count).fill(1)
/** Item `at` is the last that its thread begins of eight that it took together, after seven others. */
const AT = 7
const LAST = 40

interface Blocked {
  readonly queue: Queue<number>
  readonly words: Int32Array<SharedArrayBuffer>
  readonly tally: Int32Array<SharedArrayBuffer>
  readonly one: ReturnType<typeof supervisor>
  readonly group: ThreadGroup
}

/** A consumer whose call for item AT has begun and blocks; it has fetched the seven after it. */
async function blocked(name: 'blocksAt' | 'waitsAt', options?: QueueOptions<number>): Promise<Blocked> {
  const queue = numbers(options)
  const words = sharedWords()
  const tally = sharedWords(LAST)
  const one = supervisor()
  await queue.putMany(upTo(LAST))
  const group = one.consume(queue, consumer(name, { words, at: AT, tally }))
  await reaches(words, 0, 1)
  expect(queue.stats()).toMatchObject({ held: 8, unfinished: LAST - AT })
  return { queue, words, tally, one, group }
}

describe('consumers that fetch ahead', () => {
  it.each([
    ['tallies', 1, 20_000],
    ['tallies', 3, 20_000],
    ['talliesUnevenly', 3, 20_000],
    ['talliesLater', 1, 5_000],
    ['talliesLater', 3, 5_000],
    ['getsMore', 1, 3_000],
    ['getsMore', 3, 3_000],
    ['getsMoreLater', 2, 3_000],
  ])('call with each item once: %s, %i threads', { timeout: 60_000 }, async (name, threads, count) => {
    const queue = numbers()
    const tally = sharedWords(count)
    const group = supervisor().consume(queue, consumer(name, { tally, queue }, { threads }))
    for (let from = 0; from < count; from += 1000) await queue.putMany(upTo(1000).map((item) => from + item))
    queue.shutdown()
    await within(group.join(), 'the end', 50_000)
    expect(tally).toEqual(once(count))
    expect(queue.stats()).toMatchObject({ size: 0, held: 0, unfinished: 0, missedWakes: 0 })
  })

  it.each([1, 2, 3])('hold no more than maxInFlight: %i', async (maxInFlight) => {
    const queue = numbers({ maxInFlight })
    const tally = sharedWords(2000)
    const group = supervisor().consume(queue, consumer('getsMore', { tally, queue }, { threads: 2 }))
    await queue.putMany(upTo(2000))
    queue.shutdown()
    await ended(group)
    expect(tally).toEqual(once(2000))
  })

  it('fetch nothing where several calls run at once', async () => {
    const queue = numbers()
    const words = sharedWords()
    const tally = sharedWords(LAST)
    await queue.putMany(upTo(LAST))
    const options = { concurrency: 2 }
    const group = supervisor().consume(queue, consumer('waitsAt', { words, at: AT, tally }, options))
    await until(() => tally.filter((calls) => calls > 0).length === LAST - 1, 'all but one')
    expect(queue.stats()).toMatchObject({ held: 1, returned: 0, unfinished: 1 })
    open(words, 1)
    queue.shutdown()
    await ended(group)
    expect(tally).toEqual(once(LAST))
  })
})

describe.each(['blocksAt', 'waitsAt'] as const)('a call that takes long (%s)', (name) => {
  it('does not hold back what its thread has fetched, when another thread is idle', async () => {
    const { queue, words, tally, one, group } = await blocked(name)
    const helpers = one.consume(queue, consumer('tallies', { tally }, { threads: 2 }))
    await until(() => queue.unfinished === 1, 'all others are finished')
    expect([Atomics.load(words, 0), tally[AT]]).toEqual([1, 0])
    open(words, 1)
    queue.shutdown()
    await Promise.all([ended(group), ended(helpers)])
    expect(tally).toEqual(once(LAST))
    expect(queue.stats()).toMatchObject({ held: 0, missedWakes: 0 })
  })

  it('does not hold back what its thread has fetched, when another thread sleeps beside it', async () => {
    for (let round = 0; round < 5; round++) {
      const queue = numbers()
      const words = sharedWords()
      const tally = sharedWords(LAST)
      const group = supervisor().consume(queue, consumer(name, { words, at: AT, tally }, { threads: 3 }))
      await until(
        () => queue.stats().threads.filter(({ waiting }) => waiting.length > 0).length === 3,
        'they wait',
      )
      await queue.putMany(upTo(LAST))
      await reaches(words, 0, 1)
      await until(() => queue.unfinished === 1, 'all others are finished')
      open(words, 1)
      queue.shutdown()
      await ended(group)
      expect(tally).toEqual(once(LAST))
      expect(queue.stats().missedWakes).toBe(0)
    }
  })

  it('does not hold back for long what its thread has fetched, though the other thread is busy', async () => {
    const { queue, words, one, group } = await blocked(name, { maxsize: 2000 })
    const seen = numbers({ maxsize: 4000, maxInFlight: 4000 })
    while (queue.tryPut(0));
    const helper = one.consume(queue, consumer('failsAt', { words: sharedWords(), at: -1, seen }))
    await until(() => queue.unfinished === 1, 'all others are finished')
    const order = await seen.getMany(4000)
    const places = upTo(7).map((index) => order.indexOf(AT + 1 + index))
    // It has never been idle before the last of these.
    expect(places).toEqual([...places].sort((x, y) => x - y))
    expect(places[0]).toBeGreaterThanOrEqual(0)
    expect(places[6]).toBeLessThan(320)
    open(words, 1)
    queue.shutdown()
    await Promise.all([ended(group), ended(helper)])
  })

  it('lets a thread of the user get what its thread has fetched', async () => {
    const { queue, words, tally, group } = await blocked(name)
    const got: number[] = []
    while (queue.unfinished > 1) {
      got.push(await within(queue.get(), 'an item'))
      queue.taskDone()
    }
    expect(got.sort((a, b) => a - b)).toEqual(upTo(LAST).slice(AT + 1))
    open(words, 1)
    queue.shutdown()
    await ended(group)
    expect([...tally].map((calls, item) => (item <= AT ? calls : calls + 1))).toEqual([...once(LAST)])
  })

  it('is charged alone when its thread is terminated', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const { queue, words, tally, one, group } = await blocked(name, {
      deadLetters: letters,
      maxDeliveries: 1,
    })
    await within(workerOf(await threadOf(one)).terminate(), 'the death')
    queue.shutdown()
    await ended(group)
    expect(letters.tryGet()).toMatchObject({ item: AT, attempts: 1, error: { code: 'ERR_THREAD' } })
    expect([letters.size, queue.unfinished, Atomics.load(words, 0)]).toEqual([0, 0, 1])
    expect([...tally]).toEqual([...once(LAST)].map((calls, item) => (item === AT ? 0 : calls)))
  })

  it('comes to its end when the group is stopped, and what was fetched is queued again', async () => {
    const { queue, words, tally, group } = await blocked(name)
    const stopped = group.stop()
    await new Promise((resolve) => setImmediate(resolve))
    open(words, 1)
    await within(stopped, 'the stop')
    expect(tally[AT]).toBe(1)
    const left = LAST - AT - 1
    expect(queue.stats()).toMatchObject({ size: left, held: 0, unfinished: left })
    const batch = await queue.takeMany(LAST)
    expect([...batch].every(({ attempt }) => attempt === 1)).toBe(true)
    // They come in the order in which they were put.
    expect(batch.items).toEqual(upTo(LAST).slice(AT + 1))
    batch.done()
    expect(queue.unfinished).toBe(0)
  })

  it('is terminated by close after `grace`, and what was fetched is not lost', async () => {
    const queue = numbers()
    const words = sharedWords()
    const tally = sharedWords(LAST)
    const one = supervisor({ grace: 50 })
    await queue.putMany(upTo(LAST))
    const group = one.consume(queue, consumer(name, { words, at: AT, tally }))
    const failure = failureOf(group.join(), 'the group')
    await reaches(words, 0, 1)
    await within(one.close(), 'the close')
    expect((await failure).message).toContain('did not stop within 50 ms')
    const left = LAST - AT
    await until(() => queue.size === left, 'all came back')
    const attempts = [...(await queue.takeMany(LAST))].map(({ item, attempt }) => [item, attempt])
    attempts.sort(([a], [b]) => Number(a) - Number(b))
    expect(attempts).toEqual(
      upTo(LAST)
        .slice(AT)
        .map((item) => [item, item === AT ? 2 : 1]),
    )
  })

  it('is all that is left of an immediate shutdown; the join waits for it', async () => {
    const { queue, words, tally, group } = await blocked(name)
    queue.shutdown({ immediate: true })
    expect(queue.stats()).toMatchObject({ size: 0, held: 1, unfinished: 1 })
    const joined = queue.join()
    await waits(queue, 'join', 0)
    open(words, 1)
    await within(joined, 'the join')
    await ended(group)
    expect([...tally]).toEqual(upTo(LAST).map((item) => (item <= AT ? 1 : 0)))
  })
})

describe('a consumer that has fetched items', () => {
  it('may shut the queue down at once, in its call', async () => {
    const queue = numbers()
    const tally = sharedWords(LAST)
    await queue.putMany(upTo(LAST))
    await ended(supervisor().consume(queue, consumer('shutsDownAt', { queue, at: AT, tally })))
    expect([...tally]).toEqual(upTo(LAST).map((item) => (item <= AT ? 1 : 0)))
    expect(queue.stats()).toMatchObject({ size: 0, held: 0, unfinished: 0 })
  })

  it('and dies with each call for one item leaves the others uncharged', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = numbers({ deadLetters: letters, maxDeliveries: 2 })
    const tally = sharedWords(LAST)
    await queue.putMany(upTo(LAST))
    queue.shutdown()
    await ended(supervisor().consume(queue, consumer('diesAt', { at: AT, tally })))
    expect(letters.tryGet()).toMatchObject({ item: AT, attempts: 2 })
    expect([letters.size, queue.unfinished]).toEqual([0, 0])
    expect([...tally]).toEqual([...once(LAST)].map((calls, item) => (item === AT ? 0 : calls)))
  })

  it('calls with an item that failed before it goes on', async () => {
    const queue = numbers()
    const seen = numbers()
    await queue.putMany(upTo(LAST))
    queue.shutdown()
    const args = { words: sharedWords(), at: AT, seen }
    await ended(supervisor().consume(queue, consumer('failsAt', args, { retries: 1 })))
    expect(seen.getManySync(LAST)).toEqual(upTo(LAST))
  })

  it('is not charged for an item that fails for good: its sibling gets the rest', async () => {
    const queue = numbers()
    const tally = sharedWords(LAST)
    await queue.putMany(upTo(LAST))
    const args = { words: sharedWords(), at: AT, tally }
    const group = supervisor().consume(queue, consumer('failsAt', args, { threads: 2 }))
    const failure = failureOf(group.join(), 'the group')
    await until(() => queue.unfinished === 0, 'all items')
    queue.shutdown()
    expect((await failure).cause.message).toBe('the first time')
    expect(tally).toEqual(once(LAST))
  })

  it('and takes too long with one is replaced, and the others are uncharged', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = numbers({ deadLetters: letters, maxDeliveries: 1 })
    const tally = sharedWords(LAST)
    await queue.putMany(upTo(LAST))
    queue.shutdown()
    const args = { words: sharedWords(), at: AT, tally }
    await ended(supervisor().consume(queue, consumer('hangsAt', args, { timeout: 200 })))
    expect(letters.tryGet()).toMatchObject({ item: AT, attempts: 1, error: { code: 'ERR_RUN_TIMEOUT' } })
    expect([letters.size, queue.unfinished]).toEqual([0, 0])
    expect([...tally]).toEqual([...once(LAST)].map((calls, item) => (item === AT ? 0 : calls)))
  })

  it('may wait in its call for what comes of them, where another thread is free', async () => {
    const queue = numbers()
    const signals = numbers()
    const tally = sharedWords(LAST)
    await queue.putMany(upTo(LAST))
    queue.shutdown()
    const args = { signals, at: AT, tally }
    await ended(supervisor().consume(queue, consumer('waitsForLater', args, { threads: 2 })))
    expect(tally).toEqual(once(LAST))
  })
})

it('consumers lose no item while threads die, and charge only those that were begun', {
  timeout: 60_000,
}, async () => {
  const count = 3000
  const letters = new millrace.Queue<DeadLetter<number>>({ maxsize: count })
  const queue = numbers({ deadLetters: letters, maxDeliveries: 1 })
  const tally = sharedWords(count)
  const group = supervisor().consume(queue, consumer('diesOften', { tally }, { threads: 3 }))
  for (let from = 0; from < count; from += 1000) await queue.putMany(upTo(1000).map((item) => from + item))
  queue.shutdown()
  await within(group.join(), 'the end', 50_000)
  const given: number[] = []
  while (letters.size > 0) given.push((await letters.get()).item as number)
  expect(given.sort((a, b) => a - b)).toEqual(upTo(count).filter((item) => item % 500 === 250))
  expect([...tally]).toEqual(upTo(count).map((item) => (item % 500 === 250 ? 0 : 1)))
  expect(queue.stats()).toMatchObject({ size: 0, held: 0, unfinished: 0 })
})
