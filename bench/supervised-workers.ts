import type { Queue, Supervisor } from '../src/index.ts'
import { DIST } from './paths.ts'
import type { WorkerSet } from './scenarios/scenario.ts'

/** A producer and a consumer that a supervisor runs, with one queue for all rounds. */
export class SupervisedWorkers implements WorkerSet {
  readonly #supervisor: Supervisor
  readonly #items: number
  readonly #words = new Int32Array(new SharedArrayBuffer(8))
  readonly #times = new BigInt64Array(new SharedArrayBuffer(16))
  readonly #sums = new Float64Array(new SharedArrayBuffer(48))
  readonly #failed: Promise<never>

  private constructor(supervisor: Supervisor, queue: Queue<number>, items: number) {
    this.#supervisor = supervisor
    this.#items = items
    const filename = new URL('./threads/supervised.mjs', import.meta.url)
    const args = { words: this.#words, times: this.#times, sums: this.#sums, items }
    const groups = [
      supervisor.produce(queue, { filename, name: 'producer', args }),
      supervisor.consume(queue, { filename, name: 'consumer', args, threads: 1 }),
    ]
    this.#failed = Promise.all(groups.map((group) => group.join())).then(() => {
      throw new Error('supervised: the threads have ended')
    })
    this.#failed.catch(() => {})
  }

  static async start(items: number): Promise<SupervisedWorkers> {
    const { Supervisor, Queue, codecs } = (await import(
      new URL('index.js', DIST).href
    )) as typeof import('../src/index.ts')
    const supervisor = new Supervisor({ grace: 0 })
    const started = new Promise<void>((resolve) => {
      let count = 0
      supervisor.on('start', () => ++count === 2 && resolve())
    })
    const workers = new SupervisedWorkers(supervisor, new Queue({ codec: codecs.int32 }), items)
    await Promise.race([started, workers.#failed])
    return workers
  }

  async round(): Promise<number> {
    const ended = Atomics.load(this.#words, 1)
    Atomics.add(this.#words, 0, 1)
    Atomics.notify(this.#words, 0)
    while (Atomics.load(this.#words, 1) === ended) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 1)), this.#failed])
    }
    const [count, sum, squares, gotCount, gotSum, gotSquares] = this.#sums
    if (count !== this.#items || gotCount !== count || gotSum !== sum || gotSquares !== squares) {
      throw new Error(`supervised: items were lost or came twice: ${[...this.#sums].join(' ')}`)
    }
    const [from, to] = this.#times as unknown as [bigint, bigint]
    return Number(to - from)
  }

  async stop(): Promise<void> {
    await this.#supervisor.close()
  }
}
