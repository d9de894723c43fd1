import { Worker } from 'node:worker_threads'
import { DEADLINE_MS, until, within } from '../../support/deadline.ts'
import { type Marks, PLACES } from '../notes/marks.ts'

/** A thread that puts or gets beside the victims. */
export class Survivor {
  readonly puts: boolean
  readonly #own = new Int32Array(new SharedArrayBuffer(4 * 4))
  readonly #worker: Worker
  readonly #end: Promise<void>
  #error: Error | undefined

  /** `pace` is the time in ms that it waits between two items. */
  constructor(role: 'put' | 'get', pace: number, handle: unknown, marks: Marks) {
    this.puts = role === 'put'
    this.#worker = new Worker(new URL('./fixtures/survivor.mjs', import.meta.url), {
      workerData: { handle, role, pace, own: this.#own, marks: marks.shared },
      execArgv: [],
    })
    this.#worker.on('error', (error: Error) => {
      this.#error = error
    })
    this.#end = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
  }

  /** Resolves once it is attached. */
  async arrives(): Promise<void> {
    await this.#reaches(1, 'arrives')
  }

  /** Resolves once it has done `rounds` further rounds. */
  async goesOn(rounds: number): Promise<void> {
    await this.#reaches(Atomics.load(this.#own, PLACES.ROUNDS) + rounds, 'goes on')
  }

  /** Resolves when it has ended; rejects with what it threw. */
  async ends(): Promise<void> {
    await within(this.#end, `${this.#name} ends`, DEADLINE_MS)
    this.#rethrow()
  }

  get #name(): string {
    return `a surviving ${this.puts ? 'producer' : 'consumer'}`
  }

  async #reaches(rounds: number, what: string): Promise<void> {
    const reached = () => {
      this.#rethrow()
      return Atomics.load(this.#own, PLACES.ROUNDS) >= rounds
    }
    await until(reached, `${this.#name} ${what}`)
  }

  #rethrow(): void {
    if (this.#error === undefined) return
    throw new Error(`${this.#name}: ${this.#error.message}`, { cause: this.#error })
  }
}
