import { describe, expect, it } from 'vitest'
import { KeyedRateLimiter, RateLimiter } from '../../src/index.ts'
import { Gate, idOf, user, waiting } from './users.ts'

describe('a thread that is busy while its calls wait', () => {
  it.each([
    ['acquire', []],
    ['acquireSync', []],
  ])('does not stall %s of another thread, whose turn is later', async (method, args) => {
    const limiter = new RateLimiter({ limit: 20, interval: 1000 })
    const [busy, other] = [await user(limiter), await user(limiter)]
    const gate = new Gate()
    limiter.tryAcquire()
    const times = busy.ask('beginAndBlock', idOf(limiter), undefined, 3, gate.words)
    await gate.reached(1)
    for (let calls = 0; calls < 3; calls++) await other.call(limiter, method, ...args)
    expect(Atomics.load(gate.words, 0)).toBe(0)
    gate.open()
    expect(await times).toHaveLength(3)
    expect(limiter.stats()).toMatchObject({ granted: 7, waiting: 0 })
  })

  it('does not stall tryAcquire of another thread', async () => {
    const limiter = new RateLimiter({ limit: 20, interval: 1000 })
    const [busy, other] = [await user(limiter), await user(limiter)]
    const gate = new Gate()
    limiter.tryAcquire()
    const times = busy.ask('beginAndBlock', idOf(limiter), undefined, 1, gate.words)
    await gate.reached(1)
    await other.ask('tryUntilGranted', idOf(limiter))
    gate.open()
    expect(await times).toHaveLength(1)
  })

  it.each(['acquire', 'acquireSync'])('does not keep a place that was given back from %s', async (method) => {
    const limiter = new KeyedRateLimiter({ limit: 1000, interval: 1, concurrency: 1 })
    const [busy, second, other] = [await user(limiter), await user(limiter), await user(limiter)]
    const gate = new Gate()
    const permit = limiter.tryAcquire('a')
    const first = busy.ask('beginAndBlock', idOf(limiter), 'a', 1, gate.words)
    await gate.reached(1)
    const next = second.ask('beginAndBlock', idOf(limiter), 'a', 1, gate.words)
    await gate.reached(2)
    const got = other.call(limiter, method, 'a')
    await waiting(limiter, 3, 'a')
    if (permit) permit.release()
    expect(await got).toEqual({ permit: 'a' })
    await other.call(limiter, 'release', 'a')
    gate.open()
    // Each of the two holds its place: the second one waits for the first.
    await Promise.race([first, next])
    expect(limiter.stats('a')).toMatchObject({ held: 1, granted: 3 })
  })
})
