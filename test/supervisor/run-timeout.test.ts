import { describe, expect, it } from 'vitest'
import type { ConsumeOptions, DeadLetter, Queue, QueueOptions } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { failureOf, fixture, listenTo, millrace, reaches, saying, sharedWords, supervisor } from './scene.ts'

const task = (name: string, args: unknown, options: ConsumeOptions & { threads?: number }) => ({
  ...fixture<unknown>('run-timeout.mjs', name, { args }),
  threads: 1,
  ...options,
})

async function filled(items: number[], options?: QueueOptions<number>): Promise<Queue<number>> {
  const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'calls', ...options })
  await queue.putMany(items)
  queue.shutdown()
  return queue
}

function contents<T>(queue: Queue<T>): T[] {
  const items: T[] = []
  while (queue.size > 0) items.push(queue.tryGet() as T)
  return items
}

const timedOut = {
  name: 'RunTimeoutError',
  code: 'ERR_RUN_TIMEOUT',
  message: 'the call took longer than 100 ms',
}

describe('consume with a timeout', () => {
  it.each(['endless', 'pending'])(
    'ends a call that is %s, and gives its item up after its retries',
    async (how) => {
      const letters = new millrace.Queue<DeadLetter<number>>()
      const seen = new millrace.Queue<number>()
      // The other calls end within it even on a busy machine.
      const late = { ...timedOut, message: 'the call took longer than 1000 ms' }
      const words = sharedWords()
      const queue = await filled([1, 2, 3], { deadLetters: letters })
      const one = supervisor({ restart: false })
      const told = listenTo(one, 'deadLetter', 'restart')
      one.consume(queue, task(how, { words, bad: 2, seen }, { timeout: 1000, retries: 1 }))
      const report = await within(one.join(), 'the end of the consumers')
      expect(Atomics.load(words, 0)).toBe(2)
      expect(contents(seen)).toEqual([1, 3])
      const letter = letters.tryGet() as DeadLetter<number>
      expect(letter).toMatchObject({ item: 2, attempts: 2, error: late, queue: 'calls' })
      expect(letter.history).toMatchObject([{ error: late }, { error: late }])
      expect(letter.error).toBeInstanceOf(millrace.RunTimeoutError)
      expect(new Set(letter.history.map(({ thread }) => thread)).size).toBe(2)
      expect([letters.size, queue.unfinished]).toEqual([0, 0])
      // The restart policy allows no restart, so these do not count.
      expect(report.groups[0]?.restarts).toBe(2)
      expect(told.map(({ event }) => event)).toEqual(['restart', 'deadLetter', 'restart'])
      expect(told[1]?.payload).toMatchObject({ queue: 'calls', attempts: 2, error: late })
    },
  )

  it('fails the group where there are neither retries nor dead letters', async () => {
    const words = sharedWords()
    const queue = await filled([2])
    const one = supervisor()
    one.consume(queue, task('endless', { words, bad: 2 }, { timeout: 100 }))
    const error = await failureOf(one.join(), 'the group')
    expect(error).toEqual(saying('ThreadError', 'ERR_THREAD', "group 'endless'", 'longer than 100 ms'))
    expect(error.cause).toMatchObject(timedOut)
    expect(Atomics.load(words, 0)).toBe(1)
    expect(queue.size).toBe(1)
  })

  it('delivers an item again after its backoff, on another thread', async () => {
    const seen = new millrace.Queue<{ item: number; at: number; threadId: number }>()
    const queue = await filled([7])
    const one = supervisor({ restart: false })
    const options = { timeout: 100, retries: 3, backoff: 1500 }
    one.consume(queue, task('tellsWhen', { words: sharedWords(), seen }, options))
    await within(one.join(), 'the end of the consumers')
    const [first, second, ...others] = contents(seen)
    expect(others).toEqual([])
    expect([first?.item, second?.item]).toEqual([7, 7])
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1600)
    expect(second?.threadId).not.toBe(first?.threadId)
  })

  it('does not blame the items that a thread was working on beside one that took too long', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const seen = new millrace.Queue<number>()
    const words = sharedWords()
    const queue = await filled([1, 2], { deadLetters: letters, maxDeliveries: 2 })
    const one = supervisor({ restart: false })
    const options = { timeout: 2000, concurrency: 2 }
    one.consume(queue, task('besides', { words, times: 2, seen }, options))
    await within(one.join(), 'the end of the consumers')
    expect(contents(letters).map(({ item }) => item)).toEqual([1])
    expect(contents(seen)).toEqual([2])
    expect(words[0]).toBe(2)
  })

  it('blames the call that blocks its thread, not one that began before it and cannot go on', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const seen = new millrace.Queue<number>()
    const words = sharedWords()
    const queue = await filled([1, 2], { deadLetters: letters })
    const one = supervisor({ restart: false })
    one.consume(queue, task('looped', { words, seen }, { timeout: 300, retries: 2, concurrency: 2 }))
    await within(one.join(), 'the end of the consumers')
    expect(contents(letters)).toMatchObject([{ item: 2, attempts: 3 }])
    // The item is called again if its thread ends before it is finished.
    expect(new Set(contents(seen))).toEqual(new Set([1]))
  })

  it('does not hide that another item has failed for good', async () => {
    const words = sharedWords()
    const queue = await filled([1, 2])
    const one = supervisor()
    one.consume(queue, task('failsBeside', { words }, { timeout: 1000, retries: 2, concurrency: 2 }))
    const error = await failureOf(one.join(), 'the supervisor')
    expect(error.message).toContain('2 is burnt')
    expect([words[0], queue.size]).toEqual([3, 2])
  })

  it('lets calls that end in time alone, however many', async () => {
    const words = sharedWords()
    const queue = await filled(Array.from({ length: 300 }, () => 1))
    const one = supervisor()
    one.consume(queue, task('busy', { words }, { timeout: 60_000, threads: 2 }))
    const report = await within(one.join(), 'the end of the consumers')
    expect(words[0]).toBe(300)
    expect(report.groups[0]?.restarts).toBe(0)
  })

  it('finishes each item once where calls end just when their time is up', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const words = sharedWords()
    const items = Array.from({ length: 40 }, (_, index) => 15 + (index % 11))
    const queue = await filled(items, { deadLetters: letters, maxsize: 64 })
    const one = supervisor({ restart: false })
    one.consume(queue, task('busy', { words }, { timeout: 20, retries: 2, threads: 2 }))
    await within(one.join(), 'the end of the consumers', 50_000)
    const { threads, ...stats } = queue.stats()
    expect(stats).toMatchObject({ size: 0, unfinished: 0, held: 0, dropped: 0 })
    // Even a call that took too long may have finished its loop.
    expect((words[0] as number) + letters.size).toBeGreaterThanOrEqual(items.length)
    for (const letter of contents(letters))
      expect(letter).toMatchObject({ attempts: 3, error: { code: 'ERR_RUN_TIMEOUT' } })
  })

  it('still measures the calls under way after it is asked to stop', async () => {
    const words = sharedWords()
    const queue = await filled([2])
    const one = supervisor({ grace: 60_000 })
    const group = one.consume(queue, task('endless', { words, bad: 2 }, { timeout: 300, retries: 5 }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    await within(group.join(), 'the end')
    expect(queue.size).toBe(1)
  })
})
