import { availableParallelism } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import type { DeadLetter, PipelineStats } from '../../src/index.ts'
import { millrace } from '../kill/library.ts'
import { until, within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import { failureOf, numbers, words, work } from './scene.ts'

const { codecs, parallelMap, pipeline, Queue } = millrace
const WORK = new URL('./fixtures/work.mjs', import.meta.url).href
const TYPE = 'ERR_INVALID_ARG_TYPE'
const VALUE = 'ERR_INVALID_ARG_VALUE'
const RANGE = 'ERR_OUT_OF_RANGE'

const letters = new Queue<DeadLetter<string>>()
afterAll(() => letters[Symbol.dispose]())

describe('an option of a stage', () => {
  it.each<[option: string, value: unknown, code: string, words?: RegExp]>([
    ['threads', '2', TYPE],
    ['threads', 0, RANGE],
    ['threads', 1025, RANGE],
    ['threads', 1.5, RANGE],
    ['ordered', 'yes', TYPE],
    ['window', 0, RANGE],
    ['window', 2 ** 20 + 1, RANGE],
    ['window', null, TYPE],
    ['grain', 'big', TYPE, /'auto'/],
    ['grain', 0, RANGE],
    ['grain', 65, RANGE, /window \/ \(2 x threads\), which is 32/],
    ['concurrency', 0, RANGE],
    ['concurrency', 1025, RANGE],
    ['onError', 'ignore', VALUE, /'fail'.*'skip'/],
    ['maxDeliveries', 0, RANGE],
    ['retries', -1, RANGE],
    ['retries', true, TYPE],
    ['backoff', -1, RANGE],
    ['backoff', Number.NaN, RANGE],
    ['timeout', 0, RANGE],
    ['timeout', '1s', TYPE],
    ['grace', -1, RANGE],
    ['grace', '50', TYPE],
    ['signal', {}, TYPE],
    ['args', () => {}, VALUE],
    ['setup', 7, TYPE],
    ['teardown', {}, TYPE],
    ['recycle', 5, TYPE],
    ['recycle', { items: 0 }, RANGE, /recycle\.items/],
    ['recycle', { heapMb: '9' }, TYPE, /recycle\.heapMb/],
    ['recycle', { item: 5 }, VALUE, /items/],
    ['codec', 'json', TYPE],
    ['resultCodec', {}, TYPE],
    ['maxItemBytes', 0, RANGE],
    ['reuse', 1, TYPE],
    ['restart', 'never', TYPE],
    ['restart', { max: -1 }, RANGE],
    ['resourceLimits', 64, TYPE],
    ['thread', 2, VALUE, /threads/],
    ['onerror', 'skip', VALUE, /onError/],
  ])('%s = %o is refused by its name', (option, value, code, words = new RegExp(option)) => {
    const make = () => parallelMap([1], work('same'), { threads: 1, [option]: value })
    expect(make).toThrow(expect.objectContaining({ code }))
    expect(make).toThrow(words)
    const inTask = () => parallelMap([1], { ...work('same'), threads: 1, [option]: value })
    expect(inTask).toThrow(expect.objectContaining({ code }))
  })

  it.each([
    ['threads', 2],
    ['grain', 1],
    ['maxDeliveries', 2],
    ['timeout', 100],
    ['args', 1],
    ['setup', 'setUp'],
    ['teardown', 'tearDown'],
    ['recycle', { items: 1 }],
    ['codec', codecs.json],
    ['resultCodec', codecs.json],
    ['maxItemBytes', 5],
    ['reuse', false],
    ['restart', false],
    ['resourceLimits', {}],
  ])('%s is refused beside a plain function', (option, value) => {
    const make = () => pipeline([1]).map((n: number) => n, { [option]: value })
    expect(make).toThrow(expect.objectContaining({ code: VALUE }))
    expect(make).toThrow(new RegExp(`options\\.${option}.*threaded`, 's'))
  })

  it('that is undefined counts as absent', async () => {
    const options = {
      threads: undefined,
      grain: undefined,
      window: undefined,
      signal: undefined,
      codec: undefined,
    }
    expect(await parallelMap([1], work('double'), options).toArray()).toEqual([2])
    expect(
      await pipeline([1])
        .map((n: number) => n, options)
        .toArray(),
    ).toEqual([1])
  })
})

describe('an argument of a run', () => {
  it('that is a string is no source', () => {
    for (const make of [parallelMap, pipeline] as unknown as ((source: unknown, fn: unknown) => unknown)[]) {
      expect(() => make('text', work('same'))).toThrow(expect.objectContaining({ code: TYPE }))
    }
  })

  it('the function of parallelMap cannot be a plain one, which no thread finds', () => {
    const make = () => parallelMap([1], ((n: number) => n) as never)
    expect(make).toThrow(/threaded\(import\.meta, fn\)/)
    expect(make).toThrow(expect.objectContaining({ code: TYPE }))
  })

  it.each([0, 1.5, 2 ** 20 + 1])('that is %d is no size of a batch', (size) => {
    expect(() => pipeline([1]).batch(size)).toThrow(expect.objectContaining({ code: RANGE }))
  })

  it('is a relative file name: it is refused', () => {
    expect(() => parallelMap([1], { filename: './work.mjs', name: 'same' })).toThrow(/absolute/)
  })

  it('settled() is for a pipeline of one result for each item', () => {
    for (const run of [
      pipeline([1]).filter(Boolean),
      pipeline([1]).batch(2),
      pipeline([[1]]).flatMap((a) => [...a]),
    ]) {
      expect(() => run.settled()).toThrow(/settled\(\)/)
    }
  })
})

describe('a stage on threads', () => {
  it('has its args, and its index among the threads', async () => {
    const args = { prefix: 'p', list: [1, new Map([[1, 2]])] }
    const [one] = await parallelMap(['x'], work('fetched'), { threads: 1, args }).toArray()
    expect(one).toEqual({ item: 'x', args, index: 0, threads: 1 })
  })

  it('calls setup before and teardown after its items, once a thread', async () => {
    const state = words()
    const options = { threads: 2, args: { words: state }, setup: 'setUp', teardown: 'tearDown', reuse: false }
    const values = await parallelMap(numbers(200), work('afterSetUp'), options).toArray()
    expect(values).toEqual(numbers(200))
    expect([state[0], state[1]]).toEqual([2, 2])
  })

  it('is replaced after so many items by recycle', async () => {
    const options = { threads: 1, recycle: { items: 10 }, reuse: false }
    const ids = await parallelMap(numbers(35), work('where'), options).toArray()
    expect(new Set(ids).size).toBeGreaterThanOrEqual(3)
    for (const id of new Set(ids)) expect(ids.filter((each) => each === id).length).toBeLessThanOrEqual(18)
  })

  it('keeps its thread for the next run, but not with reuse: false', async () => {
    const ids = async (reuse: boolean) => {
      const [id] = await parallelMap([1], work<number>('where'), { threads: 1, reuse }).toArray()
      return id
    }
    const first = await ids(true)
    expect(await ids(true)).toBe(first)
    expect(await ids(false)).not.toBe(first)
  })

  it('carries items and results in the given codecs', async () => {
    const options = { threads: 1, codec: codecs.json, resultCodec: codecs.float64 }
    expect(await parallelMap([{ length: 3.5 }], work('sizeOf'), options).toArray()).toEqual([3.5])
    const wrong = parallelMap(['text'], work('same'), { ...options, codec: codecs.string })
    expect(await failureOf(wrong.toArray())).toMatchObject({ item: 0, cause: { code: 'ERR_CODEC' } })
    const unsendable = parallelMap([1, Symbol('s'), 3], work('same'), { threads: 1 })
    expect(await failureOf(unsendable.toArray())).toMatchObject({ item: 1, cause: { code: 'ERR_CODEC' } })
  })

  it('takes items and results of 20 MB, and refuses larger ones than maxItemBytes by their index', async () => {
    const size = 20 * 2 ** 20
    const large = 'y'.repeat(size)
    expect(await parallelMap([large, 'y', large], work('sizeOf'), { threads: 2 }).toArray()).toEqual([
      size,
      1,
      size,
    ])
    const texts = await parallelMap([size, 1, size], work<string>('text'), { threads: 2 }).toArray()
    expect(texts.map((text) => text.length)).toEqual([size, 1, size])
    const limited = { threads: 1, maxItemBytes: 1000 }
    const item = parallelMap(['a', 'b'.repeat(2000), 'c'], work('sizeOf'), { ...limited, onError: letters })
    expect(await item.toArray()).toEqual([1, 1])
    expect(letters.tryGet()).toMatchObject({
      error: { code: 'ERR_THREAD', cause: { code: 'ERR_ITEM_TOO_LARGE' } },
    })
    const options = { threads: 1, maxItemBytes: 100_000 }
    const result = parallelMap([1, 200_000, 2], work<string>('text'), { ...options, onError: 'skip' })
    expect(await result.toArray()).toEqual(['x', 'xx'])
    const failing = parallelMap([1, 200_000], work('text'), options)
    expect(await failureOf(failing.toArray())).toMatchObject({
      item: 1,
      cause: { code: 'ERR_ITEM_TOO_LARGE' },
    })
  }, 60_000)

  it('fails one item by an error that is larger than maxItemBytes', async () => {
    const small = { threads: 1, maxItemBytes: 100 }
    const error = await failureOf(parallelMap([1], work('explode'), small).toArray())
    expect(error).toMatchObject({ item: 0, cause: { message: 'no 1' } })
    const huge = await failureOf(parallelMap([200_000], work('explodeWith'), small).toArray())
    expect(huge).toMatchObject({
      item: 0,
      cause: { message: expect.stringMatching(/too large.*with 200000/) },
    })
  })

  it('gives undefined and null as results like any others', async () => {
    expect(await parallelMap(numbers(4), work('nothing'), { threads: 2 }).toArray()).toEqual([
      undefined,
      null,
      undefined,
      null,
    ])
    expect(await pipeline([null, undefined, 0]).map(work('same'), { threads: 1 }).toArray()).toEqual([
      null,
      undefined,
      0,
    ])
  })

  it('may run another parallelMap in its calls', async () => {
    const sums = await parallelMap([3, 4, 5], work('nested'), { threads: 2 }).toArray()
    expect(sums).toEqual([6, 12, 20])
  })

  it('fails by a function that cannot be loaded, and reads its source no further', async () => {
    const error = await failureOf(parallelMap(numbers(10), work('missing'), { threads: 1 }).toArray())
    expect(error).toMatchObject({ code: 'ERR_THREAD', message: expect.stringContaining('missing') })
  })

  it('restarts after a death without a call as often as restart allows', async () => {
    const task = { ...work('doomed'), threads: 1, args: { doom: { 5: 'exit' } } }
    // Deaths in calls are not counted there.
    const run = parallelMap(numbers(10), { ...task, restart: false, onError: 'skip' })
    expect(await run.toArray()).toEqual(numbers(10).filter((n) => n !== 5))
    expect(run.stats()).toMatchObject({ failed: 1, skipped: 1, done: 10 })
    expect(run.stats().stages[0]?.retried).toBe(3)
  })
})

describe('a run tells', () => {
  it('its stats before, while and after it runs', async () => {
    const run = parallelMap(numbers(100), work('double'), { threads: 2, window: 10 })
    expect(run.stats()).toMatchObject({ read: 0, done: 0, inFlight: 0, threads: 0, stages: [] })
    const reading = run[Symbol.asyncIterator]()
    await reading.next()
    const { read, inFlight, threads, total, stages } = run.stats()
    expect([inFlight, threads, total]).toEqual([read, 2, 100])
    expect(read).toBeGreaterThan(0)
    expect(read).toBeLessThanOrEqual(10)
    expect(stages).toMatchObject([{ name: 'double', threads: 2, failed: 0, retried: 0 }])
    for await (const _ of reading);
    const end = run.stats()
    expect(end).toMatchObject({
      read: 100,
      done: 100,
      inFlight: 0,
      failed: 0,
      skipped: 0,
      eta: 0,
      threads: 0,
    })
    expect(end.rate).toBeCloseTo((100 / end.elapsed) * 1000, 3)
    for (const busy of end.stages[0]?.busy ?? []) {
      expect(busy).toBeGreaterThanOrEqual(0)
      expect(busy).toBeLessThanOrEqual(1)
    }
  })

  it('has no total and no eta before the end of a source without a length', async () => {
    const run = pipeline(numbers(3).values()).map((n: number) => n)
    const reading = run[Symbol.asyncIterator]()
    await reading.next()
    expect(run.stats()).toMatchObject({ total: undefined, eta: undefined })
    for await (const _ of reading);
    expect(run.stats()).toMatchObject({ total: 3, eta: 0 })
  })

  it("'progress' while it runs and once at the end, then 'end' when nothing of it runs", async () => {
    const state = words()
    const run = parallelMap([1], work('gated'), { threads: 1, args: { words: state } })
    const told: PipelineStats[] = []
    const events: string[] = []
    run.on('progress', (stats) => {
      told.push(stats)
      events.push('progress')
    })
    run.on('end', () => events.push('end'))
    const results = run.toArray()
    await until(() => told.length >= 2, 'two tellings')
    expect(events).not.toContain('end')
    Atomics.store(state, 1, 1)
    Atomics.notify(state, 1)
    await within(results, 'the result')
    expect(events.slice(-2)).toEqual(['progress', 'end'])
    expect(told.at(-1)).toMatchObject({ done: 1, inFlight: 0, threads: 0 })
    expect(events.filter((event) => event === 'end')).toHaveLength(1)
  })

  it("'progress' and 'end' when it fails, too", async () => {
    const run = parallelMap([1], work('explode'), { threads: 1 })
    const events: string[] = []
    run.on('progress', () => events.push('progress'))
    run.on('end', () => events.push('end'))
    await failureOf(run.toArray())
    expect(events.slice(-2)).toEqual(['progress', 'end'])
  })
})

describe('many runs', () => {
  it('at once share the threads of the process: 32 of them start few', async () => {
    const { code, stdout, stderr } = await runProcess(
      `let started = 0
      process.on('worker', () => started++)
      const items = [1, 2, 3, 4, 5, 6, 7, 8]
      const task = { filename: ${JSON.stringify(WORK)}, name: 'double' }
      const runs = Array.from({ length: 32 }, () => millrace.parallelMap(items, task))
      const results = await Promise.all(runs.map((run) => run.toArray()))
      const isRight = results.every((result) => result.join() === '2,4,6,8,10,12,14,16')
      const later = millrace.parallelMap(items, task)
      await later.toArray()
      console.log(JSON.stringify({ started, isRight, later: later.stats().stages[0].threads }))`,
      undefined,
      120_000,
    )
    expect([code, stderr]).toEqual([0, ''])
    const { started, isRight, later } = JSON.parse(stdout)
    expect([isRight, later]).toEqual([true, availableParallelism()])
    // One each, and all of those that are shared for the first.
    expect(started).toBeLessThanOrEqual(32 + availableParallelism())
  }, 130_000)

  it('one after the other keep memory flat, and give their queues back', async () => {
    const { code, stdout, stderr } = await runProcess(
      `const task = { filename: ${JSON.stringify(WORK)}, name: 'double', threads: 2 }
      const items = Array.from({ length: 50 }, (_, index) => index)
      async function runs(count) {
        for (let n = 0; n < count; n++) {
          if (n % 3 === 2) for await (const _ of millrace.parallelMap(items, task)) break
          else await millrace.parallelMap(items, task).toArray()
        }
        for (let n = 0; n < 5; n++) {
          gc()
          await new Promise((resolve) => setImmediate(resolve))
        }
        const { rss, external, heapUsed, arrayBuffers } = process.memoryUsage()
        return { rss, external, heapUsed, arrayBuffers }
      }
      await runs(30)
      const before = await runs(50)
      const after = await runs(300)
      console.log(JSON.stringify({ before, after }))`,
      undefined,
      120_000,
    )
    expect([code, stderr]).toEqual([0, ''])
    const { before, after } = JSON.parse(stdout)
    const MB = 2 ** 20
    expect(after.rss - before.rss, stdout).toBeLessThan(60 * MB)
    expect(after.external - before.external, stdout).toBeLessThan(20 * MB)
    expect(after.heapUsed - before.heapUsed, stdout).toBeLessThan(10 * MB)
  }, 130_000)
})
