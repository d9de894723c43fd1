import { Worker } from 'node:worker_threads'
import { millrace } from '../kill/library.ts'
import { within } from '../support/deadline.ts'

export type Way = 'try' | 'sync' | 'async' | 'busy'

/** Threads that ask one limiter for grants, all in the same way or each in its own. */
export interface Load {
  readonly limit: number
  /** In ms. */
  readonly interval: number
  readonly burst?: number
  readonly ways: readonly Way[]
  /** Asynchronous calls of a thread at once. Default 4. */
  readonly callers?: number
  /** The threads ask so long, in ms; or until they have asked so often. */
  readonly ms?: number
  readonly calls?: number
  /** Threads of the way 'busy' make so many calls, and are then busy so long, in ms. */
  readonly busyCalls?: number
  readonly busyMs?: number
}

export interface Measured {
  /** The times of all grants, in ns, in order. A weight counts as so many. */
  readonly times: Float64Array
  /** Those of each thread. */
  readonly byThread: readonly Float64Array[]
  readonly asked: number
  /** Most grants in any window of one interval, both ends included. */
  readonly most: number
  /** Grants between the first and the last one, as a share of those that the limit allows. */
  readonly achieved: number
  readonly granted: number
  /** When the threads of the way 'busy' were busy, in ns. */
  readonly busy: readonly (readonly [from: number, to: number])[]
}

interface Report {
  readonly times: Float64Array
  readonly asked: number
  readonly busy: readonly [number, number] | readonly []
}

const file = new URL('./fixtures/hammer.mjs', import.meta.url)

/** Plays a load with real threads. @throws Error if they take a minute more than they should */
export async function measure(load: Load): Promise<Measured> {
  const {
    limit,
    interval,
    burst = 1,
    ways,
    callers = 4,
    ms = 1000,
    calls,
    busyCalls = 100,
    busyMs = 0,
  } = load
  const limiter = new millrace.RateLimiter({ limit, interval, burst })
  const control = new Int32Array(new SharedArrayBuffer(4))
  const { handle } = limiter
  const common = { handle, callers, calls: calls ?? Number.POSITIVE_INFINITY, control, busyCalls, busyMs }
  const workers = ways.map((way) => new Worker(file, { workerData: { ...common, way }, execArgv: [] }))
  const next = (worker: Worker) =>
    new Promise<unknown>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  try {
    await within(Promise.all(workers.map(next)), 'the start of the threads', 60_000)
    const reports = Promise.all(workers.map(next)) as Promise<Report[]>
    Atomics.store(control, 0, 1)
    Atomics.notify(control, 0)
    if (calls === undefined) {
      await new Promise((resolve) => setTimeout(resolve, ms))
      Atomics.store(control, 0, 2)
    }
    return judged(load, await within(reports, 'the end of the threads', ms + 60_000), limiter.stats().granted)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function judged({ limit, interval }: Load, reports: readonly Report[], granted: number): Measured {
  const byThread = reports.map(({ times }) => times)
  const times = Float64Array.from(byThread.flatMap((each) => [...each])).sort()
  const asked = reports.reduce((sum, each) => sum + each.asked, 0)
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
  const achieved = times.length < 2 ? 0 : ((times.length - 1) * interval * 1e6) / (limit * span)
  const busy = reports.flatMap(({ busy }) => (busy.length === 0 ? [] : [busy]))
  return { busy, times, byThread, asked, most: mostIn(times, interval * 1e6), achieved, granted }
}

/** The most of the times, which are in order, that lie in a window of `width`. */
export function mostIn(times: Float64Array, width: number): number {
  let most = 0
  let from = 0
  for (let to = 0; to < times.length; to++) {
    while ((times[to] as number) - (times[from] as number) > width) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}
