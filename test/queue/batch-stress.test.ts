import { describe, expect, it } from 'vitest'
import { codecs, Queue, type QueueOptions } from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { until, within } from '../support/deadline.ts'
import { Random } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'
import { type FixtureThread, startThread } from '../support/threads.ts'

const DEADLINE_MS = 60_000

interface Setting {
  readonly items: number
  readonly producers: number
  readonly takers: number
  readonly retries: boolean
  /** Takers that are terminated; others take their places. */
  readonly deaths: number
  readonly options: QueueOptions<number>
}

/**
 * Runs threads that put and take in all ways. Returns how often each item was finished. The queue is shut
 * down at once when `atOnce` items were.
 */
async function run(setting: Setting, seed: number, atOnce?: number) {
  const { items, producers, takers, retries, deaths, options } = setting
  const queue = new Queue<number>({ codec: codecs.int32, maxThreads: 16, ...options })
  const tally = new Int32Array(new SharedArrayBuffer(4 * items))
  const each = Math.floor(items / producers)
  let started = 0
  const start = (role: string, from = 0) =>
    startThread('batch-stress.mjs', {
      handle: queue.handle,
      role,
      from,
      count: each,
      seed: seed + started++,
      tally,
      retries,
    })
  const producing = Array.from({ length: producers }, (_, index) => start('produce', index * each))
  const taking: FixtureThread[] = Array.from({ length: takers }, () => start('consume'))
  for (let death = 1; death <= deaths; death++) {
    const due = (items * death) / (deaths + 1)
    await until(() => items - left(tally) >= due, `death ${death}`, DEADLINE_MS)
    const [victim] = taking.splice(0, 1)
    await within((victim as FixtureThread).worker.terminate(), 'the death')
    taking.push(start('consume'))
  }
  if (atOnce !== undefined) {
    await until(() => items - left(tally) >= atOnce, 'the shutdown', DEADLINE_MS)
    queue.shutdown({ immediate: true })
    await within(queue.join(), 'the join')
  }
  await Promise.all(producing.map((thread) => thread.ended(DEADLINE_MS)))
  queue.shutdown()
  await Promise.all(taking.map((thread) => thread.ended(DEADLINE_MS)))
  await within(queue.join(), 'the join')
  return { queue, tally }
}

function left(tally: Int32Array): number {
  return tally.reduce((count, finished) => count + (finished === 0 ? 1 : 0), 0)
}

describe('threads that put, get, take and fetch in batches', () => {
  it.each([
    ['a queue of one', { maxsize: 1 }, 2_000],
    ['a queue of three', { maxsize: 3 }, 4_000],
    ['a queue of eight', { maxsize: 8 }, 8_000],
    ['a long queue', { maxsize: 500 }, 20_000],
    ['few entries', { maxsize: 20, maxInFlight: 3 }, 8_000],
    ['items in blocks', { maxsize: 20, itemBytes: 1, maxItemBytes: 16, memoryBytes: 4096 }, 4_000],
  ] as const)('deliver each item once: %s', { timeout: 2 * DEADLINE_MS }, async (_, options, items) => {
    for (const retries of [false, true]) {
      const seed = seedOfRun()
      const setting = { items, producers: 2, takers: 3, retries, deaths: 0, options }
      const { queue, tally } = await run(setting, seed)
      expect([left(tally), Math.max(...tally)], `seed ${seed}`).toEqual([0, 1])
      expect(queue.stats(), `seed ${seed}`).toMatchObject({ size: 0, held: 0, unfinished: 0, missedWakes: 0 })
      const { words, geometry } = internalsOf(queue).shared
      expect(faultsOf(words, geometry), `seed ${seed}`).toEqual([])
    }
  })

  it('finish each item once at most after an immediate shutdown, and the join is released', async () => {
    for (let round = 0; round < 3; round++) {
      const seed = seedOfRun()
      const random = new Random(seed)
      const options = { maxsize: 1 + random.below(40) }
      const items = 100_000
      const setting = { items, producers: 2, takers: 3, retries: true, deaths: 0, options }
      const { queue, tally } = await run(setting, seed, random.below(3_000))
      expect(Math.max(...tally), `seed ${seed}`).toBeLessThanOrEqual(1)
      expect(queue.stats(), `seed ${seed}`).toMatchObject({ size: 0, held: 0, unfinished: 0, missedWakes: 0 })
    }
  })

  it('lose no item when takers die', { timeout: 2 * DEADLINE_MS }, async () => {
    for (const options of [{ maxsize: 5 }, { maxsize: 200 }]) {
      const seed = seedOfRun()
      const setting = { items: 6_000, producers: 2, takers: 3, retries: true, deaths: 4, options }
      const { queue, tally } = await run(setting, seed)
      expect(left(tally), `seed ${seed}`).toBe(0)
      expect(queue.stats(), `seed ${seed}`).toMatchObject({ size: 0, held: 0, unfinished: 0 })
      const { words, geometry } = internalsOf(queue).shared
      expect(faultsOf(words, geometry), `seed ${seed}`).toEqual([])
    }
  })
})
