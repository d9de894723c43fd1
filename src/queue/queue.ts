import { availableParallelism } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { integer, invalidType, invalidValue, options as optionsObject } from '../check.ts'
import { clock } from '../clock.ts'
import { BACKLOG, DISCARDED, GET, JOIN, LEDGERS_USED, NOTHING, PUT } from '../core/layout.ts'
import { isShutDown, queued, unfinished } from '../core/shared.ts'
import {
  AbortError,
  BlockingMainThreadError,
  DeadlockError,
  DetachedError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  StaleDeliveryError,
  TaskDoneError,
  WaitTimeoutError,
} from '../errors.ts'
import { block } from '../wait/blocking.ts'
import { type Limits, PendingCalls } from '../wait/pending.ts'
import type { Side } from '../wait/side.ts'
import { AGAIN, type Attachment, type Encoded, GIVE_UP } from './attachment.ts'
import { type BatchOptions, getMany, getManySync, putMany, putManySync } from './batches.ts'
import { type DeadLetter, hasDoomed, moveLetters } from './dead-letters.ts'
import { announceDetached } from './deaths.ts'
import { type Delivery, type Settler, TakenItem } from './delivery.ts'
import { EMPTY } from './empty.ts'
import { EndStay, hasEnded } from './end.ts'
import type { Handle, HandleData } from './handle.ts'
import { type ItemSource, itemsOf, itemsOfSync } from './iterate.ts'
import { type QueueOptions, refuseSignal, signalOf, timeoutOf, type WaitOptions } from './options.ts'
import { handleOf, Origin } from './origin.ts'
import { discardAll, wakeEveryone, windUp } from './recovery.ts'
import { detachInRegistry } from './registry.ts'
import { type QueueStats, statsOf } from './stats.ts'

/** How often a blocked thread looks whether there is room for dead letters, in ms. */
const LETTER_ROOM = 50

/** Looks before a thread goes to sleep, where threads do not outnumber cores. */
const SPINS = 50
const CORES = availableParallelism()

/** What a put did with the item. */
export type PutResult = 'stored' | 'replaced-oldest' | 'dropped'

/**
 * A bounded first-in-first-out queue in shared memory, for any number of producer and consumer threads. The semantics
 * are those of Python's `queue.Queue` (3.13, shutdown included), with deliveries that survive the death of a thread.
 *
 * Each waiting call has three forms: `put` returns a promise, `putSync` blocks the calling thread (not the main
 * thread), `tryPut` never waits. Constructing attaches this thread; others `attach(queue.handle)`.
 */
export class Queue<T> {
  readonly #origin: Origin<T>
  readonly #letters: Queue<DeadLetter<T>> | undefined
  #attachment: Attachment<T> | undefined
  readonly #puts: PendingCalls
  readonly #gets: PendingCalls
  readonly #joins: PendingCalls
  /** Entries of what get and getMany handed over, oldest first: what taskDone settles. */
  readonly #inOrder: number[] = []
  /** Deliveries of `take` not settled yet. */
  #deliveries = 0
  /** This thread's asynchronous takers at the end of the queue. */
  readonly #stay: EndStay
  #awaitsLetterRoom = false

  /** @throws TypeError, RangeError for a wrong option; TooManyThreadsError never: the creator is the first. */
  constructor(options?: QueueOptions<T>) {
    const origin = options instanceof Origin ? (options as Origin<T>) : Origin.create(options)
    this.#origin = origin
    this.#letters = origin.deadLetters as Queue<DeadLetter<T>> | undefined
    const attachment = origin.claim(this)
    this.#attachment = attachment
    const { shared, ledger } = attachment
    this.#stay = new EndStay(
      shared,
      ledger,
      () => this.#deliveries === 0,
      () => this.#warnOfStay(),
    )
    this.#puts = new PendingCalls(shared, ledger)
    this.#gets = new PendingCalls(shared, ledger, () => this.#stay.leave())
    this.#joins = new PendingCalls(shared, ledger)
  }

  /** Items queued at most, those that came back included. */
  get maxsize(): number {
    return this.#origin.shared.geometry.maxsize
  }

  get name(): string {
    return this.#origin.name
  }

  /** @internal */
  get codecName(): string {
    return this.#origin.codec.name
  }

  /** Items queued, come back or delayed; a snapshot. */
  get size(): number {
    const { shared } = this.#origin
    return queued(shared) + shared.load(BACKLOG)
  }

  /** @internal How many more items this thread may hold. */
  get mayHold(): number {
    return this.#attached().room
  }

  /** Items put and not finished; a snapshot. */
  get unfinished(): number {
    return unfinished(this.#origin.shared)
  }

  get empty(): boolean {
    return this.size === 0
  }

  get full(): boolean {
    return this.size >= this.maxsize
  }

  get isShutDown(): boolean {
    return isShutDown(this.#origin.shared)
  }

  /**
   * What another thread attaches with; structured-cloneable.
   * @throws TypeError `ERR_INVALID_ARG_VALUE` if the codec is neither built in nor made by `defineCodec`.
   */
  get handle(): Handle<this> {
    const letters = this.#letters?.handle as HandleData | undefined
    const data = handleOf(this.#origin as Origin<unknown>, letters)
    if (data === undefined) {
      const expected = 'built in or made by defineCodec, for other threads to find it'
      throw invalidValue('options.codec', expected, this.codecName)
    }
    return data as unknown as Handle<this>
  }

  // --- put ---

  /**
   * Puts an item, when there is room. It is encoded at the call.
   * @throws QueueFullError when `timeout` lapses, QueueShutDownError, CodecError, ItemTooLargeError, AbortError
   */
  async put(item: T, options?: WaitOptions): Promise<PutResult> {
    const limits = this.#limits(options, this.#fullError)
    const attachment = this.#attached()
    const encoded = attachment.encode(item, this.#puts.size > 0)
    if (this.#puts.size === 0 && this.#store(encoded, limits.timeout > 0) === 0) return 'stored'
    if (limits.timeout === 0) {
      this.#abandon(encoded)
      throw this.isShutDown ? this.#shutDownError() : this.#fullError()
    }
    const bytes = typeof encoded === 'number' ? attachment.staged(encoded) : encoded
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const side = this.#store(bytes, true)
        if (side === 0) resolve('stored')
        return side
      }
      this.#puts.add({ attempt, reject, giveUp: () => this.#abandon(bytes) }, limits)
    })
  }

  /**
   * Puts an item, blocking this thread until there is room.
   * @throws as put; BlockingMainThreadError if it would have to wait on the main thread
   */
  putSync(item: T, options?: WaitOptions): PutResult {
    // The common case first, without what only a wait needs. A refused store has changed nothing.
    if (options === undefined && this.#puts.size === 0) {
      const attachment = this.#attached()
      const encoded = attachment.encode(item, false)
      if (typeof encoded === 'number' && attachment.store(encoded, true) === 0) return 'stored'
      return this.#putSync(encoded, Number.POSITIVE_INFINITY)
    }
    refuseSignal(options)
    const timeout = timeoutOf(options)
    return this.#putSync(this.#attached().encode(item, this.#puts.size > 0), timeout)
  }

  #putSync(encoded: Encoded, timeout: number): PutResult {
    // Puts called before come first.
    const attempt = () => this.#puts.serve() || this.#store(encoded, timeout > 0)
    try {
      const earlier = this.#puts.size === 0 ? 0 : this.#puts.serve()
      if (earlier === 0 && this.#store(encoded, timeout > 0) === 0) return 'stored'
      this.#block(timeout, attempt, this.#fullError)
    } catch (error) {
      this.#abandon(encoded)
      throw error
    }
    return 'stored'
  }

  /**
   * Puts an item if there is room now and no earlier put of this thread waits. Returns whether it was stored.
   * @throws QueueShutDownError, CodecError, ItemTooLargeError
   */
  tryPut(item: T): boolean {
    const encoded = this.#attached().encode(item, this.#puts.size > 0)
    if (this.#puts.size > 0 && this.isShutDown) throw this.#shutDownError()
    if (this.#puts.size === 0 && this.#store(encoded, false) === 0) return true
    this.#abandon(encoded)
    return false
  }

  /**
   * Puts the items in order, each when there is room; `timeout` is for all of them. Returns how many: all.
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
   * @throws QueueEmptyError when `timeout` lapses, QueueShutDownError when none is left or can come back, CodecError,
   *   TooManyInFlightError, AbortError
   */
  async get(options?: WaitOptions): Promise<T> {
    return this.#take(options, (entry) => this.#handOver(entry))
  }

  /**
   * Gets the next item, blocking this thread until there is one.
   * @throws as get; BlockingMainThreadError if it would have to wait on the main thread
   */
  getSync(options?: WaitOptions): T {
    if (options === undefined) {
      const entry = this.#takeNow()
      if (entry > 0) return this.#handOver(entry)
    }
    return this.#handOver(this.#takeSync(options))
  }

  /** Gets the next item if there is one now, else EMPTY. @throws QueueShutDownError on an ended queue, CodecError, TooManyInFlightError */
  tryGet(): T | typeof EMPTY {
    const now = this.#takeNow()
    if (now > 0) return this.#handOver(now)
    const entry = this.#lookAfterOthers()
    return entry === 0 ? EMPTY : this.#handOver(entry)
  }

  /**
   * Gets at least one item and at most `max`: what is there, and, with `linger`, what comes within so many ms of the
   * first. Fewer when `maxInFlight` allows no more.
   * @throws as get, for the first; a CodecError for a later one carries those before it as `items`
   */
  async getMany(max: number, options?: BatchOptions): Promise<T[]> {
    return getMany(this, max, options)
  }

  /** As getMany, blocking this thread. */
  getManySync(max: number, options?: BatchOptions): T[] {
    return getManySync(this, max, options)
  }

  /** As get, but the item is settled by its own handle, and `taskDone` does not count it. Leased with `ack: 'auto'` too. */
  async take(options?: WaitOptions): Promise<Delivery<T>> {
    return this.#take(options, (entry) => this.#deliver(entry))
  }

  /** As take, blocking this thread. */
  takeSync(options?: WaitOptions): Delivery<T> {
    return this.#deliver(this.#takeSync(options))
  }

  // --- completion ---

  /**
   * This thread's `count` oldest items from get and getMany are finished: all of them, or none.
   * @throws TaskDoneError if it holds fewer
   */
  taskDone(count = 1): void {
    if (count === 1 && this.#inOrder.length > 0) {
      this.#attached().finish(this.#inOrder.shift() as number)
      return
    }
    integer('count', count, 1, Number.MAX_SAFE_INTEGER)
    const attachment = this.#attached()
    if (count > this.#inOrder.length) {
      throw new TaskDoneError(
        `taskDone(${count}) on ${this.#origin.label}: this thread holds ${this.#inOrder.length} items from get and getMany`,
      )
    }
    for (const entry of this.#inOrder.splice(0, count)) attachment.finish(entry)
  }

  /** Waits until every item put is finished. @throws WaitTimeoutError, AbortError */
  async join(options?: WaitOptions): Promise<void> {
    const limits = this.#limits(options, this.#joinError)
    this.#attached()
    if (this.#isJoined()) return
    if (limits.timeout === 0) throw this.#joinError()
    return new Promise((resolve, reject) => {
      const attempt = () => {
        if (!this.#isJoined()) return JOIN
        resolve()
        return 0
      }
      this.#joins.add({ attempt, reject }, limits)
    })
  }

  /** As join, blocking this thread. @throws as join; DeadlockError if this thread holds items; BlockingMainThreadError */
  joinSync(options?: WaitOptions): void {
    refuseSignal(options)
    const { held } = this.#attached()
    if (held > 0) {
      throw new DeadlockError(
        `joinSync on ${this.#origin.label} would wait for the ${held} unfinished items that this thread itself holds`,
      )
    }
    if (this.#isJoined()) return
    const attempt = () => (this.#isJoined() ? 0 : JOIN)
    this.#block(timeoutOf(options), attempt, this.#joinError, () => this.#patience())
  }

  /**
   * No more puts. What is queued can still be got (drain), or, with `immediate`, is discarded and counts as finished.
   * Twice is no error; drain may become immediate, not back. (Python 3.13: `Queue.shutdown`.)
   */
  shutdown(options?: { immediate?: boolean | undefined }): void {
    const { immediate = false } = optionsObject('options', options)
    if (typeof immediate !== 'boolean') throw invalidType('options.immediate', 'a boolean', immediate)
    const { shared, ledger } = this.#attached()
    shared.core.shut(immediate ? 1 : 0)
    if (immediate) discardAll(shared, ledger)
    wakeEveryone(shared)
  }

  // --- iteration, inspection, detaching ---

  /** Items until the queue is shut down and none is left or can come back. The last one is settled when the next is asked for. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return itemsOf(this.#itemSource())
  }

  /** As the asynchronous iterator, blocking this thread: for worker threads. */
  [Symbol.iterator](): IterableIterator<T> {
    return itemsOfSync(this.#itemSource())
  }

  stats(): QueueStats {
    return statsOf(this.#origin.shared, this.name)
  }

  /** Detaches this thread: what it holds is delivered again, its pending calls reject with DetachedError. */
  [Symbol.dispose](): void {
    const attachment = this.#attachment
    if (attachment === undefined) return
    this.#attachment = undefined
    for (const calls of [this.#puts, this.#gets, this.#joins]) calls.rejectAll(this.#detachedError)
    windUp(attachment.shared, attachment.ledger, attachment.thread, 0)
    detachInRegistry(this.#origin.id)
    announceDetached(this.#origin.id)
  }

  // --- inside ---

  #attached(): Attachment<T> {
    if (this.#attachment === undefined) throw this.#detachedError()
    return this.#attachment
  }

  #limits(options: WaitOptions | undefined, lapse: () => Error): Limits {
    const signal = signalOf(options)
    if (signal?.aborted) throw new AbortError(signal.reason)
    return { timeout: timeoutOf(options), signal, lapse }
  }

  /** Stores an item, or answers the side to wait on. @throws QueueShutDownError */
  #store(encoded: Encoded, waits: boolean): Side | 0 {
    const side = this.#attached().store(encoded, waits)
    if (side < 0) throw this.#shutDownError()
    if (side !== 0) this.#tidy()
    return side
  }

  /** A put is given up: its blocks are free again. */
  #abandon(encoded: Encoded): void {
    if (typeof encoded !== 'number') this.#attachment?.unstage(encoded)
  }

  /** The common case of #look: an entry, or what else is to be looked at: not above 0. */
  #takeNow(): number {
    return this.#gets.size > 0 ? 0 : this.#attached().take()
  }

  /** One look for an item: its entry, or 0. @throws QueueShutDownError on an ended queue */
  #look(mayLeave: () => boolean): number {
    const attachment = this.#attached()
    const answer = attachment.take()
    if (answer > 0) return answer
    this.#tidy()
    if (answer === NOTHING) return 0
    if (answer === DISCARDED) discardAll(attachment.shared, attachment.ledger)
    if (answer === DISCARDED || mayLeave()) throw this.#shutDownError()
    return 0
  }

  /** One look, once this thread's earlier gets have been served: its entry, or 0. @throws as #look */
  #lookAfterOthers(): number {
    if (this.#gets.size > 0 && this.#gets.serve() !== 0) return 0
    return this.#look(() => hasEnded(this.#attached().shared, this.#attached().ledger))
  }

  async #take<R>(options: WaitOptions | undefined, handOver: (entry: number) => R): Promise<R> {
    const limits = this.#limits(options, this.#emptyError)
    this.#attached()
    const entry = this.#lookAfterOthers()
    if (entry > 0) return handOver(entry)
    if (limits.timeout === 0) throw this.#emptyError()
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const entry = this.#look(() => this.#stay.mayLeave())
        if (entry === 0) return GET
        resolve(handOver(entry))
        return 0
      }
      this.#gets.add({ attempt, reject }, limits)
    })
  }

  #takeSync(options: WaitOptions | undefined): number {
    refuseSignal(options)
    const timeout = timeoutOf(options)
    const { shared, ledger } = this.#attached()
    let entry = this.#lookAfterOthers()
    if (entry > 0) return entry
    const stay = new EndStay(
      shared,
      ledger,
      () => true,
      () => this.#warnOfStay(),
    )
    const attempt = () => {
      if (this.#gets.serve() !== 0) return GET
      entry = this.#look(() => stay.mayLeave())
      return entry > 0 ? 0 : GET
    }
    try {
      this.#block(timeout, attempt, this.#emptyError, () => Math.min(stay.patience(), this.#patience()))
    } finally {
      if (stay.arrived) {
        stay.leave()
        // They shared the mark that was just taken away.
        this.#gets.serve()
      }
    }
    return entry
  }

  #block(timeout: number, attempt: () => Side | 0, lapse: () => Error, slice?: () => number): void {
    if (timeout === 0) throw lapse()
    if (isMainThread) throw this.#blockingError()
    const { shared, ledger } = this.#attached()
    // Where every thread can have a core (the creator is mostly idle), the other side is likely to be at work now.
    const spins = shared.load(LEDGERS_USED) <= CORES + 1 && !this.isShutDown ? SPINS : 0
    for (let tries = 0; tries < spins; tries++) if (attempt() === 0) return
    if (!block(shared, ledger, clock.now() + timeout, clock.now, attempt, slice)) throw lapse()
  }

  #handOver(entry: number): T {
    const attachment = this.#attached()
    const item = this.#read(entry)
    if (this.#origin.ack === 'auto') attachment.finish(entry)
    else this.#inOrder.push(entry)
    return item
  }

  #read(entry: number): T {
    if (this.#letters === undefined) return this.#attached().read(entry)
    try {
      return this.#attached().read(entry)
    } finally {
      this.#tidy()
    }
  }

  #deliver(entry: number): Delivery<T> {
    const item = this.#read(entry)
    const settle = (how: (attachment: Attachment<T>) => void) => {
      if (this.#attachment === undefined) {
        throw new StaleDeliveryError(
          `this thread has detached from ${this.#origin.label}: the item is delivered again`,
        )
      }
      this.#deliveries--
      how(this.#attachment)
      this.#tidy()
    }
    const settler: Settler = {
      finish: (at) => settle((attachment) => attachment.finish(at)),
      again: (at, error) => settle((attachment) => attachment.giveBack(at, AGAIN, error)),
      giveUp: (at, error) => settle((attachment) => attachment.giveBack(at, GIVE_UP, error)),
    }
    this.#deliveries++
    return new TakenItem(item, this.#attached().attempts(entry), entry, settler)
  }

  #itemSource(): ItemSource<T> {
    const automatic = this.#origin.ack === 'auto'
    const handOver = (entry: number) => {
      const item = this.#read(entry)
      if (automatic) this.#attached().finish(entry)
      return { item, entry: automatic ? 0 : entry }
    }
    return {
      next: () => this.#take(undefined, handOver),
      nextSync: () => handOver(this.#takeSync(undefined)),
      finish: (entry) => this.#attachment?.finish(entry),
      keep: (entry) => {
        if (this.#attachment !== undefined) this.#inOrder.push(entry)
      },
    }
  }

  #isJoined(): boolean {
    const { shared, ledger } = this.#attached()
    this.#tidy()
    if (unfinished(shared) === 0) return true
    // Whoever shut the queue down may have died before all was discarded.
    discardAll(shared, ledger)
    return unfinished(shared) === 0
  }

  /** Moves given-up items to the dead letters; when those are full, again when there is room. */
  #tidy(): void {
    const letters = this.#letters
    const attachment = this.#attachment
    if (letters === undefined || attachment === undefined || !hasDoomed(attachment.shared)) return
    // Another thread moves them, or this one once it has attached again.
    if (letters.#attachment === undefined) return
    if (this.#awaitsLetterRoom) {
      if (letters.full) return
      letters.serveRoom()
    }
    if (moveLetters(attachment, letters, this.name)) return
    if (this.#awaitsLetterRoom) return
    this.#awaitsLetterRoom = true
    letters.onRoom(() => {
      this.#awaitsLetterRoom = false
      this.#tidy()
      this.#joins.serve()
    })
  }

  /** @internal Calls back once there is room, or the queue is shut down; the process does not wait for it. */
  onRoom(call: () => void): void {
    const done = () => queueMicrotask(call)
    const attempt = () => {
      if (this.full && !this.isShutDown) return PUT
      done()
      return 0 as const
    }
    const limits = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse: this.#fullError }
    this.#puts.add({ attempt, reject: done }, { ...limits, background: true })
  }

  /** @internal Calls back now whom onRoom let wait, if there is room: a thread that blocks serves no event loop. */
  serveRoom(): void {
    this.#puts.serve()
  }

  /** How long a blocked thread may sleep, in ms: it cannot hear that there is room for dead letters, so it looks. */
  #patience(): number {
    return this.#letters !== undefined && hasDoomed(this.#attached().shared)
      ? LETTER_ROOM
      : Number.POSITIVE_INFINITY
  }

  #warnOfStay(): void {
    const holders = this.stats().threads.filter(({ held }) => held > 0)
    const who = holders.map(({ thread, held }) => `thread ${thread} holds ${held}`).join(', ')
    process.emitWarning(
      `${this.#origin.label} is shut down and empty, and its takers wait for items that are still held: ${who}. ` +
        'They end when those are finished (taskDone).',
      { code: 'MILLRACE_END_WAIT' },
    )
  }

  #fullError = () =>
    new QueueFullError(`${this.#origin.label} stayed full (maxsize ${this.maxsize}, ${this.size} queued)`)
  #emptyError = () => new QueueEmptyError(`${this.#origin.label} stayed empty`)
  #shutDownError = () => new QueueShutDownError(`${this.#origin.label} is shut down`)
  #joinError = () =>
    new WaitTimeoutError(`${this.#origin.label} still has ${this.unfinished} unfinished items`)
  #detachedError = () => new DetachedError(`this thread has detached from ${this.#origin.label}`)
  #blockingError = () =>
    new BlockingMainThreadError(
      `a blocking call on ${this.#origin.label} would have to wait on the main thread: use the asynchronous form there`,
    )
}
