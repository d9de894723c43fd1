import { describe, expect, it } from 'vitest'
import type * as Millrace from '../../src/index.ts'

const { KeyedRateLimiter, Queue, RateLimiter, Supervisor, task }: typeof Millrace = await import(
  new URL('../../dist/src/index.js', import.meta.url).href
)
const { nested, work } = await import(new URL('./fixtures/consume.mjs', import.meta.url).href)

interface Call {
  id: number
  host: string
  at: number
  threadId: number
}

interface Item {
  id: number
  host?: unknown
  dies?: boolean
  throws?: boolean
  spins?: number
  ms?: number
}

/** Consumes the items, and returns the calls. */
async function consumed(
  items: readonly Item[],
  options: object,
  queueOptions: object = {},
): Promise<{ calls: Call[]; error: unknown; letters: number }> {
  const letters = new Queue<never>()
  const queue = new Queue<Item>({
    maxsize: 4096,
    ...queueOptions,
    ...('maxDeliveries' in queueOptions ? { deadLetters: letters } : {}),
  } as never)
  const calls = new Queue<Call>({ maxsize: 4096 })
  const marks = new SharedArrayBuffer(4096)
  for (const item of items) queue.putSync(item)
  queue.shutdown()
  await using supervisor = new Supervisor()
  supervisor.consume(queue, work, { args: { calls, marks }, closes: calls, ...options } as never)
  let error: unknown
  await supervisor.join({ timeout: 30_000 }).catch((reason) => {
    error = reason
  })
  const all: Call[] = []
  for (let call = calls.size; call > 0; call--) all.push(calls.tryGet() as Call)
  return { calls: all, error, letters: letters.size }
}

const numbered = (count: number, of: (id: number) => Partial<Item> = () => ({})) =>
  Array.from({ length: count }, (_, id) => ({ id, ...of(id) }))

function most(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + ms).length))
}

describe('rateLimit of consume', () => {
  it('lets calls of all threads begin as the limiter grants them', async () => {
    const limiter = new RateLimiter({ limit: 20, interval: 200 })
    const { calls, error } = await consumed(numbered(60), { threads: 3, concurrency: 2, rateLimit: limiter })
    expect(error).toBeUndefined()
    expect(calls.map(({ id }) => id).sort((a, b) => a - b)).toEqual(numbered(60).map(({ id }) => id))
    expect(
      most(
        calls.map(({ at }) => at),
        140,
      ),
    ).toBeLessThanOrEqual(21)
    expect(limiter.stats()).toMatchObject({ granted: 60, waiting: 0 })
  })

  it('keeps items whose keys wait aside, and calls with others meanwhile', async () => {
    const limiter = new KeyedRateLimiter({ limit: 4, interval: 200 })
    const items = numbered(48, (id) => ({ host: id < 8 ? 'slow' : `fast ${id}` }))
    const { calls, error } = await consumed(items, { threads: 1, rateLimit: limiter, key: 'host' })
    expect(error).toBeUndefined()
    expect(calls).toHaveLength(48)
    const hosts = calls.map(({ host }) => host)
    // The 40 of other keys come before the last of the eight that must wait.
    expect(hosts.lastIndexOf('slow')).toBe(47)
    expect(
      most(
        calls.filter(({ host }) => host === 'slow').map(({ at }) => at),
        140,
      ),
    ).toBeLessThanOrEqual(5)
  })

  it('takes an item that is a string as its own key', async () => {
    const limiter = new KeyedRateLimiter({ limit: 100, interval: 100, burst: 10 })
    const queue = new Queue<string>()
    for (const host of ['a', 'b', 'a']) queue.putSync(host)
    queue.shutdown()
    const calls = new Queue<Call>()
    await using supervisor = new Supervisor()
    supervisor.consume(queue, work as never, { args: { calls }, rateLimit: limiter } as never)
    await supervisor.join({ timeout: 20_000 })
    expect(limiter.stats('a')).toMatchObject({ granted: 2 })
  })

  it('grants retries, and does not count the wait as run time', async () => {
    const limiter = new RateLimiter({ limit: 5, interval: 500 })
    const items = numbered(8, (id) => ({ throws: id === 3 }))
    const options = { threads: 1, rateLimit: limiter, retries: 2, timeout: 400 }
    const { calls, error, letters } = await consumed(items, options, { maxDeliveries: 10 })
    expect(error).toBeUndefined()
    expect(calls).toHaveLength(10)
    expect(letters).toBe(1)
    expect(limiter.stats().granted).toBe(10)
    expect(
      most(
        calls.map(({ at }) => at),
        440,
      ),
    ).toBeLessThanOrEqual(6)
  })

  it('gives places back when a thread dies in a call, and the items that waited in it', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1000, interval: 1000, burst: 100, concurrency: 1 })
    const items = numbered(30, (id) => ({ host: `host ${id % 3}`, dies: id % 10 === 4, ms: 2 }))
    const { calls, error } = await consumed(items, {
      threads: 2,
      concurrency: 3,
      rateLimit: limiter,
      key: 'host',
    })
    expect(error).toBeUndefined()
    expect(new Set(calls.map(({ id }) => id)).size).toBe(30)
    for (const host of ['host 0', 'host 1', 'host 2']) {
      expect(limiter.stats(host)).toMatchObject({ held: 0, waiting: 0 })
    }
  })

  it.each([1, 4])(
    'charges no death to items that wait for their key (%i calls at once)',
    async (concurrency) => {
      const limiter = new KeyedRateLimiter({ limit: 20, interval: 1000, burst: 1 })
      const items = numbered(30, (id) => ({
        host: id < 10 ? 'slow' : `host ${id}`,
        dies: id === 15 || id === 20,
      }))
      const options = { threads: 1, concurrency, rateLimit: limiter, key: 'host' }
      const { calls, error, letters } = await consumed(items, options, { maxDeliveries: 2 })
      expect(error).toBeUndefined()
      expect(letters).toBe(0)
      expect(new Set(calls.map(({ id }) => id)).size).toBe(30)
      // None of those of the slow key has run twice: they were not begun when the thread died.
      if (concurrency === 1) expect(calls.filter(({ host }) => host === 'slow')).toHaveLength(10)
    },
  )

  it('fails the group by the error of a call, with others waiting for their keys', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1, interval: 60_000 })
    const items = numbered(20, (id) => ({ host: id < 10 ? 'one' : `host ${id}`, throws: id === 15 }))
    const { error } = await consumed(items, { threads: 1, rateLimit: limiter, key: 'host' })
    expect(String((error as Error).cause)).toMatch(/item 15/)
    expect(limiter.stats().waiting).toBe(0)
  })

  it('fails an item that has no key, as a call that throws', async () => {
    const limiter = new KeyedRateLimiter({ limit: 100, interval: 100, burst: 50 })
    const items = numbered(10, (id) => ({ host: id === 5 ? 7 : 'one' }))
    const { calls, error, letters } = await consumed(
      items,
      { threads: 1, rateLimit: limiter, key: 'host' },
      { maxDeliveries: 1 },
    )
    expect(error).toBeUndefined()
    expect(calls).toHaveLength(9)
    expect(letters).toBe(1)
  })

  it('ends at once when asked to stop while its items wait, and gives them back', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1, interval: 600_000 })
    const queue = new Queue<Item>()
    for (const item of numbered(5, () => ({ host: 'one' }))) queue.putSync(item)
    const calls = new Queue<Call>()
    const supervisor = new Supervisor()
    supervisor.consume(queue, work, {
      threads: 1,
      args: { calls, marks: new SharedArrayBuffer(8) },
      rateLimit: limiter,
      key: 'host',
    } as never)
    expect(await calls.get({ timeout: 20_000 })).toMatchObject({ id: 0 })
    await supervisor.close()
    expect(queue.size).toBe(4)
    expect(limiter.stats().waiting).toBe(0)
    queue.shutdown({ immediate: true })
  })

  it('lets a call ask the same limiter for more', async () => {
    const limiter = new KeyedRateLimiter({ limit: 1000, interval: 1000 })
    const queue = new Queue<Item>()
    const calls = new Queue<number>()
    for (const item of numbered(20, () => ({ host: 'one' }))) queue.putSync(item)
    queue.shutdown()
    await using supervisor = new Supervisor()
    supervisor.consume(queue, nested, {
      threads: 2,
      args: { calls, limiter },
      rateLimit: limiter,
      key: 'host',
    } as never)
    await supervisor.join({ timeout: 20_000 })
    expect(calls.size).toBe(20)
    expect(limiter.stats('one')).toMatchObject({ granted: 40, held: 0 })
  })

  it('is passed over by other threads while a call keeps its thread busy', async () => {
    const limiter = new RateLimiter({ limit: 100, interval: 1000 })
    const items = numbered(40, (id) => ({ spins: id === 0 ? 1500 : 0 }))
    const { calls, error } = await consumed(items, { threads: 2, rateLimit: limiter })
    expect(error).toBeUndefined()
    const first = calls.find(({ id }) => id === 0) as Call
    const during = calls.filter(({ id, at }) => id !== 0 && at < first.at + 1500)
    expect(during.length).toBeGreaterThan(20)
  })

  it('replaces threads between items', async () => {
    const limiter = new RateLimiter({ limit: 1000, interval: 1000, burst: 5 })
    const { calls, error } = await consumed(numbered(12), {
      threads: 1,
      recycle: { items: 5 },
      rateLimit: limiter,
    })
    expect(error).toBeUndefined()
    expect(calls).toHaveLength(12)
    expect(new Set(calls.map(({ threadId }) => threadId)).size).toBe(3)
  })

  it('is refused for produce and spawn, and in a function as key', () => {
    const supervisor = new Supervisor()
    const limiter = new KeyedRateLimiter({ limit: 1, interval: 1 })
    const queue = new Queue<Item>()
    const spawned = task(new URL('./fixtures/consume.mjs', import.meta.url), 'work', { rateLimit: limiter })
    expect(() => supervisor.spawn(spawned as never)).toThrow(
      'task.rateLimit must be absent: it is for `consume`',
    )
    expect(() => supervisor.consume(queue, work, { rateLimit: limiter, key: () => '' } as never)).toThrow(
      'options.key must be the name of a property of the items: a function cannot go to threads',
    )
  })
})
