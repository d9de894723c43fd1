import { describe, expect, it } from 'vitest'
import { clock } from '../../src/clock.ts'
import { LimitMemory } from '../../src/core/index.ts'
import { TICKETS } from '../../src/core/limits/offsets.ts'
import { attach, KeyedRateLimiter, RateLimiter } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { Gate, idOf, user, waiting } from './users.ts'

/** One grant in an hour: a second call waits for long. */
const RARE = { limit: 1, interval: 3_600_000 }
const QUICK = { limit: 200, interval: 1000 }

function used(options = RARE): RateLimiter {
  const limiter = new RateLimiter(options)
  limiter.tryAcquire()
  return limiter
}

describe('acquire', () => {
  it('resolves at once if it is due, and later if not', async () => {
    const limiter = new RateLimiter(QUICK)
    expect(await within(limiter.acquire(), 'a grant')).toBe(undefined)
    await within(limiter.acquire(), 'a second grant')
    expect(limiter.stats()).toMatchObject({ granted: 2, waiting: 0, refused: 0 })
  })

  it('serves the calls of a thread in the order in which they came, whatever their weights', async () => {
    const limiter = used(QUICK)
    const order: number[] = []
    const weights = [5, 1, 3, 1, 1]
    const calls = weights.map((weight, index) => limiter.acquire({ weight }).then(() => order.push(index)))
    expect(limiter.stats().waiting).toBe(5)
    await within(Promise.all(calls), 'five grants')
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(limiter.stats()).toMatchObject({ granted: 12, waiting: 0 })
  })

  it('serves calls of several threads in the order in which they came', async () => {
    const limiter = used({ limit: 10, interval: 1000 })
    const [a, b] = [await user(limiter), await user(limiter)]
    const order: string[] = []
    const calls: Promise<unknown>[] = []
    for (const [index, name] of ['a', 'b', 'main', 'b2', 'a2'].entries()) {
      const call = name === 'main' ? limiter.acquire() : (name[0] === 'a' ? a : b).call(limiter, 'acquire')
      calls.push(call.then(() => order.push(name)))
      await until(() => {
        const { waiting, granted } = limiter.stats()
        return waiting + granted === index + 2
      }, `call ${index} waits`)
    }
    await within(Promise.all(calls), 'five grants')
    expect(order.filter((name) => name.startsWith('a'))).toEqual(['a', 'a2'])
    expect(limiter.stats()).toMatchObject({ granted: 6, waiting: 0 })
  })

  it('waits at most `timeout`: a WaitTimeoutError that names the limiter', async () => {
    const limiter = new RateLimiter({ ...RARE, name: 'pages' })
    limiter.tryAcquire()
    for (const timeout of [0, 5]) {
      await expect(limiter.acquire({ timeout })).rejects.toMatchObject({
        name: 'WaitTimeoutError',
        code: 'ERR_WAIT_TIMEOUT',
        message: `limiter 'pages' granted nothing within ${timeout} ms`,
      })
    }
    expect(limiter.stats()).toMatchObject({ granted: 1, refused: 2, waiting: 0 })
  })

  it('grants at once with timeout 0, and with a signal that is not aborted', async () => {
    const limiter = new RateLimiter({ ...RARE, burst: 3 })
    await limiter.acquire({ timeout: 0, weight: 1 })
    await limiter.acquire({ signal: new AbortController().signal })
    expect(limiter.stats()).toMatchObject({ granted: 2, refused: 0 })
  })

  it('with an aborted signal rejects with its reason, and takes nothing', async () => {
    const limiter = new RateLimiter(RARE)
    const signal = AbortSignal.abort(new Error('over'))
    await expect(limiter.acquire({ signal })).rejects.toMatchObject({
      name: 'AbortError',
      cause: { message: 'over' },
    })
    expect(limiter.stats()).toMatchObject({ granted: 0, waiting: 0 })
    expect(limiter.tryAcquire()).toBe(true)
  })

  it('lets one call be aborted among many, and serves the others in their order', async () => {
    const limiter = used({ limit: 100, interval: 1000 })
    const controllers = Array.from({ length: 6 }, () => new AbortController())
    const order: number[] = []
    const calls = controllers.map(({ signal }, index) =>
      limiter.acquire({ signal }).then(
        () => order.push(index),
        (error) => order.push(error.name === 'AbortError' ? -index : Number.NaN),
      ),
    )
    controllers[3]?.abort()
    controllers[5]?.abort()
    await within(Promise.all(calls), 'all calls settle')
    expect(order.filter((index) => index > 0 || Object.is(index, 0))).toEqual([0, 1, 2, 4])
    expect(order.filter((index) => index < 0).sort()).toEqual([-3, -5])
    expect(limiter.stats()).toMatchObject({ granted: 5, waiting: 0 })
  })

  it('gives the turn back when a call is aborted: abandoned waits take nothing', async () => {
    const limiter = used()
    const controllers = [new AbortController(), new AbortController()]
    const abandoned = Array.from({ length: 1000 }, (_, index) =>
      limiter.acquire({ signal: controllers[index === 0 ? 1 : 0]?.signal }),
    )
    const last = limiter.acquire()
    expect(limiter.stats().waiting).toBe(1001)
    controllers[0]?.abort()
    expect(limiter.stats()).toMatchObject({ granted: 1, waiting: 2 })
    // An hour later the first one that was not abandoned is granted.
    const { nanoseconds } = clock
    clock.nanoseconds = (base) => nanoseconds(base) + 3600e9
    try {
      controllers[1]?.abort()
      const ends = await Promise.allSettled(abandoned)
      expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
      await within(last, 'the call behind them')
      expect(limiter.stats()).toMatchObject({ granted: 2, waiting: 0 })
      expect(limiter.tryAcquire()).toBe(false)
    } finally {
      clock.nanoseconds = nanoseconds
    }
  })

  it('gives the turn of an aborted or lapsed call to another thread', async () => {
    const limiter = used({ limit: 600, interval: 60_000 })
    const [first, second] = [await user(limiter), await user(limiter)]
    // Alone the second one would wait for 100 ms, and the first one for a minute, beyond all deadlines.
    const heavy = first.callWithSignal(limiter, 'heavy', 'acquire', { weight: 600 })
    await waiting(limiter, 1)
    const light = second.call(limiter, 'acquire')
    await waiting(limiter, 2)
    await first.ask('abort', 'heavy')
    await expect(heavy).rejects.toMatchObject({ name: 'AbortError', cause: { message: 'aborted heavy' } })
    await light
    // Its thread is busy, so it does not lapse before the other one waits behind it.
    const gate = new Gate()
    const lapsing = first.callAndBlock(limiter, gate, 'acquire', { weight: 600, timeout: 20 })
    await gate.reached(1)
    const next = second.call(limiter, 'acquireSync', { timeout: 15_000 })
    await waiting(limiter, 2)
    gate.open()
    await expect(lapsing).rejects.toMatchObject({ code: 'ERR_WAIT_TIMEOUT' })
    await next
    expect(limiter.stats()).toMatchObject({ granted: 3, waiting: 0, refused: 1 })
  })

  it('does not starve a heavy call: light ones that came later wait for it', async () => {
    const limiter = used({ limit: 50, interval: 1000 })
    const [other] = [await user(limiter)]
    let before = 0
    const heavy = limiter.acquire({ weight: 10 })
    const light = Array.from({ length: 5 }, () =>
      limiter.acquire().then(() => {
        before++
      }),
    )
    const hammering = other.ask('tryUntilGranted', idOf(limiter))
    await within(heavy, 'the heavy call')
    expect(before).toBe(0)
    await within(Promise.all(light), 'the light calls')
    await hammering
    expect(limiter.stats().granted).toBe(1 + 10 + 5 + 1)
  })

  it('holds 20,000 calls that wait, in flat time each, and detaching rejects them all', async () => {
    const limiter = used()
    const calls = Array.from({ length: 20_000 }, () => limiter.acquire())
    expect(limiter.stats().waiting).toBe(20_000)
    limiter[Symbol.dispose]()
    const ends = await within(Promise.allSettled(calls), 'all settle')
    expect(new Set(ends.map((end) => end.status === 'rejected' && end.reason.code))).toEqual(
      new Set(['ERR_DETACHED']),
    )
  })

  it('waits on when a penalty comes meanwhile', async () => {
    const limiter = used({ limit: 4, interval: 1000 })
    const call = limiter.acquire()
    limiter.penalize(400)
    const since = performance.now()
    await within(call, 'the grant after the penalty')
    // Timers may be early by one ms against the clock of this test; a grant never is against its own.
    expect(performance.now() - since).toBeGreaterThan(395)
  })
})

describe('acquireSync', () => {
  it('blocks a thread until it is granted', async () => {
    const limiter = used(QUICK)
    const other = await user(limiter)
    for (let calls = 0; calls < 5; calls++) await other.call(limiter, 'acquireSync')
    expect(limiter.stats()).toMatchObject({ granted: 6, waiting: 0 })
  })

  it('lapses after its timeout, and leaves the line', async () => {
    const limiter = used()
    const other = await user(limiter)
    for (const timeout of [0, 20])
      await expect(other.call(limiter, 'acquireSync', { timeout })).rejects.toMatchObject({
        code: 'ERR_WAIT_TIMEOUT',
      })
    expect(limiter.stats()).toMatchObject({ granted: 1, refused: 2, waiting: 0 })
  })

  it('on the main thread throws where it would wait, and grants where it need not', async () => {
    const limiter = new RateLimiter(RARE)
    // This file runs in a child process, on its main thread.
    limiter.acquireSync()
    expect(() => limiter.acquireSync()).toThrow(
      expect.objectContaining({ name: 'BlockingMainThreadError', code: 'ERR_BLOCKING_MAIN_THREAD' }),
    )
    expect(() => limiter.acquireSync({ timeout: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_WAIT_TIMEOUT' }),
    )
    expect(limiter.stats().waiting).toBe(0)
  })

  it('is served though calls of its own thread wait asynchronously, which go on after it', async () => {
    const limiter = used({ limit: 50, interval: 1000 })
    const other = await user(limiter)
    limiter.penalize(1000)
    const later = Array.from({ length: 3 }, () => other.call(limiter, 'acquire'))
    await waiting(limiter, 3)
    await other.call(limiter, 'acquireSync')
    await Promise.all(later)
    expect(limiter.stats()).toMatchObject({ granted: 5, waiting: 0 })
  })
})

describe('a limiter that a thread leaves', () => {
  const detached = { name: 'DetachedError', code: 'ERR_DETACHED' }

  it('rejects each later call, and attach gives a new object', async () => {
    const limiter = new RateLimiter(RARE)
    const other = await user(limiter)
    limiter[Symbol.dispose]()
    limiter[Symbol.dispose]()
    await expect(limiter.acquire()).rejects.toMatchObject(detached)
    for (const call of [() => limiter.tryAcquire(), () => limiter.acquireSync(), () => limiter.penalize(1)])
      expect(call).toThrow(expect.objectContaining(detached))
    const again = attach(limiter.handle)
    expect(again).not.toBe(limiter)
    expect(attach(limiter.handle)).toBe(again)
    expect(await other.call(again, 'tryAcquire')).toBe(true)
    expect(again.tryAcquire()).toBe(false)
  })

  it('rejects waits of this thread only, and wakes the threads behind them', async () => {
    const limiter = used({ limit: 600, interval: 60_000 })
    const other = await user(limiter)
    const mine = limiter.acquire({ weight: 600 })
    mine.catch(() => {})
    await waiting(limiter, 1)
    const theirs = other.call(limiter, 'acquire')
    await waiting(limiter, 2)
    limiter[Symbol.dispose]()
    await expect(mine).rejects.toMatchObject(detached)
    await theirs
  })

  it('gives the places of this thread back', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1000, interval: 1, concurrency: 1 })
    const other = await user(limiter)
    const permit = limiter.tryAcquire('a')
    const theirs = other.call(limiter, 'acquire', 'a')
    await waiting(limiter, 1, 'a')
    limiter[Symbol.dispose]()
    await theirs
    // The place is another thread's by now.
    if (permit) permit.release()
    expect(attach(limiter.handle).stats('a')).toMatchObject({ held: 1 })
    expect(() => limiter.tryAcquire('a')).toThrow(expect.objectContaining(detached))
  })
})

describe('tickets', () => {
  it('wrap, and the order stays', async () => {
    const limiter = used({ limit: 100, interval: 1000 })
    const { memory, geometry } = limiter.handle as never as {
      memory: WebAssembly.Memory
      geometry: { maxThreads: number; maxKeys: number }
    }
    const { words } = new LimitMemory(memory, geometry)
    const [a, b] = [await user(limiter), await user(limiter)]
    for (const start of [2 ** 31 - 4, -4]) {
      Atomics.store(words, TICKETS >> 2, start)
      const order: number[] = []
      limiter.penalize(1000)
      const hold = limiter.acquire({ weight: 5 })
      await waiting(limiter, 1)
      const calls: Promise<unknown>[] = []
      for (const [index, one] of [a, b].entries()) {
        calls.push(one.call(limiter, 'acquire', { weight: 5 }).then(() => order.push(index)))
        await waiting(limiter, index + 2)
      }
      await within(hold, 'the heavy call')
      await Promise.all(calls)
      expect(order.length).toBe(2)
      expect(limiter.stats().waiting).toBe(0)
    }
  })
})

describe('a hundred calls of a thread that is busy', () => {
  it('do not burst when it runs again', async () => {
    const limiter = used({ limit: 200, interval: 1000 })
    const busy = await user(limiter)
    const gate = new Gate()
    const calls = busy.ask('beginAndBlock', idOf(limiter), undefined, 100, gate.words)
    await gate.reached(1)
    // The budget of 40 grants that go to others meanwhile.
    for (let calls = 0; calls < 40; calls++) await within(limiter.acquire(), 'a grant of this thread')
    const { granted } = limiter.stats()
    gate.open()
    await until(() => limiter.stats().granted > granted, 'the first grant of the busy thread')
    const times: number[] = await calls
    expect(times).toHaveLength(100)
    // 100 grants need 99 steps of 5 ms less one, whatever the load of the machine.
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(98 * 5 - 10)
    expect(limiter.stats()).toMatchObject({ granted: 141, waiting: 0 })
  })
})
