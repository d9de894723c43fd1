import { isMainThread } from 'node:worker_threads'
import { counted, type Known } from '../../check.ts'
import { clock } from '../../clock.ts'
import { cellCodec } from '../../codec/index.ts'
import { DROPPED, MEMORY, REJECTED, type SharedMemory, unfinished } from '../../core/index.ts'
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
import { block, type Limits, type Side } from '../../wait/index.ts'
import { type LetterTarget, signalOf, timeoutOf, type WaitOptions } from '../options/index.ts'
import {
  announce,
  announceDetached,
  attachInRegistry,
  claimLedger,
  detachInRegistry,
  listen,
  type RegisteredQueue,
  reclaim,
  reclaimFormer,
  sweepNowAndThen,
  thisThread,
} from '../recovery/index.ts'
import { Cells } from './cells.ts'
import { flushInto, hasDeadLettered } from './dead-letters.ts'
import type { QueueDescription } from './description.ts'
import { ItemEncoder } from './encoder.ts'
import { HeldItems } from './held-items.ts'
import { OutgoingBatch } from './outgoing-batch.ts'
import { OutgoingCell } from './outgoing-cell.ts'
import { sizeOf, statsOf } from './stats.ts'

/** How often a blocked thread looks whether there is room for dead letters. */
const LETTER_ROOM_MS = 50

/**
 * This thread at one queue: its ledger, with the outgoing cell and the items it holds; and what puts, takes
 * and joins have in common.
 */
export class Attachment<T> {
  readonly description: QueueDescription<T>
  readonly shared: SharedMemory
  readonly ledger: number
  readonly #letters: LetterTarget | undefined
  readonly #outgoing: OutgoingCell<T>
  readonly #batch: OutgoingBatch<T>
  readonly #held: HeldItems<T>
  #isDetached = false
  #awaitsLetterRoom = false
  /** Called when dead letters that waited for room have gone: fewer items are unfinished. */
  onDeadLettersFlushed: () => void = () => {}

  /**
   * Attaches this thread. `producer`: the number for which its puts are counted, or 0. @throws
   * TooManyThreadsError
   */
  constructor(description: QueueDescription<T>, queue: RegisteredQueue, producer = 0) {
    const { id, label, shared, codec } = description
    this.description = description
    this.#letters = description.deadLetters
    this.shared = shared
    listen()
    sweepNowAndThen()
    reclaimFormer(id)
    announce(id, shared)
    this.ledger = claimLedger(shared, label, producer)
    attachInRegistry(id, queue, shared, this.ledger)
    const cells = new Cells(shared, label)
    const encoder = new ItemEncoder(cellCodec(codec), label, shared.geometry)
    this.#outgoing = new OutgoingCell(shared, this.ledger, cells, encoder, queue)
    this.#batch = new OutgoingBatch(shared, this.ledger, cells, encoder)
    this.#held = new HeldItems(shared, this.ledger, thisThread, cells, encoder, label, queue)
  }

  /** @throws DetachedError */
  get outgoing(): OutgoingCell<T> {
    if (this.#isDetached) throw this.detachedError()
    return this.#outgoing
  }

  /** @throws DetachedError */
  get batch(): OutgoingBatch<T> {
    if (this.#isDetached) throw this.detachedError()
    return this.#batch
  }

  /** @throws DetachedError */
  get held(): HeldItems<T> {
    if (this.#isDetached) throw this.detachedError()
    return this.#held
  }

  get isDetached(): boolean {
    return this.#isDetached
  }

  /** @throws DetachedError */
  refuseDetached(): void {
    if (this.#isDetached) throw this.detachedError()
  }

  /**
   * Lets no call begin any more, ends those under way by `settlePending`, and requeues the held items.
   */
  detach(settlePending: () => void): void {
    if (this.#isDetached) return
    this.#isDetached = true
    this.#held.detach(this.detachedError)
    this.#batch.detach()
    this.#outgoing.detach()
    settlePending()
    try {
      reclaim(this.shared, this.ledger, thisThread, 0)
    } finally {
      detachInRegistry(this.description.id)
      announceDetached(this.description.id)
    }
  }

  /**
   * Checks the options of a call that may wait; `known` names them.
   * @throws TypeError, RangeError; AbortError if the signal is aborted already
   */
  limits<O extends WaitOptions>(options: O | undefined, lapse: () => Error, known?: Known<O>): Limits {
    const signal = signalOf(options)
    if (signal?.aborted) throw new AbortError(signal.reason)
    return { timeout: timeoutOf(options, known), signal, lapse }
  }

  /**
   * Blocks the thread until `attempt` answers 0. It looks again after `maxSleepMs()`, although nobody woke
   * it.
   * @throws what `lapse` makes; BlockingMainThreadError
   */
  block(timeout: number, attempt: () => Side | 0, lapse: () => Error, maxSleepMs?: () => number): void {
    if (timeout === 0) throw lapse()
    if (isMainThread) throw this.blockingError()
    const sleepMs = () => Math.min(this.letterMaxSleepMs(), maxSleepMs?.() ?? Number.POSITIVE_INFINITY)
    if (!block(this.shared, this.ledger, clock.now() + timeout, clock.now, attempt, sleepMs)) throw lapse()
  }

  /** Ends a wait that is about to begin or to go on, if the thread is asked to stop. @throws AbortError */
  endIfStopping(): void {
    const supervisor = link()
    if (supervisor?.stopRequested) throw new AbortError(supervisor.signal.reason)
  }

  /** How long a blocked thread may sleep. It cannot hear that there is room for dead letters, so it looks. */
  letterMaxSleepMs(): number {
    const looks = this.#letters !== undefined && hasDeadLettered(this.shared)
    return looks ? LETTER_ROOM_MS : Number.POSITIVE_INFINITY
  }

  /** Moves items that were given up to the dead letters; when those are full, again when there is room. */
  flushDeadLetters(): void {
    if (this.#letters !== undefined) this.#flushInto(this.#letters)
  }

  #flushInto(letters: LetterTarget): void {
    if (this.#isDetached || !hasDeadLettered(this.shared)) return
    // Another thread moves them.
    if (letters.isDetached) return
    if (this.#awaitsLetterRoom) {
      if (!letters.hasRoomForLetter) return
      letters.serveRoomWaiters()
    }
    const areGone = flushInto(letters, this.#held, this.shared, this.description.name)
    if (areGone || this.#awaitsLetterRoom) return
    this.#awaitsLetterRoom = true
    const again = () => {
      this.#awaitsLetterRoom = false
      this.flushDeadLettersUnasked()
    }
    if (!letters.hasRoomForLetter) letters.onRoom(again)
    // It has slots but no blocks for a long letter, and `onRoom` watches slots only.
    else setTimeout(again, LETTER_ROOM_MS).unref()
  }

  /** As flushDeadLetters, where no caller could be told that the queue is damaged. */
  flushDeadLettersUnasked(): void {
    try {
      this.flushDeadLetters()
    } catch (error) {
      if (!(error instanceof QueueCorruptError)) throw error
      process.emitWarning(error)
    }
    this.onDeadLettersFlushed()
  }

  /** Counts a put that found no room and does not wait, as rejected or as dropped. */
  countRefusal(): void {
    const counter = this.description.whenFull === 'reject' ? REJECTED : DROPPED
    this.shared.countRefusal(this.ledger, counter)
  }

  /** `side`: what was full, PUT or MEMORY; `waitedMs`: how long the put has waited. */
  fullError(side: Side, waitedMs: number): QueueFullError {
    const { geometry } = this.shared
    const { label } = this.description
    const wasMemory = side === MEMORY
    const what = wasMemory
      ? `of the budget for long items, ${geometry.blocks * geometry.blockBytes} bytes, too little was free`
      : `maxsize ${geometry.maxsize}, ${sizeOf(this.shared)} queued`
    const how = waitedMs > 0 ? `stayed full for ${Math.round(waitedMs)} ms` : 'is full'
    const error = new QueueFullError(`${label} ${how} (${what})`)
    return Object.assign(error, { full: wasMemory ? 'memory' : 'slots', waitedMs } as const)
  }

  readonly emptyError = (): Error => new QueueEmptyError(`${this.description.label} stayed empty`)

  readonly joinError = (): Error =>
    new WaitTimeoutError(
      `${this.description.label} still has ${counted(unfinished(this.shared), 'unfinished item')}`,
    )

  readonly detachedError = (): Error =>
    new DetachedError(`this thread has detached from ${this.description.label}`)

  shutDownError(): Error {
    const { id, label } = this.description
    return new QueueShutDownError(`${label} is shut down`, causeOf(id))
  }

  blockingError(): Error {
    return new BlockingMainThreadError(
      `a blocking call on ${this.description.label} would have to wait on the main thread: ` +
        'use the asynchronous form there',
    )
  }

  /** Says who holds what, when takers have waited at the end of the queue for long. */
  readonly warnOfLongEndWait = (): void => {
    const holders = statsOf(this.shared, '').threads.filter(({ held }) => held > 0)
    const who = holders.map(({ thread, held }) => `thread ${thread} holds ${held}`).join(', ')
    process.emitWarning(
      `${this.description.label} is shut down and empty, and its takers wait for items that are still held: ` +
        `${who}. They end when those are finished (taskDone).`,
      { code: 'MILLRACE_END_WAIT' },
    )
  }
}
