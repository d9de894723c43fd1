import { afterEach, describe, expect, it } from 'vitest'
import { clock } from '../../src/clock.ts'
import { RateLimiter, type RateLimiterOptions } from '../../src/index.ts'

const MS = 1e6
const { nanoseconds } = clock

/** The time of this thread stands still, and is moved on by hand. */
class StandingClock {
  readonly #start = nanoseconds(0)
  #passed = 0

  constructor() {
    clock.nanoseconds = (base) => this.#start - base * 1e9 + this.#passed
  }

  pass(ms: number): void {
    this.#passed += ms * MS
  }
}

afterEach(() => {
  clock.nanoseconds = nanoseconds
})

function made(options: RateLimiterOptions): { time: StandingClock; limiter: RateLimiter } {
  const time = new StandingClock()
  return { time, limiter: new RateLimiter(options) }
}

function granted(limiter: RateLimiter, calls: number): number {
  return Array.from({ length: calls }, () => limiter.tryAcquire()).filter(Boolean).length
}

describe('tryAcquire', () => {
  it('grants one, and the next one after interval / limit', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000 })
    expect(granted(limiter, 5)).toBe(1)
    time.pass(99.999)
    expect(limiter.tryAcquire()).toBe(false)
    time.pass(0.001)
    expect(granted(limiter, 5)).toBe(1)
    expect(limiter.stats()).toEqual({ granted: 2, refused: 9, waiting: 0, nextIn: 100 })
  })

  it('grants a burst at once after a pause, however long, and no more', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000, burst: 4 })
    expect(granted(limiter, 20)).toBe(4)
    time.pass(250)
    expect(granted(limiter, 20)).toBe(2)
    time.pass(10_000_000)
    expect(granted(limiter, 20)).toBe(4)
  })

  it('grants at most limit + burst in any interval, at the worst moment', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000, burst: 10 })
    let sum = granted(limiter, 50)
    for (let each = 0; each < 10; each++) {
      time.pass(100)
      sum += granted(limiter, 50)
    }
    expect(sum).toBe(20)
  })

  it('rounds to the safe side: a limit that does not divide the interval', () => {
    const { time, limiter } = made({ limit: 7, interval: 0.001 })
    let sum = 0
    for (let ns = 0; ns < 1000; ns++) {
      sum += granted(limiter, 3)
      time.pass(1e-6)
    }
    expect(sum).toBeLessThanOrEqual(8)
    expect(sum).toBeGreaterThanOrEqual(6)
  })

  it('counts a weight as so many grants, all or none', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000, burst: 5 })
    expect([limiter.tryAcquire(3), limiter.tryAcquire(3), limiter.tryAcquire(2)]).toEqual([true, false, true])
    time.pass(299)
    expect(limiter.tryAcquire(3)).toBe(false)
    time.pass(1)
    expect(limiter.tryAcquire(3)).toBe(true)
    expect(limiter.stats().granted).toBe(8)
  })

  it('grants a weight above the burst after a pause that pays for the rest', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000, burst: 2 })
    expect(limiter.tryAcquire(10)).toBe(true)
    time.pass(1799)
    expect(limiter.tryAcquire(10)).toBe(false)
    time.pass(1)
    expect(limiter.tryAcquire(10)).toBe(true)
  })
})

describe('stats', () => {
  it('says when the next grant is due, which a penalty moves on', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000 })
    expect(limiter.stats().nextIn).toBe(0)
    limiter.tryAcquire()
    time.pass(30)
    expect(limiter.stats().nextIn).toBe(70)
    limiter.penalize(500)
    expect(limiter.stats().nextIn).toBe(500)
    time.pass(500)
    expect(limiter.stats()).toMatchObject({ nextIn: 0, granted: 1 })
  })
})

describe('penalize', () => {
  it('counts a burst of penalties as the one that ends last, not as their sum', () => {
    const { time, limiter } = made({ limit: 1000, interval: 1 })
    for (const ms of [100, 2000, 50, 0, 1999]) limiter.penalize(ms)
    expect(limiter.stats().nextIn).toBe(2000)
    time.pass(1999)
    limiter.penalize(0.5)
    expect(limiter.tryAcquire()).toBe(false)
    time.pass(1)
    expect(limiter.tryAcquire()).toBe(true)
  })

  it('with 0 changes nothing, as a server that names no time', () => {
    const { limiter } = made({ limit: 10, interval: 1000 })
    limiter.penalize(0)
    expect(limiter.tryAcquire()).toBe(true)
  })

  it('is a clock apart from the rate: when it ends, grants are as far apart as before', () => {
    const { time, limiter } = made({ limit: 10, interval: 1000, burst: 2 })
    limiter.penalize(5000)
    expect(granted(limiter, 5)).toBe(0)
    time.pass(5000)
    expect(granted(limiter, 5)).toBe(2)
    time.pass(100)
    expect(granted(limiter, 5)).toBe(1)
  })
})

describe('the times in memory', () => {
  it('are exact after 104 days, and grants go on after 200 years', () => {
    const { time, limiter } = made({ limit: 2, interval: 1 })
    for (const days of [104, 200 * 365]) {
      time.pass(days * 86_400_000)
      expect(granted(limiter, 5)).toBe(1)
      time.pass(0.25)
      expect(granted(limiter, 5)).toBe(0)
      time.pass(0.26)
      expect(granted(limiter, 5)).toBe(1)
    }
  })
})
