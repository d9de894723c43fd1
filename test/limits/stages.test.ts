import { describe, expect, it } from 'vitest'
import type * as Millrace from '../../src/index.ts'

const { KeyedRateLimiter, parallelMap, pipeline, RateLimiter }: typeof Millrace = await import(
  new URL('../../dist/src/index.js', import.meta.url).href
)
const { asks, began, failing, quotaOf, spread } = await import(
  new URL('./fixtures/limited.mjs', import.meta.url).href
)

interface Call {
  at: number
  until: number
  host: string
  id: number
  threadId: number
}

function items(hosts: readonly string[], each: number, ms = 0) {
  const all: { host: string; id: number; ms: number }[] = []
  for (let id = 0; id < each; id++) for (const host of hosts) all.push({ host, id: all.length, ms })
  return all
}

async function settled<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

/** The most of `times` in any window of `ms`. */
function most(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + ms).length))
}

/** The most calls under way at once. */
function overlap(calls: readonly Call[]): number {
  return Math.max(
    ...calls.map(({ at }) => calls.filter((other) => other.at <= at && at < other.until).length),
  )
}

// The grant comes right before the call; on a busy machine the call may begin some ms later, so half of the
// interval is looked at.
const SLACK_MS = 100

describe('rateLimit of a stage on threads', () => {
  it('lets calls begin as the limiter grants them, in all threads together', async () => {
    const limiter = new RateLimiter({ limit: 20, interval: 200, burst: 2 })
    const calls = (await parallelMap(items(['a'], 80), began, {
      threads: 2,
      concurrency: 2,
      rateLimit: limiter,
    }).toArray()) as Call[]
    expect(calls.map(({ id }) => id)).toEqual(Array.from({ length: 80 }, (_, id) => id))
    expect(
      most(
        calls.map(({ at }) => at),
        200 - SLACK_MS,
      ),
    ).toBeLessThanOrEqual(22)
    expect(limiter.stats().granted).toBe(80)
    expect(limiter.stats().waiting).toBe(0)
  })

  it('lets items of other keys go on while those of one wait, and holds places for each', async () => {
    const limiter = new KeyedRateLimiter({
      limit: (key) =>
        key === 'slow'
          ? { limit: 5, interval: 500 }
          : { limit: 1000, interval: 1000, concurrency: 2, burst: 50 },
    })
    const slow = items(['slow'], 6)
    const fast = items(['fast'], 30, 5).map((item) => ({ ...item, id: item.id + 100 }))
    const calls = (await parallelMap([...slow, ...fast], began, {
      threads: 2,
      concurrency: 4,
      ordered: false,
      rateLimit: limiter,
      key: 'host',
    }).toArray()) as Call[]
    expect(calls).toHaveLength(36)
    const of = (host: string) => calls.filter((call) => call.host === host)
    const lastSlow = Math.max(...of('slow').map(({ at }) => at))
    expect(Math.max(...of('fast').map(({ at }) => at))).toBeLessThan(lastSlow)
    expect(overlap(of('fast'))).toBeLessThanOrEqual(2)
    expect(limiter.stats('fast')).toMatchObject({ held: 0, waiting: 0, granted: 30 })
  })

  it('grants each call of a retry', async () => {
    const limiter = new RateLimiter({ limit: 10, interval: 200 })
    const words = new SharedArrayBuffer(4 * 20)
    const times = new SharedArrayBuffer(8 * 100)
    const done = await parallelMap(
      [0, 1, 2, 3].map((id) => ({ id, fails: 3 })),
      failing,
      {
        threads: 2,
        retries: 3,
        rateLimit: limiter,
        args: { words, times },
      },
    ).toArray()
    expect(done).toEqual([0, 1, 2, 3])
    const calls = new Int32Array(words)[0] as number
    expect(calls).toBe(16)
    expect(limiter.stats().granted).toBe(16)
    expect(most([...new Float64Array(times)].slice(0, calls), 200 - SLACK_MS)).toBeLessThanOrEqual(11)
  })

  it('takes a function of the item as key', async () => {
    const limiter = new KeyedRateLimiter({ limit: 500, interval: 1000, burst: 100 })
    const run = parallelMap(items(['a', 'b'], 10), began, {
      threads: 1,
      rateLimit: limiter,
      key: (item: { host: string }) => `https://${item.host}`,
    })
    expect(await run.toArray()).toHaveLength(20)
    expect(limiter.stats('https://a')).toMatchObject({ granted: 10 })
    expect(limiter.stats().keys).toBe(2)
  })

  it('fails the run where an item has no key', async () => {
    const limiter = new KeyedRateLimiter({ limit: 5, interval: 1000 })
    const run = parallelMap([{ host: 5 }], began, { rateLimit: limiter, key: 'host' })
    await expect(run.toArray()).rejects.toThrow('item.host must be a string; received number 5')
  })
})

describe('a quota function', () => {
  it('given to `threaded` is asked in other threads too', async () => {
    const limiter = new KeyedRateLimiter({ limit: quotaOf })
    const [slow, fast] = await parallelMap(['slow', 'fast'], asks, {
      threads: 1,
      args: { limiter },
    }).toArray()
    expect(slow).toMatchObject({ granted: 1, held: 0 })
    expect(fast).toMatchObject({ granted: 1, held: 0 })
    expect(limiter.stats().keys).toBe(2)
  })

  it('that is no such function is unknown elsewhere, but for keys that its thread has used', async () => {
    const limiter = new KeyedRateLimiter({ limit: () => ({ limit: 100, interval: 1000, burst: 10 }) })
    limiter.tryAcquire('known')
    const [known, other] = await settled(
      parallelMap(['known', 'other'], asks, { threads: 1, args: { limiter } }).settled(),
    )
    expect(known).toMatchObject({ value: { granted: 2 } })
    expect(String((other as { error: Error }).error.cause)).toContain(
      'key must be one that the thread which made the limiter has used',
    )
  })

  it('that answers with a wrong quota fails the call, by name', async () => {
    const limiter = new KeyedRateLimiter({ limit: quotaOf })
    expect(() => limiter.tryAcquire('bad')).toThrow(
      "options.limit: its result for 'bad'.limit must be an integer from 1 to 2147483647; received number 0",
    )
  })
})

describe('rateLimit of a plain function', () => {
  it('lets calls begin as the limiter grants them, retries too', async () => {
    const limiter = new RateLimiter({ limit: 10, interval: 100 })
    const at: number[] = []
    let left = 5
    const fn = (item: number) => {
      at.push(performance.now())
      if (item === 3 && left-- > 0) throw new Error('again')
      return item
    }
    expect(
      await pipeline([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).map(fn, { rateLimit: limiter, retries: 5 }).toArray(),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(at).toHaveLength(15)
    expect(limiter.stats().granted).toBe(15)
    expect(most(at, 50)).toBeLessThanOrEqual(11)
  })

  it('lets items of other keys go on', async () => {
    const limiter = new KeyedRateLimiter({
      limit: (key) => ({ limit: key === 'slow' ? 2 : 1000, interval: 200, burst: 20 }),
    })
    const order: string[] = []
    const fn = async (item: string) => void order.push(item)
    const source = [...Array(24).fill('slow'), ...Array(24).fill('fast')]
    await pipeline(source).map(fn, { rateLimit: limiter, ordered: false, concurrency: 2 }).toArray()
    expect(order).toHaveLength(48)
    expect(order.lastIndexOf('fast')).toBeLessThan(order.lastIndexOf('slow'))
  })
})

describe('rateLimit of flatMap in order', () => {
  const hosts = ['slow', 'slow', 'a', 'b', 'slow', ...Array(20).fill('a')] as string[]
  const some = hosts.map((host, id) => ({ host, id }))
  const limits = () =>
    new KeyedRateLimiter({ limit: (key) => ({ limit: key === 'slow' ? 10 : 1000, interval: 500, burst: 1 }) })
  const all = some.flatMap(({ id }) => [`${id}.0`, `${id}.1`, `${id}.2`])
  const options = (concurrency: number) => ({ concurrency, rateLimit: limits(), key: 'host', window: 16 })

  // Outputs that wait for the turn of an item fill the window, and all lanes, while its key waits.
  it.each([1, 3])('ends on threads with %i lanes each', async (concurrency) => {
    const run = pipeline(some).flatMap(spread, { threads: 1, ...options(concurrency) } as never)
    expect(await run.toArray()).toEqual(all)
  })

  it.each([1, 3])(
    'ends as a plain function with %i lanes, items that fail at first too',
    async (concurrency) => {
      const failed = new Set<number>()
      const fn = function* ({ id }: { id: number }) {
        if (id % 4 === 0 && !failed.has(id)) {
          failed.add(id)
          throw new Error('again')
        }
        for (let part = 0; part < 3; part++) yield `${id}.${part}`
      }
      const run = pipeline(some).flatMap(fn, { retries: 1, backoff: 20, ...options(concurrency) })
      expect(await run.toArray()).toEqual(all)
    },
  )
})

describe('the options rateLimit and key', () => {
  const limiter = new RateLimiter({ limit: 1, interval: 1 })
  const keyed = new KeyedRateLimiter({ limit: 1, interval: 1 })
  it.each([
    [{ rateLimit: 5 }, 'options.rateLimit must be a RateLimiter or a KeyedRateLimiter; received number 5'],
    [{ key: 'host' }, "options.key must be absent without rateLimit; received string 'host'"],
    [{ rateLimit: limiter, key: 'host' }, 'options.key must be absent with a RateLimiter, which has no keys'],
    [{ rateLimit: keyed, key: 5 }, 'options.key must be the name of a property of the items, or a function'],
  ])('refuse %o', (options, message) => {
    expect(() => parallelMap([], began, options as never)).toThrow(message)
  })
})
