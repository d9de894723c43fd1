import { describe, expect, it } from 'vitest'
import { millrace } from '../kill/library.ts'
import { until, within } from '../support/deadline.ts'
import { endless, failureOf, numbers, words, work } from './scene.ts'

const { parallelMap, pipeline } = millrace

/** Each is what users of another library complain of. The titles say what is true here. */
describe('a source is read no more than a window ahead', () => {
  it('however long it is (cpython#74028: Executor.map reads the source eagerly)', async () => {
    const { values, seen } = endless()
    for await (const value of parallelMap(values, work('same'), { threads: 2 })) if (value === 500) break
    expect(seen.read).toBeLessThanOrEqual(500 + 1 + 128)
    expect(seen.isClosed).toBe(true)
  })

  it.each([1, 2, 7, 64])(
    'of %i exactly, at every moment (cpython#131466: buffersize is overrun by one; rayon#1071)',
    async (window) => {
      let received = 0
      let most = 0
      const source = function* () {
        for (let n = 0; n < 400; n++) {
          most = Math.max(most, n + 1 - received)
          yield n
        }
      }
      for await (const _ of parallelMap(source(), work('same'), { threads: 2, window })) received++
      expect(received).toBe(400)
      expect(most).toBe(window)
    },
  )

  it('a plain function begins no more than its window (Kotlin: buffer(n) runs n + 2)', async () => {
    for (const window of [1, 3]) {
      let received = 0
      let most = 0
      const source = function* () {
        for (let n = 0; n < 100; n++) {
          most = Math.max(most, n + 1 - received)
          yield n
        }
      }
      const later = async (n: number) => n
      for await (const _ of pipeline(source()).map(later, { window, concurrency: window })) received++
      expect(most).toBe(window)
    }
  })

  it('and no further while its first item is under way, in order (rayon#1071)', async () => {
    const state = words()
    const { values, seen } = endless()
    const options = { threads: 2, window: 10, args: { words: state }, grace: 0 }
    const reading = parallelMap(values, work('gatedFirst'), options)[Symbol.asyncIterator]()
    const first = reading.next()
    await until(() => Atomics.load(state, 2) === 9, 'the other 9 of the window')
    expect(seen.read).toBe(10)
    Atomics.store(state, 1, 1)
    Atomics.notify(state, 1)
    expect(await within(first, 'item 0')).toEqual({ value: 0, done: false })
    await within(reading.return?.() as Promise<unknown>, 'the end')
  })
})

describe('work is shared', () => {
  it('by threads that have nothing to do, whatever was claimed (joblib#373: a fixed batch starves workers)', async () => {
    const state = words()
    const options = { threads: 2, window: 64, grain: 8, ordered: false, args: { words: state } }
    const run = parallelMap(numbers(40), work('gatedFirst'), options)
    const values: unknown[] = []
    for await (const value of run) {
      values.push(value)
      // All but item 0, also those that its thread had claimed behind it.
      if (values.length === 39) {
        Atomics.store(state, 1, 1)
        Atomics.notify(state, 1)
      }
    }
    expect(values).toHaveLength(40)
    expect(values.at(-1)).toBe(0)
  })

  it('without order, so that a slow item holds nobody back (p-map#72: unordered wanted)', async () => {
    const state = words()
    const options = { threads: 2, window: 8, ordered: false, args: { words: state } }
    const values: unknown[] = []
    for await (const value of parallelMap(numbers(200), work('gatedFirst'), options)) {
      values.push(value)
      if (values.length === 199) {
        Atomics.store(state, 1, 1)
        Atomics.notify(state, 1)
      }
    }
    expect(values.at(-1)).toBe(0)
  })

  it('in order by a parallel bridge (rayon#669: an ordered par_bridge wanted)', async () => {
    const source = (function* () {
      for (let n = 0; n < 300; n++) yield (n * 7) % 5
    })()
    const values = await parallelMap(source, work('double'), { threads: 2, window: 16 }).toArray()
    expect(values).toEqual(numbers(300).map((n) => 2 * ((n * 7) % 5)))
  })

  it('never by more calls than `concurrency` (p-map#76: overran concurrency)', async () => {
    const onThreads = words()
    const options = { threads: 2, concurrency: 3, args: { words: onThreads } }
    await parallelMap(numbers(100), work('overlapping'), options).toArray()
    expect(onThreads[2]).toBeGreaterThan(2)
    expect(onThreads[2]).toBeLessThanOrEqual(6)
    let now = 0
    let most = 0
    const here = async (n: number) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, n % 3))
      now--
    }
    await pipeline(numbers(60)).map(here, { concurrency: 4 }).toArray()
    expect(most).toBe(4)
  })
})

describe('a failure', () => {
  it('rejects before its turn (Java mapConcurrent, Executor.map: noticed in its turn only)', async () => {
    const state = words()
    const task = { ...work('fallOrSpin'), threads: 2, grain: 1, args: { words: state } }
    // Item 0 of the run spins for 10 s; item 1 throws.
    const error = await failureOf(parallelMap([1, 0], task).toArray(), 'the failure of item 1', 8000)
    expect(error).toMatchObject({ item: 1, cause: { message: 'of item 0' } })
  })

  it('does not wait for the other calls (.NET Dataflow: a fault waits for the rest)', async () => {
    const state = words()
    const task = { ...work('fallOrSpin'), threads: 2, grain: 1, ordered: false, args: { words: state } }
    const error = await failureOf(parallelMap([0, 1], task).toArray(), 'the failure of item 0', 8000)
    expect(error.item).toBe(0)
  })

  it('is the last that runs: nothing goes on after it (p-map#46: others run on after a throw)', async () => {
    const state = words()
    const { values, seen } = endless()
    const source = pipeline(values).map(work<number>('counted'), {
      threads: 2,
      args: { words: state },
      window: 16,
    })
    const failing = source.map((n: number) => {
      if (n === 20) throw new Error('at 20')
      return n
    })
    await failureOf(failing.toArray(), 'the failure')
    const [begun] = state
    const { read } = seen
    // A later run has all the threads: calls of the earlier one would be counted by then.
    await parallelMap(numbers(100), work('double'), { threads: 2 }).toArray()
    expect([state[0], seen.read]).toEqual([begun, read])
  })

  it('by time is one where no order is kept, too (joblib#1659: timeout ignored when unordered)', async () => {
    const task = {
      ...work('doomed'),
      threads: 2,
      timeout: 300,
      ordered: false,
      args: { doom: { 3: 'hang' } },
    }
    const error = await failureOf(parallelMap(numbers(10), task).toArray(), 'the failure of item 3')
    expect(error).toMatchObject({ item: 3, cause: { code: 'ERR_RUN_TIMEOUT' } })
  })
})

describe('an end', () => {
  it('by break stops reading and calling (p-map#94: continued after break)', async () => {
    const state = words()
    const { values, seen } = endless()
    for await (const _ of parallelMap(values, work('counted'), { threads: 2, args: { words: state } })) break
    const [begun] = state
    const { read } = seen
    expect(seen.isClosed).toBe(true)
    await parallelMap(numbers(100), work('double'), { threads: 2 }).toArray()
    expect([state[0], seen.read]).toEqual([begun, read])
  })
})

describe('results', () => {
  it('come of every call (dotnet/runtime#72489: ForEachAsync gives no results)', async () => {
    expect(await parallelMap(new Set([3, 4]), work('double')).toArray()).toEqual([6, 8])
  })

  it('results of an iterable come as they are ready, lazily (piscina#866: iterables from scratch again)', async () => {
    const { values } = endless()
    const got: unknown[] = []
    for await (const value of parallelMap(values, work('double'), { threads: 1 })) {
      got.push(value)
      if (got.length === 5) break
    }
    expect(got).toEqual([0, 2, 4, 6, 8])
  })

  it.each([true, false])(
    'of flatMap are streamed, not collected; ordered: %s (Node#52796, Kotlin#1147)',
    async (ordered) => {
      const state = words()
      const options = { threads: 2, window: 8, ordered, args: { words: state } }
      let got = 0
      for await (const value of pipeline([1, 2]).flatMap(work('manyValues'), options)) {
        expect(value).toMatch(/^[12]:\d+$/)
        if (++got === 50) break
      }
      // 20,000 values in all: the generators have waited.
      expect(state[0]).toBeLessThan(500)
    },
  )

  it('results of flatMap keep the order of items and of values (Kotlin#1147: an ordered flatMap wanted)', async () => {
    const options = { threads: 2, window: 4, args: { words: words() } }
    const values = await pipeline([1, 2, 3]).flatMap(work<string[]>('manyValues'), options).toArray()
    expect(values).toEqual([1, 2, 3].flatMap((item) => numbers(10_000).map((n) => `${item}:${n}`)))
  })
})
