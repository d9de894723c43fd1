import { describe, expect, it } from 'vitest'
import { clock } from '../../src/clock.ts'
import { attach, codecs, KeyedRateLimiter, type KeyQuota, type Permit, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { idOf, user, waiting } from './users.ts'

const RARE = { limit: 1, interval: 3_600_000 }
const OFTEN = { limit: 1_000_000, interval: 1 }

function grant(limiter: KeyedRateLimiter, key: string): Permit {
  const permit = limiter.tryAcquire(key)
  if (permit === false) throw new Error(`'${key}' was refused`)
  return permit
}

/** Runs `act` as if `ms` had passed since `from`, by a clock that stands. */
function at<T>(from: (base: number) => number, ms: number, act: () => T): T {
  const { nanoseconds } = clock
  clock.nanoseconds = (base) => from(base) + ms * 1e6
  try {
    return act()
  } finally {
    clock.nanoseconds = nanoseconds
  }
}

/** Runs `act` as if `ms` had passed. */
function later<T>(ms: number, act: () => T): T {
  const { nanoseconds } = clock
  clock.nanoseconds = (base) => nanoseconds(base) + ms * 1e6
  try {
    return act()
  } finally {
    clock.nanoseconds = nanoseconds
  }
}

const tooMany = { name: 'TooManyKeysError', code: 'ERR_TOO_MANY_KEYS' }

describe('keys', () => {
  it('have a budget each', async () => {
    const limiter = new KeyedRateLimiter(RARE)
    expect([grant(limiter, 'a').key, limiter.tryAcquire('a'), grant(limiter, 'b').key]).toEqual([
      'a',
      false,
      'b',
    ])
    expect(limiter.stats()).toEqual({ granted: 2, refused: 1, waiting: 0, keys: 2 })
    expect(limiter.stats('a')).toMatchObject({ granted: 1, waiting: 0, held: 0 })
    expect(limiter.stats('c')).toBe(undefined)
    expect((await limiter.acquire('c')).key).toBe('c')
    expect(limiter.acquireSync('d').key).toBe('d')
  })

  it('do not wait for each other', async () => {
    const limiter = new KeyedRateLimiter(RARE)
    const other = await user(limiter)
    grant(limiter, 'slow')
    const slow = limiter.acquire('slow', { timeout: 15_000 })
    slow.catch(() => {})
    for (let each = 0; each < 100; each++) await within(limiter.acquire(`${each}`), 'another key')
    expect(await other.call(limiter, 'tryAcquire', 'other')).toEqual({ permit: 'other' })
    expect(limiter.stats('slow')?.waiting).toBe(1)
    limiter[Symbol.dispose]()
    await expect(slow).rejects.toMatchObject({ code: 'ERR_DETACHED' })
  })

  const odd: string[] = [
    ...['', ' ', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', '-0', 'null'],
    ...['\ud800', '\udbff', '\udc00', '\u0000', 'a', 'a\u0000', 'A', 'ä', 'a\u0308', '\ufffd'],
    ...['x'.repeat(1_000_000), `${'x'.repeat(999_999)}y`],
  ]

  it('are any strings: prototype-like ones, lone surrogates, empty and very long ones', async () => {
    const limiter = new KeyedRateLimiter({ ...RARE, concurrency: 1 })
    for (const key of odd) expect(grant(limiter, key).key).toBe(key)
    for (const key of odd) expect(limiter.tryAcquire(key)).toBe(false)
    expect(limiter.stats()).toMatchObject({ keys: odd.length, granted: odd.length })
    const other = await user(limiter)
    for (const key of odd) expect(await other.call(limiter, 'tryAcquire', key)).toBe(false)
    for (const key of odd) limiter.release(key)
    expect(odd.map((key) => limiter.stats(key)?.held)).toEqual(odd.map(() => 0))
  })

  it('are told apart by another thread as they are here: 10,000 of them', async () => {
    const limiter = new KeyedRateLimiter(RARE)
    for (let key = 0; key < 10_000; key++) grant(limiter, `https://host-${key}.example`)
    const other = await user(limiter)
    for (const key of [0, 1, 4999, 9999])
      expect(await other.call(limiter, 'tryAcquire', `https://host-${key}.example`)).toBe(false)
    expect(limiter.stats()).toMatchObject({ keys: 10_000, granted: 10_000 })
  })
})

describe('penalize', () => {
  it('delays its key only, and one that was never used', () => {
    const limiter = new KeyedRateLimiter(OFTEN)
    limiter.penalize('a', 1000)
    limiter.penalize('a', 10)
    expect([limiter.tryAcquire('a'), limiter.tryAcquire('b') !== false]).toEqual([false, true])
    later(500, () => expect(limiter.tryAcquire('a')).toBe(false))
    later(1001, () => expect(limiter.tryAcquire('a')).not.toBe(false))
  })
})

describe('places', () => {
  it('are at most `concurrency` a key, whatever the rate', () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, burst: 10, concurrency: 2 })
    const [first, second] = [grant(limiter, 'a'), grant(limiter, 'a')]
    expect(limiter.tryAcquire('a')).toBe(false)
    expect(limiter.stats('a')).toMatchObject({ held: 2, granted: 2 })
    grant(limiter, 'b')
    first?.release()
    grant(limiter, 'a')
    second?.release()
    expect(limiter.stats('a')).toMatchObject({ held: 1 })
  })

  it('come back at the end of `using`, and by a second release nothing', () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, burst: 10, concurrency: 2 })
    const hold = grant(limiter, 'a')
    {
      using permit = grant(limiter, 'a')
      expect(permit.key).toBe('a')
      expect(limiter.stats('a')?.held).toBe(2)
      permit.release()
      permit.release()
    }
    expect(limiter.stats('a')?.held).toBe(1)
    hold.release()
    expect(limiter.stats('a')?.held).toBe(0)
  })

  it('come back by release(key), the oldest first; one more is a ReleaseError, and changes nothing', async () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, burst: 10, concurrency: 5, name: 'hosts' })
    const permits = [grant(limiter, 'a'), grant(limiter, 'a')]
    limiter.release('a')
    permits[0]?.release()
    expect(limiter.stats('a')?.held).toBe(1)
    limiter.release('a')
    permits[1]?.release()
    const error = expect.objectContaining({
      name: 'ReleaseError',
      code: 'ERR_RELEASE',
      message: "this thread has no place of 'a' in limiter 'hosts' to give back",
    })
    expect(() => limiter.release('a')).toThrow(error)
    expect(() => limiter.release('never used')).toThrow(expect.objectContaining({ code: 'ERR_RELEASE' }))
    const other = await user(limiter)
    await other.call(limiter, 'tryAcquire', 'a')
    expect(() => limiter.release('a')).toThrow(error)
    expect(limiter.stats('a')?.held).toBe(1)
  })

  it('do not exist without `concurrency`: release does nothing, also for a key that was evicted', () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, maxKeys: 1 })
    const permit = grant(limiter, 'a')
    limiter.release('a')
    permit.release()
    expect(limiter.stats('a')?.held).toBe(0)
    later(10, () => {
      grant(limiter, 'b')
      expect(limiter.stats('a')).toBe(undefined)
      limiter.release('a')
    })
  })

  it('go to the thread that waits first, when another thread gives one back', async () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, burst: 100, concurrency: 1 })
    const [first, second] = [await user(limiter), await user(limiter)]
    const permit = grant(limiter, 'a')
    const order: string[] = []
    const one = first.call(limiter, 'acquireSync', 'a').then(() => order.push('first'))
    await waiting(limiter, 1, 'a')
    const two = second.call(limiter, 'acquire', 'a').then(() => order.push('second'))
    await waiting(limiter, 2, 'a')
    permit.release()
    await one
    expect(limiter.stats('a')).toMatchObject({ held: 1, waiting: 1 })
    await first.call(limiter, 'release', 'a')
    await two
    expect(order).toEqual(['first', 'second'])
  })

  it('are not taken by a wait that lapses or is aborted', async () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, burst: 100, concurrency: 1 })
    const permit = grant(limiter, 'a')
    const controller = new AbortController()
    const aborted = limiter.acquire('a', { signal: controller.signal })
    const lapsed = limiter.acquire('a', { timeout: 5 })
    await expect(lapsed).rejects.toMatchObject({ code: 'ERR_WAIT_TIMEOUT' })
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
    permit.release()
    expect(limiter.stats('a')).toMatchObject({ held: 0, waiting: 0 })
    grant(limiter, 'a')
  })

  it('are used fully under load: 300 calls of 3 threads, never above concurrency', async () => {
    const limiter = new KeyedRateLimiter({ ...OFTEN, burst: 1000, concurrency: 3 })
    const threads = [await user(limiter), await user(limiter)]
    let most = 0
    const work = async () => {
      for (let each = 0; each < 50; each++) {
        using _ = await within(limiter.acquire('a'), 'a place')
        most = Math.max(most, limiter.stats('a')?.held as number)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const theirs = async (index: number) => {
      for (let each = 0; each < 50; each++) {
        await threads[index]?.call(limiter, each % 2 === 0 ? 'acquire' : 'acquireSync', 'a')
        await threads[index]?.call(limiter, 'release', 'a')
      }
    }
    await Promise.all([work(), work(), work(), work(), theirs(0), theirs(1)])
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(3)
    expect(limiter.stats('a')).toEqual({ granted: 300, waiting: 0, held: 0, nextIn: 0 })
  })

  it('cannot be sent: a permit is refused by name', () => {
    const permit = grant(new KeyedRateLimiter({ ...OFTEN, concurrency: 1 }), 'a')
    const queue = new Queue({ codec: codecs.json })
    expect(() => queue.tryPut(permit as never)).toThrow(
      /a Permit cannot be sent to another thread: release it/,
    )
  })
})

describe('a quota function', () => {
  it('is asked once for each key, in the thread that made the limiter', async () => {
    const asked: string[] = []
    const limit = (key: string): KeyQuota => {
      asked.push(key)
      return { limit: key.length, interval: 3_600_000, burst: key.length, concurrency: 2 }
    }
    const limiter = new KeyedRateLimiter({ limit, name: 'hosts' })
    const other = await user(limiter)
    const refusal = {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(
        /key must be one that the thread which made the limiter has used.*'abc'/,
      ),
    }
    for (const method of ['tryAcquire', 'acquire', 'acquireSync', 'penalize']) {
      const args = method === 'penalize' ? ['abc', 5] : ['abc']
      await expect(other.call(limiter, method, ...args)).rejects.toMatchObject(refusal)
    }
    const permit = grant(limiter, 'abc')
    await limiter.acquire('abc')
    expect(limiter.tryAcquire('abc')).toBe(false)
    permit.release()
    expect(await other.call(limiter, 'tryAcquire', 'abc')).toEqual({ permit: 'abc' })
    expect(limiter.stats('abc')).toMatchObject({ granted: 3, held: 2 })
    await expect(limiter.acquire('abc', { weight: 4 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(asked).toEqual(['abc'])
  })

  it('may throw: its error reaches the caller, and it is asked again', () => {
    let fails = true
    const limiter = new KeyedRateLimiter({
      limit: () => {
        if (fails) throw new Error('no quota today')
        return RARE
      },
    })
    expect(() => limiter.tryAcquire('a')).toThrow('no quota today')
    fails = false
    grant(limiter, 'a')
  })
})

describe('eviction', () => {
  it('makes room for 30,000 keys in 100 places, as long as idle keys are there', () => {
    const limiter = new KeyedRateLimiter({ limit: 1000, interval: 1, maxKeys: 100 })
    let passed = 0
    const { nanoseconds } = clock
    clock.nanoseconds = (base) => nanoseconds(base) + passed * 1e6
    try {
      for (let key = 0; key < 30_000; key++) {
        if (key % 100 === 0) passed += 3
        grant(limiter, `key ${key}`)
      }
    } finally {
      clock.nanoseconds = nanoseconds
    }
    expect(limiter.stats().keys).toBe(100)
  })

  it('takes 12,000 keys through the 10,000 of a limiter by default', () => {
    const limiter = new KeyedRateLimiter({ limit: 2, interval: 1000 })
    for (let key = 0; key < 10_000; key++) grant(limiter, `${key}`)
    expect(() => limiter.tryAcquire('one more')).toThrow(expect.objectContaining(tooMany))
    later(60_000, () => {
      for (let key = 10_000; key < 12_000; key++) grant(limiter, `${key}`)
      expect(limiter.stats()).toMatchObject({ keys: 10_000 })
      expect(limiter.tryAcquire('11999')).toBe(false)
    })
  })

  it('never evicts a key whose grants still count: the bound holds for it', () => {
    const seconds = process.hrtime()[0]
    const start = (base: number) => (seconds + 1 - base) * 1e9
    const later = <T>(ms: number, act: () => T) => at(start, ms, act)
    const limiter = new KeyedRateLimiter({ limit: 1, interval: 1000, maxKeys: 2 })
    later(0, () => grant(limiter, 'a'))
    later(900, () => {
      grant(limiter, 'b')
      expect(() => limiter.tryAcquire('c')).toThrow(expect.objectContaining(tooMany))
      expect(limiter.tryAcquire('a')).toBe(false)
    })
    // 'a' is paid off after 1000 ms, and a grant of it counts for as long again.
    later(1999, () => expect(() => limiter.tryAcquire('c')).toThrow(expect.objectContaining(tooMany)))
    later(2010, () => {
      grant(limiter, 'c')
      expect(limiter.stats('a')).toBe(undefined)
      expect(limiter.stats('b')).toBeDefined()
      expect(limiter.tryAcquire('b')).not.toBe(undefined)
    })
  })

  it('never evicts a key with a place that is taken, a call that waits, or a penalty', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1, interval: 1, concurrency: 1, maxKeys: 3, name: 'hosts' })
    const held = grant(limiter, 'held')
    const first = grant(limiter, 'waited for')
    const waits = limiter.acquire('waited for')
    limiter.penalize('penalized', 100_000)
    expect(limiter.stats().keys).toBe(3)
    await later(50_000, async () => {
      const message =
        "limiter 'hosts' has 3 keys, which is its maxKeys, and none is idle: 'new' finds no room"
      expect(() => limiter.tryAcquire('new')).toThrow(expect.objectContaining({ ...tooMany, message }))
      await expect(limiter.acquire('new')).rejects.toMatchObject(tooMany)
      expect(() => limiter.acquireSync('new')).toThrow(expect.objectContaining(tooMany))
      expect(() => limiter.penalize('new', 1)).toThrow(expect.objectContaining(tooMany))
    })
    first.release()
    const permit = await within(waits, 'the place')
    permit.release()
    later(60_000, () => grant(limiter, 'new').release())
    expect(limiter.stats('waited for')).toBe(undefined)
    held.release()
    later(120_000, () => grant(limiter, 'another'))
    expect(limiter.stats('penalized') === undefined || limiter.stats('held') === undefined).toBe(true)
  })

  it('leaves two threads right about a key that both use', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1, interval: 0.01, maxKeys: 1 })
    const other = await user(limiter)
    for (let round = 0; round < 50; round++) {
      expect(await other.ask('tryUntilGranted', idOf(limiter), `theirs ${round}`)).toBeGreaterThan(0)
      await within(limiter.acquire('ours'), 'our key')
      expect(limiter.stats().keys).toBe(1)
      expect(limiter.stats(`theirs ${round}`)).toBe(undefined)
    }
  })

  it('asks a quota function again for a key that comes back', () => {
    let asked = 0
    const limiter = new KeyedRateLimiter({
      limit: () => {
        asked++
        return { limit: 1000, interval: 1 }
      },
      maxKeys: 1,
    })
    grant(limiter, 'a')
    later(10, () => grant(limiter, 'b'))
    later(20, () => grant(limiter, 'a'))
    expect(asked).toBe(3)
    expect(attach(limiter.handle)).toBe(limiter)
  })
})
