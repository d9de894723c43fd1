import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../support/seed.ts'
import { fuzzCalls } from './calls-run.ts'
import { fuzzEncodings } from './encodings-run.ts'
import type { Result } from './indexed-run.ts'
import { fuzzShapes } from './shapes-run.ts'
import { fuzzWords } from './words-run.ts'

const SEED = seedOfRun()

/** The number of inputs of each kind. The scripts encodings.ts, calls.ts and words.ts run more. */
const kinds: [string, number, (seed: number, from: number, to: number) => Promise<Result>][] = [
  ['bytes that no encoder wrote yield a value or an Error', 10_000, fuzzEncodings],
  ['options that make no sense are refused by name, and leave nothing behind', 150, fuzzCalls],
  ['damaged words in a queue yield items or this library’s errors, and block no thread', 60, fuzzWords],
]

describe(`bad input, MILLRACE_SEED=${SEED}`, () => {
  it.concurrent.each(kinds)(
    '%s (%i)',
    async (_, count, fuzz) => {
      const { faults, counts } = await fuzz(SEED, 0, count)
      expect(faults).toEqual([])
      expect([...counts.values()].reduce((sum, each) => sum + each, 0)).toBe(count)
    },
    240_000,
  )

  it.concurrent('compiled shapes write and read what loops do', async () => {
    const { done, compiled, faults } = await fuzzShapes(SEED, 20_000, 1000, 200_000)
    expect(faults).toEqual([])
    expect(done).toBe(20_000)
    expect(compiled).toBeGreaterThan(3)
  }, 240_000)
})
