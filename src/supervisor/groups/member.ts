import type { Verdict } from '../../protocol/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { Run } from './run.ts'

/** One thread of a group, across its restarts. */
export class Member {
  readonly index: number
  /** Under which number its queue counts its puts; 0: it is no producer. */
  readonly producer: number
  restarts = 0
  /** The current run, or the last. */
  run: Run | undefined
  /** What its function returned. */
  result: unknown
  /** Items stored, once its group has ended. */
  stored: number | undefined
  /** What its thread held when it died, for messages. */
  heldAtDeath = ''
  /** Asked to stop, it has not, and is being terminated. */
  isLate: { readonly grace: number } | undefined
  /** Its source is being closed: should that take too long, it is terminated, which is no failure. */
  isLeaving = false
  /** The call for an item took too long, and its thread is being terminated. */
  timedOut: { readonly error: Error; readonly attempts: number; readonly verdict: Verdict } | undefined
  /** Why its module could not be loaded in the first way; set once the other has its turn. */
  firstFailure: { readonly error: unknown } | undefined
  #isOver = false
  #lastThread = 0
  #timer: NodeJS.Timeout | undefined

  constructor(index: number, producer: number) {
    this.index = index
    this.producer = producer
  }

  /** threadId of the current run, or of the last; 0 before it has begun. */
  get thread(): number {
    return this.run?.thread ?? this.#lastThread
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Dead, and about to be started again. */
  get isWaiting(): boolean {
    return this.#timer !== undefined
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

  /** Its thread has exited: the run goes, and with it the arguments that it was sent. */
  releaseRun(): void {
    this.#lastThread = this.thread
    this.run = undefined
  }
}
