import { describe, expect, it } from 'vitest'
import { SOUND, stress } from '../support/stress.ts'

/** `MILLRACE_STRESS=50` runs fifty times as many items. */
const scale = Number(process.env.MILLRACE_STRESS ?? 1)
const deadlineMs = 60_000 * Math.max(1, scale)

describe('four producers and four consumers', () => {
  it.each([
    [64, 200_000],
    [1024, 200_000],
    [1, 20_000],
    [2, 20_000],
    [3, 20_000],
  ])(
    'at maxsize %i hand over each item once, in each producer’s order',
    async (capacity, items) => {
      const count = items * scale
      expect(await stress({ capacity, items: count, deadlineMs })).toMatchObject({ ...SOUND, got: count })
    },
    deadlineMs,
  )

  it.each([
    [2 ** 30, 64],
    [2 ** 31, 64],
    [2 ** 30, 3],
    [2 ** 31, 1],
  ])(
    'do so across position %i at maxsize %i',
    async (wrap, capacity) => {
      const items = 20_000 * scale
      const start = wrap - items / 2
      expect(await stress({ capacity, items, start, deadlineMs })).toMatchObject({ ...SOUND, got: items })
    },
    deadlineMs,
  )

  it.each([
    ['lifo', 64],
    ['lifo', 1],
    ['priority', 64],
    ['priority', 1],
    ['priority', 4096],
  ] as const)(
    'at a %s queue of maxsize %i hand over each item once',
    async (kind, capacity) => {
      const items = 40_000 * scale
      expect(await stress({ kind, capacity, items, deadlineMs })).toMatchObject({ ...SOUND, got: items })
    },
    deadlineMs,
  )

  it.each([
    [1, 1],
    [1, 4],
    [4, 1],
  ])(
    'and likewise %i producers and %i consumers',
    async (producers, consumers) => {
      const items = 40_000 * scale
      const result = await stress({ capacity: 16, items, producers, consumers, deadlineMs })
      expect(result).toMatchObject({ ...SOUND, got: items })
    },
    deadlineMs,
  )
})
