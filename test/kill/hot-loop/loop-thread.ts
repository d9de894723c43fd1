import { Worker } from 'node:worker_threads'
import { DEADLINE_MS, until, within } from '../../support/deadline.ts'
import { type Marks, PLACES } from '../notes/marks.ts'

export type Role = 'put' | 'get' | 'both'

/** One thread in the hot loop. */
export class LoopThread {
  readonly threadId: number
  readonly role: Role
  readonly #own = new Int32Array(new SharedArrayBuffer(2 * 4))
  readonly #worker: Worker
  readonly #end: Promise<void>
  #error: Error | undefined

  constructor(role: Role, handle: unknown, marks: Marks) {
    const workerData = { handle, role, own: this.#own, marks: marks.shared }
    const url = new URL('./fixtures/loop-thread.mjs', import.meta.url)
    this.role = role
    this.#worker = new Worker(url, { workerData, execArgv: [] })
    this.threadId = this.#worker.threadId
    this.#worker.on('error', (error: Error) => {
      this.#error = error
    })
    this.#end = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
  }

  /** The operation that is under way, or was when the thread died; 0 between operations. */
  get activity(): number {
    return Atomics.load(this.#own, PLACES.ACTIVITY)
  }

  /** Resolves once it is attached. */
  async arrives(): Promise<void> {
    await this.#reaches(1, 'arrives')
  }

  /** Resolves once it has done `rounds` further rounds. */
  async goesOn(rounds: number): Promise<void> {
    await this.#reaches(Atomics.load(this.#own, PLACES.ROUNDS) + rounds, 'goes on')
  }

  async kill(): Promise<void> {
    void this.#worker.terminate()
    await this.ends()
  }

  /** Resolves when it has ended; rejects with what it threw. */
  async ends(): Promise<void> {
    await within(this.#end, `thread ${this.threadId} (${this.role}) ends`, DEADLINE_MS)
    this.#rethrow()
  }

  async #reaches(rounds: number, what: string): Promise<void> {
    const reached = () => {
      this.#rethrow()
      return Atomics.load(this.#own, PLACES.ROUNDS) >= rounds
    }
    await until(reached, `thread ${this.threadId} (${this.role}) ${what}`)
  }

  #rethrow(): void {
    if (this.#error === undefined) return
    throw new Error(`thread ${this.threadId} (${this.role}): ${this.#error.message}`, { cause: this.#error })
  }
}
