import { invalidType, invalidValue, optionsObject } from '../check.ts'
import { isShutDown, JOIN, unfinished } from '../core/index.ts'
import { DeadlockError } from '../errors.ts'
import { markUnsendable } from '../unsendable.ts'
import { PendingCalls, whenShutDown } from '../wait/index.ts'
import type { Delivery, EMPTY, LeaseSource, SelectCase } from './access/index.ts'
import { itemsOf, itemsOfSync, Puts, Takes } from './access/index.ts'
import type { Handle, HandleData } from './attachment/index.ts'
import { describeHeld, handleOf, Origin, type QueueStats, Seat, sizeOf, statsOf } from './attachment/index.ts'
import { type BatchOptions, getMany, getManySync, putMany, putManySync } from './batches.ts'
import { INTERNALS, type QueueInternals } from './internals.ts'
import type { PriorityOptions } from './options/index.ts'
import {
  isStoppable,
  type PutResult,
  type QueueOptions,
  timeoutOf,
  type WaitOptions,
  type WhenFull,
} from './options/index.ts'
import {
  announceDetached,
  attemptsAt,
  closeProducer,
  detachInRegistry,
  discardAll,
  drain,
  reclaim,
  recordTimeout,
  storedFor,
  wakeEveryone,
} from './recovery/index.ts'

/**
 * A bounded first-in-first-out queue in shared memory, for any number of producer and consumer threads. The
 * semantics are those of Python's `queue.Queue` (3.13, shutdown included), with deliveries that survive the
 * death of a thread.
 *
 * Each waiting call has three forms: `put` returns a promise, `putSync` blocks the calling thread (not the
 * main thread), `tryPut` never waits. Constructing attaches this thread; others `attach(queue.handle)`.
 */
export class Queue<T> {
  readonly #seat: Seat<T>
  readonly #puts: Puts<T>
  readonly #takes: Takes<T>
  readonly #joins: PendingCalls

  /** @throws TypeError, RangeError for a wrong option */
  constructor(options?: QueueOptions<T>) {
    const origin = Origin.of(options, 'fifo')
    const seat = new Seat(origin, this)
    this.#seat = seat
    this.#puts = new Puts(seat)
    this.#takes = new Takes(seat)
    this.#joins = new PendingCalls(seat.attachment.shared, seat.attachment.ledger)
    seat.onDeadLettersFlushed = () => this.#joins.serve()
  }

  /** Items queued at most, those that came back included. */
  get maxsize(): number {
    return this.#seat.origin.shared.geometry.maxsize
  }

  /** As given, or ''. */
  get name(): string {
    return this.#seat.origin.name
  }

  /** What a put does when the queue is full; as given, or 'wait'. */
  get whenFull(): WhenFull {
    return this.#seat.origin.whenFull
  }

  /** @internal */
  get codecName(): string {
    return this.#seat.origin.codec.name
  }

  /** Items queued, come back, delayed, or waiting for room among the dead letters; a snapshot. */
  get size(): number {
    return sizeOf(this.#seat.origin.shared)
  }

  /** @internal How many more items this thread may hold. */
  get mayHold(): number {
    return this.#seat.attachment.room
  }

  /** Items put and not finished; a snapshot. */
  get unfinished(): number {
    return unfinished(this.#seat.origin.shared)
  }

  /** Nothing queued; a snapshot. */
  get empty(): boolean {
    return this.size === 0
  }

  /** No room for a put; a snapshot. */
  get full(): boolean {
    return this.size >= this.maxsize
  }

  /** Shut down, in either way: it never opens again. */
  get isShutDown(): boolean {
    return isShutDown(this.#seat.origin.shared)
  }

  /**
   * What another thread attaches with; structured-cloneable.
   * @throws TypeError `ERR_INVALID_ARG_VALUE` if the codec is neither built in nor made by `defineCodec`.
   */
  get handle(): Handle<this> {
    const { origin } = this.#seat
    const letters = origin.deadLetters?.handle as HandleData | undefined
    const data = handleOf(origin as Origin<unknown>, letters)
    if (data === undefined) {
      const expected = 'built in or made by defineCodec, for other threads to find it'
      throw invalidValue('options.codec', expected, this.codecName)
    }
    return data as unknown as Handle<this>
  }

  // --- put ---

  /**
   * Puts an item, when there is room; on a full queue, as `whenFull` says. It is encoded at the call. Returns
   * what became of it or, 'replaced-oldest', of an older one.
   * @throws QueueFullError when `timeout` lapses, or at once with `whenFull: 'reject'`, QueueShutDownError,
   *   CodecError, ItemTooLargeError, AbortError
   */
  async put(item: T, options?: WaitOptions): Promise<PutResult> {
    return this.#puts.put(item, options)
  }

  /**
   * Puts an item, blocking this thread until there is room.
   * @throws as put; BlockingMainThreadError if it would have to wait on the main thread
   */
  putSync(item: T, options?: WaitOptions): PutResult {
    return this.#puts.putSync(item, options)
  }

  /**
   * Puts an item if there is room now, or an older one to drop with `whenFull: 'drop-oldest'`, and no earlier
   * put of this thread waits. Returns whether it was stored.
   * @throws QueueShutDownError, CodecError, ItemTooLargeError
   */
  tryPut(item: T): boolean {
    return this.#puts.tryPut(item)
  }

  /**
   * Puts the items in order, each when there is room; `timeout` is for all of them. Returns how many were
   * stored: all, but with `whenFull: 'drop-newest'`.
   * @throws as put; the error's `stored` says how many were put before
   */
  async putMany(items: Iterable<T>, options?: WaitOptions): Promise<number> {
    return putMany(this, items, options)
  }

  /** As putMany, blocking this thread. */
  putManySync(items: Iterable<T>, options?: WaitOptions): number {
    return putManySync(this, items, options)
  }

  // --- get ---

  /**
   * Gets the next item, when there is one. It is unfinished until `taskDone`, unless `ack` is 'auto'.
   * @throws QueueEmptyError when `timeout` lapses, QueueShutDownError when none is left or can come back,
   *   CodecError,
   *   TooManyInFlightError, AbortError
   */
  async get(options?: WaitOptions): Promise<T> {
    return this.#takes.get(options)
  }

  /**
   * Gets the next item, blocking this thread until there is one.
   * @throws as get; BlockingMainThreadError if it would have to wait on the main thread
   */
  getSync(options?: WaitOptions): T {
    return this.#takes.getSync(options)
  }

  /**
   * Gets the next item if there is one now, else EMPTY. @throws QueueShutDownError on an ended queue,
   * CodecError, TooManyInFlightError
   */
  tryGet(): T | typeof EMPTY {
    return this.#takes.tryGet()
  }

  /**
   * Gets at least one item and at most `max`: what is there, and, with `linger`, what comes within so many ms
   * of the first. Fewer when `maxInFlight` allows no more. A shutdown, an abort or a stop of the thread ends
   * the batch then: it returns what it has.
   * @throws as get, for the first; for a later one CodecError and QueueCorruptError, which carry those before
   *   it as `items`, and
   *   DetachedError, unless `ack` is 'auto': those before it are delivered again
   */
  async getMany(max: number, options?: BatchOptions): Promise<T[]> {
    return getMany(this, max, options)
  }

  /** As getMany, blocking this thread; the main thread, which must not, does not linger. */
  getManySync(max: number, options?: BatchOptions): T[] {
    return getManySync(this, max, options)
  }

  /**
   * As get, but the item is settled by its own handle, and `taskDone` does not count it. Leased with `ack:
   * 'auto'` too.
   */
  async take(options?: WaitOptions): Promise<Delivery<T>> {
    return this.#takes.take(options)
  }

  /** As take, blocking this thread. */
  takeSync(options?: WaitOptions): Delivery<T> {
    return this.#takes.takeSync(options)
  }

  // --- completion ---

  /**
   * This thread's `count` oldest items from get and getMany are finished: all of them, or none.
   * @throws TaskDoneError if it holds fewer
   */
  taskDone(count = 1): void {
    this.#takes.taskDone(count)
  }

  /** Waits until every item put is finished. @throws WaitTimeoutError, AbortError */
  async join(options?: WaitOptions): Promise<void> {
    const limits = this.#seat.limits(options, this.#seat.joinError)
    if (this.#isJoined()) return
    if (limits.timeout === 0) throw this.#seat.joinError()
    return new Promise((resolve, reject) => {
      const attempt = () => {
        if (!this.#isJoined()) return JOIN
        resolve()
        return 0
      }
      this.#joins.add({ attempt, reject }, limits)
    })
  }

  /**
   * As join, blocking this thread. @throws as join; DeadlockError if this thread holds items;
   * BlockingMainThreadError
   */
  joinSync(options?: WaitOptions): void {
    const stoppable = isStoppable(options)
    const timeout = timeoutOf(options)
    const { held } = this.#seat.attachment
    if (held > 0) {
      throw new DeadlockError(
        `joinSync on ${this.#seat.origin.label} would wait for the ${held} unfinished items that this thread itself holds`,
      )
    }
    if (this.#isJoined()) return
    const attempt = () => {
      if (this.#isJoined()) return 0
      if (stoppable) this.#seat.endIfStopping()
      return JOIN
    }
    this.#seat.block(timeout, attempt, this.#seat.joinError)
  }

  /**
   * No more puts. What is queued can still be got (drain), or, with `immediate`, is discarded and counts as
   * finished. Twice is no error; drain may become immediate, not back. (Python 3.13: `Queue.shutdown`.)
   */
  shutdown(options?: { immediate?: boolean | undefined }): void {
    const { immediate = false } = optionsObject('options', options)
    if (typeof immediate !== 'boolean') throw invalidType('options.immediate', 'a boolean', immediate)
    const { shared, ledger } = this.#seat.attachment
    shared.core.shut(immediate ? 1 : 0)
    if (immediate) discardAll(shared, ledger)
    wakeEveryone(shared)
  }

  // --- iteration, inspection, detaching ---

  /**
   * Items until the queue is shut down and none is left or can come back. The last one is settled when the
   * next is asked for.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return itemsOf(this.#takes.itemSource())
  }

  /** As the asynchronous iterator, blocking this thread: for worker threads. */
  [Symbol.iterator](): IterableIterator<T> {
    return itemsOfSync(this.#takes.itemSource())
  }

  /** Sizes, memory, and who holds and waits. Reads every ledger: not for a hot path. */
  stats(): QueueStats {
    return statsOf(this.#seat.origin.shared, this.name)
  }

  /** Detaches this thread: what it holds is delivered again, its pending calls reject with DetachedError. */
  [Symbol.dispose](): void {
    const { origin, detachedError } = this.#seat
    const attachment = this.#seat.leave()
    if (attachment === undefined) return
    for (const calls of [this.#puts, this.#takes, this.#joins]) calls.rejectAll(detachedError)
    try {
      reclaim(attachment.shared, attachment.ledger, attachment.thread, 0)
    } finally {
      detachInRegistry(origin.id)
      announceDetached(origin.id)
    }
  }

  // --- inside ---

  /** @internal */
  get [INTERNALS](): QueueInternals<T> {
    const { origin } = this
    const { shared } = origin
    const { maxInFlight, maxDeliveries, maxThreads } = shared.geometry
    const queue = this
    return {
      id: origin.id,
      label: origin.label,
      maxInFlight,
      maxDeliveries,
      maxThreads,
      deadLetters: origin.deadLetters,
      get handle() {
        return queue.handle
      },
      get isDetached() {
        return queue.isDetached
      },
      get deadLettered() {
        return queue.isDetached ? 0 : queue.stats().doomed
      },
      get held() {
        return queue.held
      },
      shutDown: () => drain(shared),
      whenShutDown: (call) => whenShutDown(shared, call),
      storedFor: (producer) => storedFor(shared, producer),
      closeProducer: (producer) => closeProducer(shared, producer),
      attemptsOf: (entry) => attemptsAt(shared, entry),
      recordTimeout: (thread, timeout) => recordTimeout(shared, thread, timeout),
      describeHeld: (thread) => this.heldAtDeath(thread),
      source: () => this.leaseSource(),
      putWithin: (item, ms) => this.putWithin(item, ms),
    }
  }

  /** @internal */
  protected tryPutRanked(item: T, options: PriorityOptions | undefined): boolean {
    return this.#puts.tryPut(item, options)
  }

  #isJoined(): boolean {
    const { shared, ledger } = this.#seat.attachment
    this.#seat.flushDeadLetters()
    if (unfinished(shared) === 0) return true
    // Whoever shut the queue down may have died before all was discarded.
    discardAll(shared, ledger)
    return unfinished(shared) === 0
  }

  /** @internal */
  putWithin(item: T, ms: number): boolean {
    return this.#puts.putWithin(item, ms)
  }

  /** @internal */
  leaseSource(): LeaseSource<T> {
    return this.#takes.leaseSource()
  }

  /** @internal */
  contender(): SelectCase<T> {
    return this.#takes.contender()
  }

  /** @internal */
  get origin(): Origin<T> {
    return this.#seat.origin
  }

  /** @internal For messages, what `thread` held when it died. */
  heldAtDeath(thread: number): string {
    return this.isDetached ? '' : describeHeld(this.#seat.attachment, thread)
  }

  /** @internal Items this thread holds. */
  get held(): number {
    return this.#seat.isDetached ? 0 : this.#seat.attachment.held
  }

  /** @internal */
  get isDetached(): boolean {
    return this.#seat.isDetached
  }

  /** @internal The property by which a priority queue ranks. */
  get rankedBy(): string | undefined {
    return this.#seat.origin.ranking?.by
  }

  /** @internal */
  get hasLetters(): boolean {
    return this.#seat.origin.deadLetters !== undefined
  }

  /** @internal Moves what other threads have left that waits for room among the dead letters. */
  flushDeadLetters(): void {
    if (this.hasLetters && !this.isDetached) this.#seat.flushDeadLettersUnasked()
  }

  /** @internal Another letter can be put. */
  get hasRoomForLetter(): boolean {
    return !this.full || this.whenFull === 'drop-oldest'
  }

  /** @internal Calls back once there is room, or the queue is shut down; the process does not wait for it. */
  onRoom(call: () => void): void {
    this.#puts.onRoom(call)
  }

  /**
   * @internal Calls back now whom onRoom let wait, if there is room: a thread that blocks serves no event
   * loop.
   */
  serveRoomWaiters(): void {
    this.#puts.serve()
  }
}

markUnsendable(
  Queue,
  'its `handle` can, in arguments, workerData and messages; `attach` makes a queue of it there',
)

/** Whether it is a queue, of whichever copy of the library. */
export function isQueue(value: unknown): value is Queue<unknown> {
  return typeof (value as Queue<unknown> | null | undefined)?.leaseSource === 'function'
}
