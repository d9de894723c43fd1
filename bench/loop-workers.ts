import { Worker } from 'node:worker_threads'
import { WORKER } from './paths.ts'
import type { WorkerSet } from './scenarios/scenario.ts'

/** One thread: it runs the function `role` of threads/`file`.mjs with `data`. */
export interface Job {
  readonly file: 'queue' | 'messages' | 'core' | 'api' | 'heap' | 'sizes' | 'latency' | 'ring'
  readonly role: string
  readonly data: object
  readonly transfer?: readonly MessagePort[]
}

type MessagePort = import('node:worker_threads').MessagePort

/** Items that one thread put and got in a round. */
export interface Totals {
  readonly put: Sums
  readonly got: Sums
  /** Time in ns at which it received its last item, by process.hrtime. */
  readonly end: bigint
  /** The value of its round, where that is no time of the whole round. */
  readonly value?: number
}

interface Sums {
  count: number
  sum: number
  /**
   * Sum of the squares, modulo 2^32: a loss and a repetition that cancel out in the sum do not cancel out
   * here.
   */
  squares: number
}

const ROUND_DEADLINE_MS = 60_000
/** 64 threads need some seconds on two cores, and far more where other work takes these. */
const START_DEADLINE_MS = 300_000

/**
 * The threads of one contender, each with a loop. They live from the first round to the last, so that their
 * start is not timed. Each round starts on a barrier.
 */
export class LoopWorkers implements WorkerSet {
  readonly #workers: Worker[]
  readonly #barrier: SharedArrayBuffer
  readonly #items: number
  readonly #name: string
  readonly #failed: Promise<never>

  private constructor(name: string, jobs: readonly Job[], items: number) {
    this.#name = name
    this.#items = items
    this.#barrier = new SharedArrayBuffer(16)
    this.#workers = jobs.map(
      ({ file, role, data, transfer = [] }) =>
        new Worker(WORKER, {
          workerData: { file, role, data, barrier: this.#barrier, parties: jobs.length },
          transferList: [...transfer],
          // The loader of TypeScript, which the main thread has, would take most of the time of a start.
          execArgv: [],
        }),
    )
    this.#failed = new Promise((_, reject) => {
      for (const worker of this.#workers) worker.once('error', reject)
    })
    this.#failed.catch(() => {})
  }

  static async start(name: string, jobs: readonly Job[], items: number): Promise<LoopWorkers> {
    const workers = new LoopWorkers(name, jobs, items)
    try {
      await workers.#answers(START_DEADLINE_MS, 'not all threads were ready')
    } catch (error) {
      await workers.stop()
      throw error
    }
    return workers
  }

  /** `own`: the part of the calling thread in the round, if it has one; it does not wait on the barrier. */
  async round(own?: () => Promise<Totals>): Promise<number> {
    const answers = this.#answers(ROUND_DEADLINE_MS, 'not all items arrived')
    for (const worker of this.#workers) worker.postMessage('round')
    const [all, ...mine] = await Promise.all([answers, ...(own === undefined ? [] : [own()])])
    const totals = [...(all as Totals[]), ...mine]
    this.#check(totals)
    const valued = totals.find(({ value }) => value !== undefined)
    if (valued?.value !== undefined) return valued.value
    const start = new BigInt64Array(this.#barrier)[1] as bigint
    return Math.max(...totals.map(({ end }) => Number(end - start)))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #check(totals: readonly Totals[]): void {
    const put = sumOf(totals.map((each) => each.put))
    const got = sumOf(totals.map((each) => each.got))
    const isWhole = put.count === this.#items && got.count === this.#items
    if (isWhole && put.sum === got.sum && put.squares === got.squares) return
    throw new Error(
      `${this.#name}: items were lost or came twice: of ${this.#items}, put ${JSON.stringify(put)}, got ${JSON.stringify(got)}`,
    )
  }

  async #answers(deadlineMs: number, failure: string): Promise<unknown[]> {
    const all = this.#workers.map(
      (worker) => new Promise<unknown>((resolve) => worker.once('message', resolve)),
    )
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<never>((_, reject) => {
      const error = new Error(`${this.#name}: ${failure} within ${deadlineMs / 1000} s`)
      timer = setTimeout(() => reject(error), deadlineMs)
    })
    try {
      return await Promise.race([Promise.all(all), this.#failed, deadline])
    } finally {
      clearTimeout(timer)
    }
  }
}

function sumOf(parts: readonly Sums[]): Sums {
  const sums = { count: 0, sum: 0, squares: 0 }
  for (const part of parts) {
    sums.count += part.count
    sums.sum += part.sum
    sums.squares = (sums.squares + part.squares) | 0
  }
  return sums
}
