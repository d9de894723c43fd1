import { describe, expect, it } from 'vitest'
import { Random } from '../support/random.mjs'
import { isFlat, type Sample, type Trend, trendOf } from './memory.ts'

const MB = 1 << 20

/** A sample a minute, with noise of up to 1 MB. */
function series(minutes: number, bytes: (minute: number) => number): Sample[] {
  const random = new Random(7)
  return Array.from({ length: minutes }, (_, minute) => ({
    minute,
    bytes: bytes(minute) + random.below(MB),
  }))
}

const trend = (samples: Sample[]) => trendOf(samples) as Trend

describe('the judge of memory', () => {
  it('calls a level with noise flat', () => {
    expect(isFlat(trend(series(30, () => 20 * MB)), 0.03)).toBe(true)
  })

  it('calls what warms up and levels off flat', () => {
    const samples = series(30, (minute) => 20 * MB * (1 - Math.exp(-minute / 3)))
    expect(isFlat(trend(samples), 0.03)).toBe(true)
  })

  it('finds a leak of 100 KB a minute in a heap of 20 MB within half an hour', () => {
    const found = trend(series(30, (minute) => 20 * MB + minute * 100 * 1024))
    expect(isFlat(found, 0.03)).toBe(false)
    expect(found.slope / 1024).toBeCloseTo(100, -2)
  })

  it('finds a leak of 2 MB a minute beside much greater noise', () => {
    const random = new Random(3)
    const samples = series(60, (minute) => 300 * MB + minute * 2 * MB + random.below(40 * MB))
    expect(isFlat(trend(samples), 0.1)).toBe(false)
  })

  it('does not judge a run of a few samples', () => {
    expect(trendOf(series(10, () => 20 * MB))).toBeUndefined()
  })
})
