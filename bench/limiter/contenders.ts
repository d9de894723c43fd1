import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { LimitMemory } from '../../src/core/index.ts'
import type { KeyedRateLimiter, RateLimiter } from '../../src/index.ts'

export interface Contender {
  readonly name: string
  /** Runs some `ms` ms. Resolves with the ns of a call. */
  round(ms: number): number | Promise<number>
  stop?(): Promise<unknown>
}

type Library = typeof import('../../src/index.ts')
type Core = typeof import('../../src/core/index.ts')

const RARE = { limit: 1, interval: 3_600_000 }
/** A step of 1 ns: the next call is always due. */
const OFTEN = { limit: 1_000_000, interval: 1, burst: 2 ** 31 - 1 }
const KEYS = 10_000
const BATCH = 1000
const NOT_DUE = 3

/** ns of a call; `call` makes BATCH calls. @throws Error if it answers false */
function timed(ms: number, call: () => boolean): number {
  let calls = 0
  const since = performance.now()
  let now = since
  while (now < since + ms) {
    if (!call()) throw new Error('a call answered what it should not')
    calls += BATCH
    now = performance.now()
  }
  return ((now - since) * 1e6) / calls
}

/** BATCH calls of `one`, each with the answer `expected`. */
function plain(name: string, one: (index: number) => unknown, expected: unknown): Contender {
  const batch = () => {
    let right = 0
    for (let call = 0; call < BATCH; call++) if (one(call) === expected) right++
    return right === BATCH
  }
  return { name, round: (ms) => timed(ms, batch) }
}

export async function contenders(): Promise<Contender[]> {
  const dist = new URL('../../dist/src/', import.meta.url)
  const { KeyedRateLimiter, Queue, RateLimiter }: Library = await import(new URL('index.js', dist).href)
  const core: Core = await import(new URL('core/index.js', dist).href)

  const { clock }: typeof import('../../src/clock.ts') = await import(new URL('clock.js', dist).href)

  const refused = new RateLimiter(RARE)
  refused.tryAcquire()
  const granted = new RateLimiter(OFTEN)
  const keyed = new KeyedRateLimiter({ ...OFTEN, maxKeys: KEYS })
  const places = new KeyedRateLimiter({ ...OFTEN, concurrency: 1, maxKeys: KEYS })
  const names = Array.from({ length: KEYS }, (_, index) => `host-${index}.example`)
  for (const name of names) {
    keyed.tryAcquire(name)
    places.acquireSync(name).release()
  }
  const full = new Queue<number>({ maxsize: 1 })
  full.tryPut(0)

  let next = 0
  const name = () => names[next++ % KEYS] as string
  return [
    plain('core.grant, refused', bareGrant(core, refused), NOT_DUE),
    plain('the clock alone', () => clock.nanoseconds(0) > 0, true),
    plain('tryPut of a full queue', () => full.tryPut(1), false),
    plain('tryAcquire, refused', () => refused.tryAcquire(), false),
    plain('tryAcquire, granted', () => granted.tryAcquire(), true),
    { name: 'acquire, granted', round: (ms) => awaited(ms, granted) },
    plain('tryAcquire of 10,000 keys', () => keyed.tryAcquire(name()) !== false, true),
    plain('the same with places', () => place(places, name()), true),
    ...(await together('tryAcquire, refused', refused, false)),
    ...(await together('tryAcquire, granted', granted, true)),
  ]
}

function place(limiter: KeyedRateLimiter, key: string): boolean {
  const permit = limiter.tryAcquire(key)
  if (permit === false) return false
  permit.release()
  return true
}

/** The exported function of WebAssembly itself, with a fixed time. */
function bareGrant({ LimitMemory: Memory }: Core, limiter: RateLimiter): () => number {
  const { memory, geometry } = limiter.handle as unknown as LimitMemory
  const words = new Memory(memory, geometry)
  const { core } = words
  const [key, cell] = [words.keyAt(0), words.cellAt(0, 0)]
  return () => core.grant(key, 0, 0, 0, 0, cell, 1, 0, 0, 0)
}

async function awaited(ms: number, limiter: RateLimiter): Promise<number> {
  let calls = 0
  const since = performance.now()
  let now = since
  while (now < since + ms) {
    for (let call = 0; call < BATCH; call++) await limiter.acquire()
    calls += BATCH
    now = performance.now()
  }
  return ((now - since) * 1e6) / calls
}

/** Two other threads call at the same time. The ns are those of a call in its thread. */
async function together(what: string, limiter: RateLimiter, expected: boolean): Promise<Contender[]> {
  const file = new URL('../threads/limiter.mjs', import.meta.url)
  const workerData = { handle: limiter.handle, expected }
  const workers = [0, 1].map(() => new Worker(file, { workerData, execArgv: [] }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const round = async (ms: number) => {
    const go = new Int32Array(new SharedArrayBuffer(4))
    const answers = workers.map(async (worker) => {
      worker.postMessage({ ms, go })
      const [{ ns, failure }] = await once(worker, 'message')
      if (failure !== undefined) throw new Error(failure)
      return ns as number
    })
    const both = await Promise.all(answers)
    return both.reduce((sum, ns) => sum + ns, 0) / both.length
  }
  const stop = () => Promise.all(workers.map((worker) => worker.terminate()))
  return [{ name: `${what}, 2 threads`, round, stop }]
}
