import { afterEach, describe, expect, it } from 'vitest'
import { millrace } from '../kill/library.ts'
import { within } from '../support/deadline.ts'
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
    // biome-ignore lint/suspicious/noThenProperty: as above
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

  it('of which a generator never closes holds the end for no longer than `grace`', async () => {
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
})

function fail(message: string): never {
  throw new Error(message)
}

function brokenResult(): Iterator<unknown> {
  const result = Object.defineProperty({ done: false }, 'value', { get: () => fail('no value') })
  return { next: () => result as unknown as IteratorResult<unknown> }
}
