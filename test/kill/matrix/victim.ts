import { Worker } from 'node:worker_threads'
import type { Queue } from '../../../src/index.ts'
import { until, within } from '../../support/deadline.ts'
import { type Marks, PLACES } from '../notes/marks.ts'
import type { Moment, Operation, Way } from './dimensions.ts'

/**
 * A heap this small is full within some ms. Many small arrays fill it, so Node reports the end of the thread.
 */
const LITTLE_MEMORY = { maxOldGenerationSizeMb: 12, maxYoungGenerationSizeMb: 2 }
const { ACTIVITY, ROUNDS, ARRIVED, OPERATION, NATIVE } = PLACES

export interface VictimPlan {
  readonly operation: Operation
  /** 'none': it ends with the queue, as a survivor. */
  readonly way: Way | 'none'
  readonly moment: Moment
  /** Rounds that it does before it ends itself. */
  readonly after: number
  /** It waits until the gate is open before it dies. */
  readonly gated: boolean
}

export interface Queues {
  readonly queue: Queue<number>
  /** A queue without items, for `select`. */
  readonly other: Queue<number>
}

/** A thread that is to die. */
export class Victim {
  readonly threadId: number
  /**
   * Resolves with the time of its death, by `process.hrtime`. Rejects if it died in another way than planned.
   */
  readonly dead: Promise<bigint>
  readonly #plan: VictimPlan
  readonly #own = new Int32Array(new SharedArrayBuffer(4 * 4))
  /** The time at which it began to end itself. */
  readonly #dying = new BigInt64Array(new SharedArrayBuffer(8))
  readonly #worker: Worker
  #orderedAt = 0n
  #onExit: () => void = () => {}
  #isOrdered = false
  #isDead = false

  constructor(plan: VictimPlan, { queue, other }: Queues, marks: Marks) {
    this.#plan = plan
    this.#worker = new Worker(new URL('./fixtures/victim.mjs', import.meta.url), {
      workerData: {
        ...plan,
        handle: queue.handle,
        other: other.handle,
        own: this.#own,
        dying: this.#dying,
        marks: marks.shared,
      },
      execArgv: [],
      resourceLimits: plan.way === 'memory' ? LITTLE_MEMORY : {},
    })
    this.threadId = this.#worker.threadId
    this.dead = this.#death()
    // It is awaited later; until then a rejection must not count as unhandled.
    this.dead.catch(() => {})
  }

  /** This thread terminates it. */
  get isTerminated(): boolean {
    return this.#plan.way === 'terminate' || this.#plan.way === 'endless'
  }

  get isInOperation(): boolean {
    return Atomics.load(this.#own, ACTIVITY) === OPERATION
  }

  get isInNativeCall(): boolean {
    return Atomics.load(this.#own, ACTIVITY) === NATIVE
  }

  /** Resolves once it has done so many rounds; the first counts its attaching. */
  async reaches(rounds: number): Promise<void> {
    await this.#comesTo(() => Atomics.load(this.#own, ROUNDS) >= rounds, `round ${rounds}`)
  }

  /** Resolves once it is at the place where it is to die. */
  async arrives(): Promise<void> {
    await this.#comesTo(() => Atomics.load(this.#own, ARRIVED) === 1, 'the place where it is to die')
  }

  async entersNativeCall(): Promise<void> {
    await this.#comesTo(() => this.isInNativeCall, 'a native call')
  }

  /**
   * The time of the order to end, or at which it began to end itself. Undefined for `memory`, which takes
   * long.
   */
  get end(): bigint | undefined {
    if (this.#plan.way === 'memory') return undefined
    return this.#isOrdered ? this.#orderedAt : Atomics.load(this.#dying, 0)
  }

  /** Called at its exit, before the library handles it. */
  set onExit(listener: () => void) {
    this.#onExit = listener
  }

  terminate(): void {
    this.#isOrdered = true
    this.#orderedAt = process.hrtime.bigint()
    void this.#worker.terminate()
  }

  /** Resolves when it has ended with the queue. */
  async ends(): Promise<void> {
    await within(this.dead, `the end of ${this.#name}`)
  }

  get #name(): string {
    const { operation, way, moment } = this.#plan
    return `a thread (${operation}, ${way}, ${moment})`
  }

  async #comesTo(condition: () => boolean, what: string): Promise<void> {
    await until(() => condition() || this.#isDead, `${this.#name} comes to ${what}`)
    // It has died, perhaps in a wrong way: then `dead` rejects.
    if (this.#isDead) await this.dead
  }

  async #death(): Promise<bigint> {
    const errors: Error[] = []
    this.#worker.on('error', (error) => errors.push(error))
    const [at, code] = await new Promise<[bigint, number]>((resolve) => {
      // This listener precedes the library's, so that the measured time includes the recovery.
      setImmediate(() =>
        this.#worker.prependListener('exit', (code) => {
          this.#isDead = true
          resolve([process.hrtime.bigint(), code])
          this.#onExit()
        }),
      )
    })
    const [error] = errors
    const { way, moment } = this.#plan
    // A thread may be terminated before it ends itself, or before it has started. Neither is an error.
    const isOther = this.#isOrdered && (!this.isTerminated || moment === 'starting')
    const message = { throw: 'the victim throws', rejection: 'the victim throws', memory: 'memory limit' }[
      way as string
    ]
    const isError = message === undefined ? error === undefined : error?.message.includes(message) === true
    if (isOther && (error === undefined || isError)) return at
    if (isError && code === (way === 'exit 0' || way === 'none' ? 0 : 1)) return at
    throw new Error(`${this.#name} ended with ${code}: ${error?.message}`, { cause: error })
  }
}
