import { Worker } from 'node:worker_threads'
import type { Queue } from '../../../src/index.ts'
import { until, within } from '../../support/deadline.ts'
import { type Marks, PLACES } from '../notes/marks.ts'
import type { Moment, Operation, Way } from './dimensions.ts'

/** Small enough to be used up within some ms; Node reports it, since it is used up by many small arrays. */
const LITTLE_MEMORY = { maxOldGenerationSizeMb: 12, maxYoungGenerationSizeMb: 2 }
const { ACTIVITY, ROUNDS, ARRIVED, OPERATION, NATIVE } = PLACES

export interface Part {
  readonly operation: Operation
  /** none: it ends with the queue, as one that lives. */
  readonly way: Way | 'none'
  readonly moment: Moment
  /** Rounds before it may die by itself. */
  readonly after: number
  /** It waits for the gate before it dies. */
  readonly gated: boolean
}

export interface Queues {
  readonly queue: Queue<number>
  /** One without items, for `select`. */
  readonly other: Queue<number>
}

/** One thread that is to die. */
export class Victim {
  readonly threadId: number
  /** Resolves when it is dead, with the time, of the clock of `process.hrtime`. Rejects if it died in another way. */
  readonly dead: Promise<bigint>
  readonly #part: Part
  readonly #own = new Int32Array(new SharedArrayBuffer(4 * 4))
  /** When it began to die by itself. */
  readonly #dying = new BigInt64Array(new SharedArrayBuffer(8))
  readonly #worker: Worker
  #orderedAt = 0n
  #onExit: () => void = () => {}
  #isOrdered = false
  #isDead = false

  constructor(part: Part, { queue, other }: Queues, marks: Marks) {
    this.#part = part
    this.#worker = new Worker(new URL('./fixtures/victim.mjs', import.meta.url), {
      workerData: {
        ...part,
        handle: queue.handle,
        other: other.handle,
        own: this.#own,
        dying: this.#dying,
        marks: marks.shared,
      },
      execArgv: [],
      resourceLimits: part.way === 'memory' ? LITTLE_MEMORY : {},
    })
    this.threadId = this.#worker.threadId
    this.dead = this.#death()
    // Awaited later.
    this.dead.catch(() => {})
  }

  /** Its end is brought about from outside. */
  get isTerminated(): boolean {
    return this.#part.way === 'terminate' || this.#part.way === 'endless'
  }

  get isInOperation(): boolean {
    return Atomics.load(this.#own, ACTIVITY) === OPERATION
  }

  get isInNativeCall(): boolean {
    return Atomics.load(this.#own, ACTIVITY) === NATIVE
  }

  /** Resolves once it is attached, or has gone round so many times. */
  async reaches(rounds: number): Promise<void> {
    await this.#comesTo(() => Atomics.load(this.#own, ROUNDS) >= rounds, `round ${rounds}`)
  }

  /** Resolves where it is to die. */
  async arrives(): Promise<void> {
    await this.#comesTo(() => Atomics.load(this.#own, ARRIVED) === 1, 'the place where it is to die')
  }

  async entersNativeCall(): Promise<void> {
    await this.#comesTo(() => this.isInNativeCall, 'a native call')
  }

  /** When its end was ordered, or it began to end itself; undefined where that takes long: it uses up its memory. */
  get end(): bigint | undefined {
    if (this.#part.way === 'memory') return undefined
    return this.#isOrdered ? this.#orderedAt : Atomics.load(this.#dying, 0)
  }

  /** Called at its exit, before the library hears of it. */
  set onExit(listener: () => void) {
    this.#onExit = listener
  }

  terminate(): void {
    this.#isOrdered = true
    this.#orderedAt = process.hrtime.bigint()
    void this.#worker.terminate()
  }

  /** Resolves when it has ended by itself, as one that was not to die. */
  async ends(): Promise<void> {
    await within(this.dead, `the end of ${this.#name}`)
  }

  get #name(): string {
    const { operation, way, moment } = this.#part
    return `a thread (${operation}, ${way}, ${moment})`
  }

  async #comesTo(condition: () => boolean, what: string): Promise<void> {
    await until(() => condition() || this.#isDead, `${this.#name} comes to ${what}`)
    // Else it must have died as it should: that the caller awaits.
    if (this.#isDead) await this.dead
  }

  async #death(): Promise<bigint> {
    const errors: Error[] = []
    this.#worker.on('error', (error) => errors.push(error))
    const [at, code] = await new Promise<[bigint, number]>((resolve) => {
      // Before the library's own listener, so that recovery is within the time that is measured.
      setImmediate(() =>
        this.#worker.prependListener('exit', (code) => {
          this.#isDead = true
          resolve([process.hrtime.bigint(), code])
          this.#onExit()
        }),
      )
    })
    const [error] = errors
    const { way, moment } = this.#part
    // In place of an exit of its own it may be terminated; and that may come before it has begun, which is no error.
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
