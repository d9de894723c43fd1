import type { ThreadTask } from '../../src/index.ts'
import { within } from '../support/deadline.ts'

/** Shared by the tests of runs. */

const WORK = new URL('./fixtures/work.mjs', import.meta.url)

/** A function of fixtures/work.mjs. */
export function work<R = unknown>(name: string): ThreadTask<unknown, R> {
  return { filename: WORK, name } as ThreadTask<unknown, R>
}

export function words(count = 4): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count))
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** Numbers without end; `read`: how many were given, and whether it was closed. */
export function endless() {
  const seen = { read: 0, isClosed: false }
  const values = (function* () {
    try {
      for (;;) yield seen.read++
    } finally {
      seen.isClosed = true
    }
  })()
  return { values, seen }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was thrown
export async function failureOf(promise: Promise<unknown>, what = 'a rejection', ms?: number): Promise<any> {
  const settled = promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  )
  const outcome = await within(settled, what, ms)
  if ('error' in outcome) return outcome.error
  throw new Error(`it did not fail, but gave ${JSON.stringify(outcome.value)}`)
}
