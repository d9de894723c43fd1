import { describe, expect, it } from 'vitest'
import { fuzzEncodings } from './encodings-run.ts'

/** `npx tsx test/fuzz/encodings.ts --inputs 1000000` for more. */
const ENCODINGS = 30_000
const SEED = Number(process.env.MILLRACE_SEED ?? Date.now() % 1_000_000)

describe(`bad input, MILLRACE_SEED=${SEED}`, () => {
  it('of codecs yields a value or an Error: no crash, no hang, no pollution, no memory by an unchecked length', async () => {
    const { faults, counts } = await fuzzEncodings(SEED, 0, ENCODINGS)
    expect(faults).toEqual([])
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(ENCODINGS)
  }, 180_000)
})
