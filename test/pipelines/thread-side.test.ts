import { describe, expect, it } from 'vitest'
import type { MapOptions } from '../../src/index.ts'
import { millrace } from '../kill/library.ts'
import { within } from '../support/deadline.ts'

/** The side of the threads: retries, timeouts, deaths, copies and turns, through real threads. */

const { parallelMap, pipeline } = millrace
const LIMIT_MS = 40_000

const task = (name: string) => ({ filename: new URL('./fixtures/thread-side.mjs', import.meta.url), name })
const shared = (words: number) => new Int32Array(new SharedArrayBuffer(4 * words))
const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const doubled = (count: number) => range(count).map((item) => item * 2)
const all = <T>(run: Promise<T>) => within(run, 'the end of the run', LIMIT_MS)

const map = (count: number, name: string, options: MapOptions) =>
  parallelMap(range(count), task(name), { threads: 2, reuse: false, ...options })

describe('a stage on threads', () => {
  it('calls an item again that threw, at most as often as `retries` says', async () => {
    const calls = shared(40)
    const run = map(40, 'throwsAtFirst', { args: { calls, fails: 2 }, retries: 2, backoff: 1 })
    expect(await all(run.toArray())).toEqual(doubled(40))
    expect([...calls]).toEqual(range(40).map((item) => (item % 5 === 0 ? 3 : 1)))
    expect(run.stats().stages[0]?.retried).toBe(16)
  })

  it('fails an item by its last failure when no retry is left', async () => {
    const calls = shared(40)
    const run = map(40, 'throwsAtFirst', { args: { calls, fails: 9 }, retries: 1 })
    const failed: unknown[] = []
    const collect = async () => {
      for await (const { index, ...outcome } of run.settled())
        if ('error' in outcome) failed.push([index, ((outcome.error as Error).cause as Error).message])
    }
    await all(collect())
    expect(failed).toEqual(range(8).map((each) => [each * 5, `call 2 of ${each * 5}`]))
    expect(calls[5]).toBe(2)
  })

  it('charges deaths to the items whose calls were under way, and to no others', async () => {
    const calls = shared(40)
    const run = map(40, 'diesAtFirst', { args: { calls, deaths: 2 }, maxDeliveries: 3, restart: false })
    expect(await all(run.toArray())).toEqual(doubled(40))
    expect([...calls].filter((count) => count > 0)).toEqual(range(8).map(() => 3))
  })

  it('gives an item up after `maxDeliveries` deaths, and goes on with the others', async () => {
    const calls = shared(20)
    const run = map(20, 'diesAtFirst', { args: { calls, deaths: 99 }, maxDeliveries: 2, onError: 'skip' })
    expect(await all(run.toArray())).toEqual(doubled(20).filter((value) => value % 10 !== 0))
    expect([calls[0], calls[5], calls[10], calls[15]]).toEqual([2, 2, 2, 2])
    expect(run.stats()).toMatchObject({ done: 20, failed: 4, skipped: 4 })
  })

  it.each(['hangsAtFirst', 'hangsLater'])(
    'ends a call that takes too long, and calls again: %s',
    async (name) => {
      const calls = shared(20)
      const concurrency = name === 'hangsLater' ? 4 : 1
      const run = map(20, name, { args: { calls }, timeout: 300, retries: 1, concurrency })
      expect(await all(run.toArray())).toEqual(doubled(20))
      expect(calls[3]).toBe(2)
    },
  )

  it('fails an item whose calls take too long when no retry is left', async () => {
    const calls = shared(20)
    const run = map(20, 'hangsAtFirst', { args: { calls }, timeout: 300 })
    const error = (await all(run.toArray()).catch((thrown) => thrown)) as Error
    expect([error.name, (error.cause as Error).name]).toEqual(['ThreadError', 'RunTimeoutError'])
    expect(calls[3]).toBe(1)
  })

  it('never has two calls of one key under way, though threads die', async () => {
    const [under, overlaps, calls] = [shared(3), shared(1), shared(300)]
    const items = range(300).map((item) => [item % 3, item] as const)
    const run = parallelMap(items, task('alone'), {
      threads: 3,
      reuse: false,
      ordered: ([key]) => key,
      args: { under, overlaps, calls },
      maxDeliveries: 5,
    })
    const results = (await all(run.toArray())) as [number, number][]
    expect(overlaps[0]).toBe(0)
    for (const key of range(3)) {
      const ofKey = results.filter(([each]) => each === key).map(([, item]) => item)
      expect(ofKey).toEqual(range(100).map((each) => each * 3 + key))
    }
  })
})

const outputs = (item: number) => range(item).map((number) => item * 100 + number)

describe('a flatMap on threads', () => {
  it.each([
    ['counts', 1],
    ['countsLater', 3],
  ] as const)('drops the outputs that came before a retry: %s', async (name, concurrency) => {
    const [calls, closed] = [shared(30), shared(1)]
    const run = pipeline(range(30)).flatMap(task(name), {
      threads: 2,
      reuse: false,
      concurrency,
      retries: 1,
      args: { calls, closed },
    })
    expect(await all(run.toArray())).toEqual(range(30).flatMap(outputs))
    // Item 0 has no outputs, so none of its calls throws.
    expect(closed[0]).toBe(37)
  })

  it('drops the outputs that came before a death', async () => {
    const calls = shared(30)
    const run = pipeline(range(30)).flatMap(task('countsAndDies'), {
      threads: 2,
      reuse: false,
      args: { calls },
    })
    expect(await all(run.toArray())).toEqual(range(30).flatMap(outputs))
  })

  it('closes the generator whose output a later step refuses', async () => {
    const [calls, closed] = [shared(10), shared(1)]
    const options = { threads: 1, reuse: false, args: { calls, closed } }
    const run = pipeline([3]).flatMap(task('counts'), options).map(task('refuses'), options)
    const error = (await all(run.toArray()).catch((thrown) => thrown)) as Error
    expect((error.cause as Error).message).toBe('not 300')
    expect([closed[0], run.stats().stages.length]).toEqual([1, 1])
  })

  it('keeps outputs back that are not in turn, and takes no time for that', async () => {
    const options = { threads: 2, reuse: false, window: 8, timeout: 2500, args: { outputs: 400 } }
    const run = pipeline(range(6)).flatMap(task('slowFirst'), { ...options, retries: 0 })
    const slow = pipeline(range(2)).flatMap(task('slowFirst'), { ...options, timeout: 10_000 })
    const expected = (items: number) =>
      range(items).flatMap((item) => range(400).map((number) => item * 1000 + number))
    // The call with item 0 itself takes too long; the others waited longer, and are not the ones that fail.
    const error = (await all(run.toArray()).catch((thrown) => thrown)) as Error & { item: number }
    expect([(error.cause as Error).name, error.item]).toEqual(['RunTimeoutError', 0])
    expect(await all(slow.toArray())).toEqual(expected(2))
  })
})

describe('the owner of a stage', () => {
  it('gets a result at once, though its thread is in a long call', async () => {
    const words = shared(1)
    const run = parallelMap([0, 1, 2], task('waitsForWord'), { threads: 1, args: { words } })
    const first = await within(run[Symbol.asyncIterator]().next(), 'the first result', LIMIT_MS)
    expect(first).toEqual({ done: false, value: 0 })
    Atomics.store(words, 0, 1)
    Atomics.notify(words, 0)
    await within(run[Symbol.asyncDispose](), 'the end of the run', LIMIT_MS)
  })
})
