import { AsyncLocalStorage } from 'node:async_hooks'
import { PassThrough } from 'node:stream'
import { pipeline as streams } from 'node:stream/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { millrace } from '../kill/library.ts'
import { within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import { failureOf } from './scene.ts'

const { pipeline } = millrace

/** Promises that a test leaves pending are resolved after it. */
const releases: (() => void)[] = []
afterEach(() => {
  for (const release of releases.splice(0)) release()
})

function pending(): Promise<void> {
  return new Promise((resolve) => releases.push(resolve))
}

describe('a plain function of a stage', () => {
  it.each<[string, () => unknown, string]>([
    [
      'whose [Symbol.iterator] throws',
      () => ({ [Symbol.iterator]: () => fail('no iterator') }),
      'no iterator',
    ],
    ['whose next() returns nothing', () => ({ [Symbol.iterator]: () => ({ next() {} }) }), 'no object'],
    [
      'whose asynchronous next() returns nothing',
      () => ({ [Symbol.asyncIterator]: () => ({ async next() {} }) }),
      'no object',
    ],
    ['whose result has a getter that throws', () => ({ [Symbol.iterator]: brokenResult }), 'no value'],
  ])('that returns an iterable %s fails its item', async (_, iterable, message) => {
    for (const fn of [iterable, async () => iterable()] as const) {
      const run = pipeline(['a']).flatMap(fn as () => Iterable<unknown>)
      const error = await failureOf(run.toArray())
      expect(error).toMatchObject({
        name: 'ThreadError',
        item: 0,
        cause: { message: expect.stringContaining(message) },
      })
      const skipping = pipeline(['a']).flatMap(fn as () => Iterable<unknown>, { onError: 'skip' })
      expect(await within(skipping.toArray(), 'the end of a run that skips')).toEqual([])
    }
  })

  it('may return a thenable that answers at once, and fails its item by a `then` that throws', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const thenable = (n: number) => ({ then: (resolve: (value: number) => void) => resolve(2 * n) })
    expect(await within(pipeline([1, 2]).map(thenable).toArray(), 'the results')).toEqual([2, 4])
    const broken = () => Object.defineProperty({}, 'then', { get: () => fail('no then') })
    const error = await failureOf(pipeline([1]).map(broken).toArray())
    expect(error).toMatchObject({ name: 'ThreadError', cause: { message: 'no then' } })
  })

  it('is asked by return() to close each generator when the run ends early, also those that wait', async () => {
    const closed: number[] = []
    const waits = [pending(), pending(), pending()]
    async function* values(n: number) {
      try {
        yield n
        await waits[n]
        yield n
      } finally {
        closed.push(n)
      }
    }
    const options = { concurrency: 3, window: 6, ordered: false, grace: 10_000 }
    const reading = pipeline([0, 1, 2]).flatMap(values, options)[Symbol.asyncIterator]()
    for (let n = 0; n < 3; n++) await within(reading.next(), 'a value')
    const waiting = reading.next()
    const end = reading.return?.()
    for (const release of releases.splice(0)) release()
    await within(Promise.all([waiting, end]), 'the end')
    expect(closed.sort()).toEqual([0, 1, 2])
  })

  it('holds the end no longer than `grace` by a generator that never closes', async () => {
    async function* values(n: number) {
      try {
        yield n
        yield n
      } finally {
        await pending()
      }
    }
    const reading = pipeline([1, 2]).flatMap(values, { grace: 20 })[Symbol.asyncIterator]()
    await within(reading.next(), 'a value')
    await within(reading.return?.() as Promise<unknown>, 'the end')
  })

  it('is called in the asynchronous context of the call that reads the run', async () => {
    const store = new AsyncLocalStorage<string>()
    const contexts = new Set<string | undefined>()
    const see = (value: unknown) => {
      contexts.add(store.getStore())
      return value
    }
    const source = new PassThrough({ objectMode: true })
    const ends = store.run('reader', () => [
      pipeline([1, 2]).map(see).toArray(),
      pipeline([1, 2])
        .map(see)
        .to(() => {}),
      streams(source, pipeline().map(see).toDuplex(), new PassThrough({ objectMode: true }).resume()),
    ])
    const readable = store.run('reader', () => pipeline([1, 2]).map(see).toReadable())
    store.run('another', () => {
      source.write(1)
      source.end(2)
    })
    ends.push(store.run('another', () => readable.toArray()))
    await within(Promise.all(ends), 'the ends')
    expect([...contexts]).toEqual(['reader'])
  })

  it('that is not in turn gives no more values than the window has room for', async () => {
    let given = 0
    function* many() {
      while (given < 100_000) yield given++
    }
    const first = pending()
    const values = (n: number) => (n === 0 ? first.then(() => ['first']) : many())
    const run = pipeline([0, 1]).flatMap<unknown>(values, { concurrency: 2, window: 8 })
    const reading = run[Symbol.asyncIterator]()
    const next = reading.next()
    await within(new Promise((resolve) => setImmediate(resolve)), 'a turn of the event loop')
    const ahead = given
    for (const release of releases.splice(0)) release()
    expect((await within(next, 'the first value')).value).toBe('first')
    expect([ahead, given]).toEqual([4, 4])
    for (let n = 0; n < 50_000; n++) expect((await reading.next()).value).toBe(n)
    expect(given).toBeLessThanOrEqual(50_000 + 8)
    await within(reading.return?.() as Promise<unknown>, 'the end')
  })

  it.each([
    ['an iterable', '(function* () { for (;;) yield 1 })()'],
    ['an asynchronous iterable', '(async function* () { for (;;) yield 1 })()'],
  ])(
    'that keeps nothing of %s without end lets timers and signals through',
    async (_, source) => {
      for (const ordered of [true, false]) {
        const { code, stdout, stderr } = await runProcess(
          `const signal = AbortSignal.timeout(100)
        const run = millrace.pipeline(${source}).filter(() => false, { signal, ordered: ${ordered}, window: 4 })
        await run.toArray().catch(({ code }) => console.log(code))`,
        )
        expect([code, stdout, stderr]).toEqual([0, 'ABORT_ERR\n', ''])
      }
    },
    60_000,
  )
})

function fail(message: string): never {
  throw new Error(message)
}

function brokenResult(): Iterator<unknown> {
  const result = Object.defineProperty({ done: false }, 'value', { get: () => fail('no value') })
  return { next: () => result as unknown as IteratorResult<unknown> }
}
