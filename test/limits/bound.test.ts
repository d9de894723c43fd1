import { describe, expect, it } from 'vitest'
import { type Load, measure, mostIn, type Way } from './bound.ts'

function all(way: Way, threads: number): Way[] {
  return Array.from({ length: threads }, () => way)
}

function check(load: Load, { most, times, granted }: Awaited<ReturnType<typeof measure>>): void {
  // Each grant that the memory counts was recorded by a thread.
  expect(times.length).toBe(granted)
  expect(times.length).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(load.limit + (load.burst ?? 1))
}

describe('grants in any window of one interval', () => {
  it.each<[Way, number, number]>(
    (['sync', 'async', 'try'] as const).flatMap((way) =>
      [1, 2, 4, 8].map(
        (threads) => [way, threads, [5, 50, 500][threads % 3] as number] as [Way, number, number],
      ),
    ),
  )(
    'are at most limit + burst: %s, %i threads, %i a second',
    { timeout: 120_000 },
    async (way, threads, rate) => {
      const load = { limit: rate, interval: 1000, ways: all(way, threads), ms: 1300 }
      const measured = await measure(load)
      check(load, measured)
      // A loaded machine may delay each grant, but grants go on.
      expect(measured.achieved).toBeGreaterThan(0.3)
    },
  )

  it.each([
    [5, 1],
    [50, 10],
    [500, 7],
  ])(
    'are at most limit + burst in short intervals, with all ways at once: %i in 100 ms, burst %i',
    { timeout: 120_000 },
    async (limit, burst) => {
      const ways: Way[] = ['sync', 'async', 'try', 'sync', 'async']
      const load = { limit, interval: 100, burst, ways, ms: 700 }
      check(load, await measure(load))
    },
  )

  it('are at most limit + burst while 8 threads make 2,000,000 calls of tryAcquire', {
    timeout: 180_000,
  }, async () => {
    const load = { limit: 500, interval: 1000, burst: 20, ways: all('try', 8), calls: 250_000 }
    const measured = await measure(load)
    expect(measured.asked).toBe(2_000_000)
    check(load, measured)
  })

  it('stay so when 100 calls of a busy thread wait, and other threads go on meanwhile', {
    timeout: 120_000,
  }, async () => {
    const busyMs = 2000
    const load = {
      limit: 100,
      interval: 1000,
      ways: ['busy', 'sync', 'async'] as const,
      busyCalls: 100,
      busyMs,
      ms: 2500,
    }
    const measured = await measure(load)
    check(load, measured)
    const [busy, ...others] = measured.byThread
    expect(busy).toHaveLength(100)
    const [[from, to] = [0, 0]] = measured.busy
    const gap = to - from
    for (const times of others)
      for (const part of [0.1, 0.5]) {
        const [start, end] = [from + part * gap, from + (part + 0.4) * gap]
        expect(times.some((time) => time > start && time < end)).toBe(true)
      }
  })
})

describe('the count of grants in a window', () => {
  it('includes both ends', () => {
    expect(mostIn(Float64Array.of(), 10)).toBe(0)
    expect(mostIn(Float64Array.of(0, 10, 20, 21), 10)).toBe(2)
    expect(mostIn(Float64Array.of(0, 5, 10, 20, 21, 22, 30), 10)).toBe(4)
  })
})
