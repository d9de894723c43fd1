import { isMainThread } from 'node:worker_threads'
import { clock } from '../../clock.ts'
import { unfinished } from '../../core/index.ts'
import {
  AbortError,
  BlockingMainThreadError,
  DetachedError,
  QueueCorruptError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  WaitTimeoutError,
} from '../../errors.ts'
import { causeOf, link } from '../../thread-link.ts'
import { setTimeout } from '../../timers.ts'
import type { Limits, Side } from '../../wait/index.ts'
import { block } from '../../wait/index.ts'
import { signalOf, timeoutOf, type WaitOptions } from '../options/index.ts'
import type { AttachedQueue } from '../recovery/index.ts'
import type { Attachment } from './attachment.ts'
import { type DeadLetterQueue, hasDeadLettered, moveLetters } from './dead-letters.ts'
import type { Origin } from './description.ts'
import { sizeOf, statsOf } from './stats.ts'

/** How often a blocked thread looks whether there is room for dead letters, in ms. */
const LETTER_ROOM_MS = 50

/** This thread's place at one queue, and what its puts, its takes and its joins have in common. */
export class Seat<T> {
  readonly origin: Origin<T>
  readonly #letters: DeadLetterQueue | undefined
  #attachment: Attachment<T> | undefined
  #awaitsLetterRoom = false
  /** Dead letters that waited for room have gone: an item fewer is unfinished. */
  onDeadLettersFlushed: () => void = () => {}

  constructor(origin: Origin<T>, queue: AttachedQueue) {
    this.origin = origin
    this.#letters = origin.deadLetters
    this.#attachment = origin.claim(queue)
  }

  /** @throws DetachedError */
  get attachment(): Attachment<T> {
    if (this.#attachment === undefined) throw this.detachedError()
    return this.#attachment
  }

  get isDetached(): boolean {
    return this.#attachment === undefined
  }

  /** No call begins any more. Returns what is to be wound up. */
  leave(): Attachment<T> | undefined {
    const attachment = this.#attachment
    this.#attachment = undefined
    return attachment
  }

  /** @throws TypeError, RangeError, AbortError if the signal is aborted already */
  limits(options: WaitOptions | undefined, lapse: () => Error): Limits {
    const signal = signalOf(options)
    if (signal?.aborted) throw new AbortError(signal.reason)
    return { timeout: timeoutOf(options), signal, lapse }
  }

  /** Blocks the thread until `attempt` answers 0. @throws what `lapse` makes; BlockingMainThreadError */
  block(timeout: number, attempt: () => Side | 0, lapse: () => Error, maxSleepMs?: () => number): void {
    if (timeout === 0) throw lapse()
    if (isMainThread) throw this.blockingError()
    const { shared, ledger } = this.attachment
    const slice = () => Math.min(this.letterMaxSleepMs(), maxSleepMs?.() ?? Number.POSITIVE_INFINITY)
    if (!block(shared, ledger, clock.now() + timeout, clock.now, attempt, slice)) throw lapse()
  }

  /**
   * A wait that is about to begin or to go on ends when the thread's supervisor has asked it to stop. @throws
   * AbortError
   */
  endIfStopping(): void {
    const supervisor = link()
    if (supervisor?.stopRequested) throw new AbortError(supervisor.signal.reason)
  }

  /**
   * How long a blocked thread may sleep, in ms: it cannot hear that there is room for dead letters, so it
   * looks.
   */
  letterMaxSleepMs(): number {
    const looks = this.#letters !== undefined && hasDeadLettered(this.attachment.shared)
    return looks ? LETTER_ROOM_MS : Number.POSITIVE_INFINITY
  }

  /** Moves given-up items to the dead letters; when those are full, again when there is room. */
  flushDeadLetters(): void {
    const letters = this.#letters
    if (letters === undefined || this.#attachment === undefined || !hasDeadLettered(this.#attachment.shared))
      return
    // Another thread moves them.
    if (letters.isDetached) return
    if (this.#awaitsLetterRoom) {
      if (!letters.hasRoomForLetter) return
      letters.serveRoomWaiters()
    }
    if (moveLetters(this.#attachment, letters, this.origin.name) || this.#awaitsLetterRoom) return
    this.#awaitsLetterRoom = true
    const again = () => {
      this.#awaitsLetterRoom = false
      this.flushDeadLettersUnasked()
    }
    if (!letters.hasRoomForLetter) letters.onRoom(again)
    // It has slots but no blocks for a long letter, which onRoom does not watch.
    else setTimeout(again, LETTER_ROOM_MS).unref()
  }

  /** As flushDeadLetters, where nobody called who could be told that the queue is damaged. */
  flushDeadLettersUnasked(): void {
    try {
      this.flushDeadLetters()
    } catch (error) {
      if (!(error instanceof QueueCorruptError)) throw error
      process.emitWarning(error)
    }
    this.onDeadLettersFlushed()
  }

  readonly fullError = (): Error => {
    const { shared } = this.origin
    return new QueueFullError(
      `${this.origin.label} stayed full (maxsize ${shared.geometry.maxsize}, ${sizeOf(shared)} queued)`,
    )
  }
  readonly emptyError = (): Error => new QueueEmptyError(`${this.origin.label} stayed empty`)
  readonly joinError = (): Error =>
    new WaitTimeoutError(`${this.origin.label} still has ${unfinished(this.origin.shared)} unfinished items`)
  readonly shutDownError = (): Error =>
    new QueueShutDownError(`${this.origin.label} is shut down`, causeOf(this.origin.id))
  readonly detachedError = (): Error =>
    new DetachedError(`this thread has detached from ${this.origin.label}`)
  readonly blockingError = (): Error =>
    new BlockingMainThreadError(
      `a blocking call on ${this.origin.label} would have to wait on the main thread: use the asynchronous form there`,
    )

  /** Its takers have waited at the end for long. */
  readonly warnOfLongEndWait = (): void => {
    const holders = statsOf(this.origin.shared, '').threads.filter(({ held }) => held > 0)
    const who = holders.map(({ thread, held }) => `thread ${thread} holds ${held}`).join(', ')
    process.emitWarning(
      `${this.origin.label} is shut down and empty, and its takers wait for items that are still held: ${who}. ` +
        'They end when those are finished (taskDone).',
      { code: 'MILLRACE_END_WAIT' },
    )
  }
}
