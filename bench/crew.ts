import { Worker } from 'node:worker_threads'
import { MEMBER } from './paths.ts'
import type { Team } from './scenarios/scenario.ts'

/** One thread: what it runs (`part` of threads/`file`.mjs) and what that needs. */
export interface Job {
  readonly file: 'queue' | 'messages' | 'core' | 'api' | 'heap'
  readonly part: string
  readonly data: object
  readonly transfer?: readonly MessagePort[]
}

type MessagePort = import('node:worker_threads').MessagePort

/** What one thread put or got in a round. */
interface Tally {
  readonly put: Sums
  readonly got: Sums
  /** When its last item was received, by process.hrtime. */
  readonly end: bigint
}

interface Sums {
  count: number
  sum: number
  /** Of the items' squares, modulo 2^32: a loss and a repetition that cancel out in the sum do not here too. */
  squares: number
}

const PATIENCE = 60_000

/**
 * The threads of one contender. They stay from round to round, so that neither start-up nor warm-up is timed; each
 * round starts on a barrier.
 */
export class Crew implements Team {
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
      ({ file, part, data, transfer = [] }) =>
        new Worker(MEMBER, {
          workerData: { file, part, data, barrier: this.#barrier, parties: jobs.length },
          transferList: [...transfer],
        }),
    )
    this.#failed = new Promise((_, reject) => {
      for (const worker of this.#workers) worker.once('error', reject)
    })
    this.#failed.catch(() => {})
  }

  static async start(name: string, jobs: readonly Job[], items: number): Promise<Crew> {
    const crew = new Crew(name, jobs, items)
    await crew.#answers()
    return crew
  }

  /** One round, in ns from the barrier to the last item received. Rejects if any item was lost or came twice. */
  async round(): Promise<number> {
    const answers = this.#answers()
    for (const worker of this.#workers) worker.postMessage('round')
    const tallies = (await answers) as Tally[]
    this.#check(tallies)
    const start = new BigInt64Array(this.#barrier)[1] as bigint
    return Math.max(...tallies.map(({ end }) => Number(end - start)))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #check(tallies: readonly Tally[]): void {
    const put = total(tallies.map((tally) => tally.put))
    const got = total(tallies.map((tally) => tally.got))
    const isWhole = put.count === this.#items && got.count === this.#items
    if (isWhole && put.sum === got.sum && put.squares === got.squares) return
    throw new Error(
      `${this.#name}: items were lost or came twice: of ${this.#items}, put ${JSON.stringify(put)}, got ${JSON.stringify(got)}`,
    )
  }

  async #answers(): Promise<unknown[]> {
    const all = this.#workers.map(
      (worker) => new Promise<unknown>((resolve) => worker.once('message', resolve)),
    )
    let timer: NodeJS.Timeout | undefined
    const lapse = new Promise<never>((_, reject) => {
      const error = new Error(`${this.#name}: not all items arrived within ${PATIENCE / 1000} s`)
      timer = setTimeout(() => reject(error), PATIENCE)
    })
    try {
      return await Promise.race([Promise.all(all), this.#failed, lapse])
    } finally {
      clearTimeout(timer)
    }
  }
}

function total(parts: readonly Sums[]): Sums {
  const sums = { count: 0, sum: 0, squares: 0 }
  for (const part of parts) {
    sums.count += part.count
    sums.sum += part.sum
    sums.squares = (sums.squares + part.squares) | 0
  }
  return sums
}
