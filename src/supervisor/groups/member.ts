import { crypto } from '../../node-crypto.ts'
import type { RetryDecision } from '../../protocol/index.ts'
import { type GroupQueue, internalsOf } from '../../queue/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { Run } from './run.ts'

/** One index of a group, across its restarts. */
export class Member {
  readonly index: number
  /** The number under which its outputs count its puts; 0 if it has none. */
  readonly producer: number
  restarts = 0
  /** How often its thread was replaced, as `recycle` asks. */
  recycles = 0
  /** The current run, or the last. */
  run: Run | undefined
  /** The function's return value. */
  result: unknown
  /** The items that its thread held when it died, for messages. */
  heldAtDeath = ''
  /** It was asked to stop, has not stopped in time, and is being terminated. */
  isLate: { readonly graceMs: number } | undefined
  /** Its source is being closed. If that takes too long its thread is terminated, which is no failure. */
  isLeaving = false
  /** The call with an item took too long, and its thread is being terminated. */
  timedOut: { readonly error: Error; readonly attempts: number; readonly decision: RetryDecision } | undefined
  /** The error of the first way to load its module, once the other way is tried. */
  firstFailure: { readonly error: unknown } | undefined
  #outputs: readonly GroupQueue[]
  /** Items stored, once its group is over. */
  #storedInAll: number | undefined
  #isOver = false
  #lastThread = 0
  #timer: NodeJS.Timeout | undefined

  constructor(index: number, outputs: readonly GroupQueue[]) {
    this.index = index
    this.#outputs = outputs
    // Any number will do that no other producer of the same queue has.
    this.producer = outputs.length > 0 ? crypto().randomInt(1, 2 ** 31) : 0
  }

  /** threadId of the current run, or of the last; 0 before it has begun. */
  get thread(): number {
    return this.run?.thread ?? this.#lastThread
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Its thread is dead, and another is about to be started. */
  get isWaiting(): boolean {
    return this.#timer !== undefined
  }

  /** Items that it has stored in its outputs so far. */
  get stored(): number {
    if (this.#storedInAll !== undefined) return this.#storedInAll
    return this.#outputs.reduce((sum, queue) => sum + internalsOf(queue).storedFor(this.producer), 0)
  }

  /** Ends the counting. Its threads must have exited: until then they may store more. */
  closeProducer(): void {
    this.#storedInAll = this.stored
    for (const queue of this.#outputs) internalsOf(queue).closeProducer(this.producer)
    this.#outputs = []
  }

  wait(ms: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      then()
    }, ms)
  }

  settle(result: unknown): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isOver = true
    this.result = result
  }

  /** Drops the run, and with it the arguments that it was sent. Its thread must have exited. */
  releaseRun(): void {
    this.#lastThread = this.thread
    this.run = undefined
  }
}
