import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import type { ParallelRun } from '../../src/index.ts'
import { millrace } from '../kill/library.ts'
import { until, within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import { endless, failureOf, numbers, words, work } from './scene.ts'

const { AbortError, parallelMap, pipeline, Queue } = millrace
const WORK = new URL('./fixtures/work.mjs', import.meta.url).href

type Reading = AsyncIterableIterator<unknown>
type End = (reading: Reading, run: ParallelRun<unknown>, abort: AbortController) => Promise<unknown>

/** The ways in which a loop over the results can be left, or its run be ended by others. */
const ENDS: [how: string, end: End, rejects: boolean][] = [
  ['return()', async (reading) => reading.return?.(), false],
  ['throw()', (reading) => failureOf(reading.throw?.(new Error('by the reader')) as Promise<unknown>), false],
  ['the abort of its signal', async (_reading, _run, abort) => abort.abort(new Error('enough')), true],
  ['asyncDispose', async (_reading, run) => run[Symbol.asyncDispose](), false],
]

const released: Int32Array[] = []
afterEach(() => {
  for (const state of released.splice(0)) {
    Atomics.store(state, 1, 1)
    Atomics.notify(state, 1)
  }
})

function gate(): Int32Array {
  const state = words()
  released.push(state)
  return state
}

describe('a run that is ended early', () => {
  it.each(ENDS)('by %s closes its source, calls nothing more, and says so', async (_, end, rejects) => {
    const state = words()
    const { values, seen } = endless()
    const abort = new AbortController()
    const options = { threads: 2, args: { words: state }, signal: abort.signal }
    const run = parallelMap(values, work('counted'), options)
    const reading = run[Symbol.asyncIterator]()
    for (let n = 0; n < 10; n++) await within(reading.next(), 'a result')
    await within(end(reading, run, abort), 'the end')
    const next = reading.next()
    if (rejects) expect(await failureOf(next)).toBeInstanceOf(AbortError)
    else expect(await within(next, 'the end of the reading')).toEqual({ value: undefined, done: true })
    const { read } = seen
    const [begun] = state
    expect(seen.isClosed).toBe(true)
    expect(run.stats().threads).toBe(0)
    await parallelMap(numbers(50), work('double'), { threads: 2 }).toArray()
    expect([seen.read, state[0]]).toEqual([read, begun])
  })

  it.each(ENDS)('by %s while a next() waits for a call that hangs settles both', async (_, end, rejects) => {
    const state = gate()
    const abort = new AbortController()
    const options = { threads: 1, args: { words: state }, signal: abort.signal, grace: 0 }
    const run = parallelMap(numbers(10), work('gated'), options)
    const reading = run[Symbol.asyncIterator]()
    const waiting = reading.next()
    waiting.catch(() => {})
    await until(() => Atomics.load(state, 0) === 1, 'the call')
    await within(end(reading, run, abort), 'the end')
    if (rejects)
      expect(await failureOf(waiting)).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } })
    else expect(await within(waiting, 'the next() that waited')).toEqual({ value: undefined, done: true })
    expect(state[0]).toBe(1)
  })

  it('gives a queue back what has not begun as never delivered, and what has begun once more', async () => {
    const state = gate()
    const queue = new Queue<number>()
    for (const n of numbers(10)) queue.tryPut(n)
    const options = { threads: 1, window: 6, grain: 1, args: { words: state }, grace: 0 }
    const reading = parallelMap(queue, work('gated'), options)[Symbol.asyncIterator]()
    void reading.next()
    await until(() => Atomics.load(state, 0) === 1, 'the call of item 0')
    await within(reading.return?.() as Promise<unknown>, 'the end')
    expect([queue.size, queue.unfinished]).toEqual([10, 10])
    const deliveries = numbers(10).map(() => queue.takeSync())
    const attempts = new Map(deliveries.map(({ item, attempt }) => [item, attempt]))
    expect([...attempts.keys()].sort()).toEqual(numbers(10))
    expect(attempts.get(0)).toBe(2)
    for (const n of numbers(10).slice(1)) expect([n, attempts.get(n)]).toEqual([n, 1])
    for (const delivery of deliveries) delivery.done()
    queue[Symbol.dispose]()
  })

  it('aborts thread.signal of calls under way, which have their grace', async () => {
    const state = words()
    const options = { threads: 2, concurrency: 3, args: { words: state }, grace: 60_000 }
    const reading = parallelMap(numbers(20), work('stoppable'), options)[Symbol.asyncIterator]()
    void reading.next().catch(() => {})
    await until(() => Atomics.load(state, 0) === 6, 'six calls')
    await within(reading.return?.() as Promise<unknown>, 'the end')
    expect([state[0], state[2]]).toEqual([6, 6])
  })

  it.each([0, 50])('with grace %i terminates the threads of calls that go on', async (grace) => {
    const state = words()
    const options = { threads: 1, args: { words: state }, grace }
    const reading = parallelMap([1, 2], work('spinning'), options)[Symbol.asyncIterator]()
    void reading.next()
    await until(() => Atomics.load(state, 1) > 0, 'the call')
    await within(reading.return?.() as Promise<unknown>, 'the end')
    const turns = Atomics.load(state, 1)
    await parallelMap(numbers(5), work('double'), { threads: 1 }).toArray()
    expect([state[0], Atomics.load(state, 1)]).toEqual([1, turns])
  })

  it('with grace Infinity waits for the calls under way, however long', async () => {
    const state = gate()
    const options = { threads: 1, args: { words: state }, grace: Number.POSITIVE_INFINITY }
    const reading = parallelMap([1, 2], work('gated'), options)[Symbol.asyncIterator]()
    void reading.next()
    await until(() => Atomics.load(state, 0) === 1, 'the call')
    let isOver = false
    const end = reading.return?.().then(() => {
      isOver = true
    })
    // Far more than the default grace, on another run that comes and goes.
    await parallelMap(numbers(5), work('double'), { threads: 1, reuse: false }).toArray()
    expect(isOver).toBe(false)
    Atomics.store(state, 1, 1)
    Atomics.notify(state, 1)
    await within(end as Promise<void>, 'the end after the call')
    expect(state[0]).toBe(1)
  })

  it('is ended by a plain function itself, which is not called again', async () => {
    const abort = new AbortController()
    let calls = 0
    const stage = (n: number) => {
      calls++
      if (n === 5) abort.abort(new Error('from within'))
      return n
    }
    const run = pipeline(numbers(100)).map(stage, { window: 50, signal: abort.signal })
    expect(await failureOf(run.toArray())).toMatchObject({ code: 'ABORT_ERR' })
    expect(calls).toBe(6)
  })

  it('by the iterator of a flatMap itself, asks that for nothing more', async () => {
    const abort = new AbortController()
    let asked = 0
    let isClosed = false
    const stage = function* () {
      try {
        for (;;) {
          if (++asked === 5) abort.abort(new Error('from within'))
          yield asked
        }
      } finally {
        isClosed = true
      }
    }
    const run = pipeline([1]).flatMap(stage, { window: 50, signal: abort.signal })
    expect(await failureOf(run.toArray())).toMatchObject({ code: 'ABORT_ERR' })
    expect([asked, isClosed]).toEqual([5, true])
  })

  it('by a stage starts no threads of the stage behind it', async () => {
    const state = words()
    const first = { threads: 1, window: 4, ordered: false, args: { doom: { 0: 'throw' } } }
    const run = pipeline(numbers(4))
      .map(work('doomed'), first)
      .map(work('counted'), { threads: 1, args: { words: state }, retries: 1 })
    expect(await failureOf(run.toArray())).toMatchObject({ item: 0 })
    expect(run.stats().threads).toBe(0)
  })
})

describe('an abort', () => {
  it('before the run begins reads nothing', async () => {
    const { values, seen } = endless()
    const signal = AbortSignal.abort(new Error('before'))
    const run = parallelMap(values, work('same'), { threads: 1, signal })
    expect(await failureOf(run.toArray())).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'before' } })
    expect(seen.read).toBe(0)
  })

  it('after the run has ended changes nothing', async () => {
    const abort = new AbortController()
    const run = parallelMap(numbers(5), work('same'), { threads: 1, signal: abort.signal })
    expect(await run.toArray()).toEqual(numbers(5))
    abort.abort()
  })

  it('the signal of any stage ends a run with a sink, which rejects', async () => {
    const abort = new AbortController()
    const { values, seen } = endless()
    const sink = (n: unknown) => {
      if (n === 100) abort.abort(new Error('enough'))
    }
    const run = pipeline(values).map(work('same'), { threads: 2, signal: abort.signal }).to(sink)
    expect(await failureOf(run)).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } })
    expect(seen.isClosed).toBe(true)
  })
})

describe('the reading of a run', () => {
  it('answers next() calls in their order, all at once', async () => {
    const reading = parallelMap(numbers(5), work('double'), { threads: 2 })[Symbol.asyncIterator]()
    const answers = await within(Promise.all(numbers(8).map(() => reading.next())), 'eight answers')
    expect(answers.map(({ value }) => value)).toEqual([0, 2, 4, 6, 8, undefined, undefined, undefined])
    expect(answers.map(({ done }) => done)).toEqual([...Array(5).fill(false), true, true, true])
  })

  it('is one: a second one is refused', async () => {
    const run = parallelMap([1], work('same'), { threads: 1 })
    expect(await run.toArray()).toEqual([1])
    expect(() => run[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'ERR_INVALID_STATE' }))
    expect(await failureOf(run.toArray())).toMatchObject({ code: 'ERR_INVALID_STATE' })
    expect(() => run.settled()).toThrow(/read once/)
  })

  it('keeps a failure between two next() for the next one, and is over then', async () => {
    const state = words()
    const options = { threads: 1, args: { words: state } }
    const run = parallelMap([2, 0], work('fallOrSpin'), options)
    const reading = run[Symbol.asyncIterator]()
    expect(await within(reading.next(), 'item 2')).toEqual({ value: 2, done: false })
    const over = new Promise((resolve) => run.once('end', () => resolve(undefined)))
    Atomics.store(state, 0, 1)
    Atomics.notify(state, 0)
    await within(over, 'the end of the run, which nobody reads')
    expect(await failureOf(reading.next())).toMatchObject({ item: 1, cause: { message: 'of item 0' } })
    expect(await reading.next()).toEqual({ value: undefined, done: true })
  })

  it('that is disposed of while all of it is wanted rejects, and does not give a part', async () => {
    for (const read of ['toArray', 'to'] as const) {
      const { values } = endless()
      const run = pipeline(values).map((n) => n)
      const begun = new Promise<void>((resolve) => run.once('progress', () => resolve()))
      const all = read === 'to' ? run.to(() => {}) : run.toArray()
      const failure = failureOf(all)
      await within(begun, 'progress')
      await within(run[Symbol.asyncDispose](), 'the end')
      expect(await failure).toMatchObject({
        code: 'ABORT_ERR',
        cause: { message: 'the run was disposed of' },
      })
    }
  })

  it('that never began opens nothing when it is ended', async () => {
    const { values, seen } = endless()
    const run = parallelMap(values, work('same'))
    await run[Symbol.asyncDispose]()
    expect(seen.read).toBe(0)
    expect(() => run[Symbol.asyncIterator]()).toThrow(/read once/)
  })

  it('that was disposed of before its first next() is over, and opens nothing', async () => {
    const { values, seen } = endless()
    for (const read of ['settled', Symbol.asyncIterator] as const) {
      const run = parallelMap(values, work('same'))
      const reading = run[read]()
      await run[Symbol.asyncDispose]()
      expect(await within(reading.next(), 'the end')).toEqual({ value: undefined, done: true })
    }
    expect(seen.read).toBe(0)
  })

  it.each(ENDS)('by %s tells what its source throws while it is closed', async (_, end, rejects) => {
    function* values() {
      try {
        for (;;) yield 1
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: it is what is tested
        throw new RangeError('of the source')
      }
    }
    const abort = new AbortController()
    const run = pipeline(values()).map((each) => each, { signal: abort.signal })
    const reading = run[Symbol.asyncIterator]()
    await within(reading.next(), 'a result')
    const ended = end(reading, run, abort)
    if (rejects) expect(await failureOf(reading.next())).toBeInstanceOf(AbortError)
    else if (end === ENDS[1]?.[1]) expect(await within(ended, 'the end')).toBeInstanceOf(RangeError)
    else expect(await failureOf(ended)).toBeInstanceOf(RangeError)
  })

  it('ends once, by its first reason, if a listener of its signal ends it as well', async () => {
    const abort = new AbortController()
    const source = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => abort.abort())
      return [1, 2, 3]
    }
    const refuse = (n: number) => {
      if (n === 2) throw new RangeError('two')
      return n
    }
    const run = pipeline(source).map(refuse, { signal: abort.signal })
    let ends = 0
    run.on('end', () => ends++)
    expect(await failureOf(run.toArray())).toMatchObject({ item: 1, cause: { message: 'two' } })
    await within(new Promise((resolve) => setImmediate(resolve)), 'a turn of the event loop')
    expect(ends).toBe(1)
  })

  it('destroys a Readable when the loop throws', async () => {
    const source = Readable.from(numbers(1000))
    const reading = (async () => {
      for await (const value of parallelMap(source, work('same'), { threads: 1 })) {
        if (value === 5) throw new Error('of the loop')
      }
    })()
    expect(await failureOf(reading)).toMatchObject({ message: 'of the loop' })
    expect(source.destroyed).toBe(true)
  })
})

/** Programs that end a run; each process must end by itself, with no word of a warning. */
const PROGRAMS: [string, string][] = [
  ['the whole run', 'for await (const _ of run);'],
  ['break', 'for await (const _ of run) break'],
  [
    'throw()',
    'const reading = run[Symbol.asyncIterator](); await reading.next(); await reading.throw(new Error()).catch(() => {})',
  ],
  ['return() without next()', 'await run[Symbol.asyncIterator]().return()'],
  [
    'asyncDispose',
    'const reading = run[Symbol.asyncIterator](); await reading.next(); await run[Symbol.asyncDispose]()',
  ],
  ['an abort', 'setImmediate(() => abort.abort()); await run.toArray().catch(() => {})'],
  ['an abort before', 'abort.abort(); await run.toArray().catch(() => {})'],
  ['a failure', 'await pipe.map(() => { throw new Error() }).toArray().catch(() => {})'],
  ['a failure of the sink', 'await pipe.to(() => { throw new Error() }).catch(() => {})'],
  ['a run that is dropped unread', ''],
  [
    'a reading that nobody goes on with',
    'await run[Symbol.asyncIterator]().next(); process.exitCode = 0; setImmediate(() => abort.abort())',
  ],
]

describe('a process ends by itself', () => {
  it.each(PROGRAMS)('after %s', async (_, program) => {
    const { code, stdout, stderr } = await runProcess(
      `const abort = new AbortController()
      const task = { filename: ${JSON.stringify(WORK)}, name: 'double' }
      const items = Array.from({ length: 2000 }, (_, index) => index)
      const options = { threads: 2, signal: abort.signal }
      const run = millrace.parallelMap(items, task, options)
      const pipe = millrace.pipeline(items).map(task, options)
      ${program}
      console.log('over')`,
      undefined,
      20_000,
    )
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'over\n', stderr: '' })
  })
})
