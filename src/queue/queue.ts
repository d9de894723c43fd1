import { invalidType, type Known, optionsObject } from '../check.ts'
import type { Kind } from '../core/index.ts'
import { markUnsendable } from '../unsendable.ts'
import type { Puts, Takes } from './access/index.ts'
import { type Batch, type Delivery, type EMPTY, itemsOf, itemsOfSync } from './access/index.ts'
import { createDescription, type Handle, type QueueStats, statsOf } from './attachment/index.ts'
import {
  type BatchOptions,
  getMany,
  getManySync,
  type IntoOptions,
  takeMany,
  takeManySync,
} from './get-many.ts'
import { openQueue, puts, type QueueInternals, takes } from './internals.ts'
import {
  INTERNALS,
  type PutOptions,
  type PutResult,
  type QueueOptions,
  type WaitOptions,
  type WhenFull,
} from './options/index.ts'
import { putMany, putManySync } from './put-many.ts'
import { noteUseByHand } from './recovery/index.ts'

/** How a queue is shut down. */
export interface ShutdownOptions {
  /**
   * Discards what is queued, instead of letting it be got; what is discarded counts as finished.
   * @default false
   */
  immediate?: boolean | undefined
}

const SHUTDOWN_OPTIONS: Known<ShutdownOptions> = { immediate: true }

/** Where a class of queues has its kind: a property that no subclass of a user's has by chance. */
export const KIND: unique symbol = Symbol('kind')

/**
 * A bounded first-in-first-out queue in shared memory, for any number of producer and consumer threads. The
 * semantics are those of Python's `queue.Queue` (3.13, shutdown included), with deliveries that survive the
 * death of a thread.
 *
 * Each waiting call has three forms: `put` returns a promise, `putSync` blocks the calling thread (not the
 * main thread), `tryPut` never waits. Constructing attaches this thread; others `attach(queue.handle)`.
 * @example
 *     const jobs = new Queue<{ id: number }>({ maxsize: 100, name: 'jobs' })
 *     await jobs.put({ id: 1 })
 *     for await (const job of jobs) console.log(job.id)
 */
export class Queue<T> {
  /** @internal The order in which queues of this class hand out their items. */
  static readonly [KIND]: Kind = 'fifo'

  /** @internal */
  declare readonly [INTERNALS]: QueueInternals<T>
  /** @internal */
  declare readonly [puts]: Puts<T>
  /** @internal */
  declare readonly [takes]: Takes<T>

  /** @throws TypeError, RangeError for a wrong or unknown option */
  constructor(options?: QueueOptions<T>) {
    openQueue(this, createDescription(options, new.target[KIND]))
    noteUseByHand()
  }

  /** Items queued at most, those that came back included. */
  get maxsize(): number {
    return this[INTERNALS].shared.geometry.maxsize
  }

  /** As given, or ''. */
  get name(): string {
    return this[INTERNALS].description.name
  }

  /** Decides about a put on a full queue; as given, or 'wait'. */
  get whenFull(): WhenFull {
    return this[INTERNALS].description.whenFull
  }

  /** Items queued, come back, delayed, or waiting for room among the dead letters; a snapshot. */
  get size(): number {
    return this[INTERNALS].size
  }

  /** Items put and not finished; a snapshot. */
  get unfinished(): number {
    return this[INTERNALS].unfinished
  }

  /** Nothing is queued; a snapshot. */
  get empty(): boolean {
    return this.size === 0
  }

  /** There is no room for a put; a snapshot. */
  get full(): boolean {
    return this.size >= this.maxsize
  }

  /** The queue is shut down, in either way: it never opens again. */
  get isShutDown(): boolean {
    return this[INTERNALS].isShutDown
  }

  /**
   * Another thread attaches with it; structured-cloneable.
   * @throws TypeError `ERR_INVALID_ARG_VALUE` if the codec is neither built in nor made by `defineCodec`
   * @example
   *     new Worker(new URL('./work.js', import.meta.url), { workerData: { jobs: jobs.handle } })
   */
  get handle(): Handle<this> {
    return this[INTERNALS].handle as unknown as Handle<this>
  }

  // --- put ---

  /**
   * Puts an item, when there is room; on a full queue, as `whenFull` says. The item is encoded at the call.
   * Returns what became of it or, 'replaced-oldest', of an older one.
   * @throws TypeError, RangeError for a wrong option; QueueFullError when `timeout` lapses, or at once with
   *   `whenFull: 'reject'`; QueueShutDownError; DetachedError;
   * CodecError; ItemTooLargeError; AbortError
   * @example
   *     await jobs.put({ id: 1 }, { timeout: 1000 })
   */
  async put(item: T, options?: PutOptions): Promise<PutResult> {
    return this[puts].put(item, options)
  }

  /**
   * Puts an item, blocking this thread until there is room.
   * @throws as put; BlockingMainThreadError if it would have to wait on the main thread
   * @example
   *     jobs.putSync({ id: 1 })
   */
  putSync(item: T, options?: PutOptions): PutResult {
    return this[puts].putSync(item, options)
  }

  /**
   * Puts an item if there is room now, or an older one to drop with `whenFull: 'drop-oldest'`, and no earlier
   * put of this thread waits. Returns whether it was stored.
   * @throws QueueShutDownError, CodecError, ItemTooLargeError, DetachedError; TypeError for a wrong option
   * @example
   *     if (!jobs.tryPut({ id: 1 })) console.log('the queue is full')
   */
  tryPut(item: T, options?: Omit<PutOptions, keyof WaitOptions>): boolean {
    return this[puts].tryPut(item, options)
  }

  /**
   * Puts the items in order, each when there is room; `timeout` is for all of them. Returns how many were
   * stored: all, but with `whenFull: 'drop-newest'`. Several at once are stored from an array or a typed
   * array. Any other iterable is asked for the next item when the one before is stored.
   * @throws as put; the error's `stored` says how many were put before
   * @example
   *     await jobs.putMany([{ id: 1 }, { id: 2 }])
   */
  async putMany(items: Iterable<T>, options?: PutOptions): Promise<number> {
    return putMany(this, items, options, this.put === Queue.prototype.put)
  }

  /**
   * As putMany, blocking this thread.
   * @throws as putSync; the error's `stored` says how many were put before
   * @example
   *     jobs.putManySync([{ id: 1 }, { id: 2 }])
   */
  putManySync(items: Iterable<T>, options?: PutOptions): number {
    return putManySync(this, items, options, this.putSync === Queue.prototype.putSync)
  }

  // --- get ---

  /**
   * Gets the next item, when there is one. It is unfinished until `taskDone`, unless `ack` is 'auto'.
   * @throws TypeError, RangeError for a wrong option; QueueEmptyError when `timeout` lapses; DetachedError;
   *   QueueShutDownError when none is left or can come back;
   * CodecError; TooManyInFlightError; AbortError
   * @example
   *     const job = await jobs.get({ timeout: 1000 })
   *     jobs.taskDone()
   */
  async get(options?: WaitOptions): Promise<T> {
    return this[takes].get(options)
  }

  /**
   * Gets the next item, blocking this thread until there is one.
   * @throws as get; BlockingMainThreadError if it would have to wait on the main thread
   * @example
   *     const job = jobs.getSync()
   *     jobs.taskDone()
   */
  getSync(options?: WaitOptions): T {
    return this[takes].getSync(options)
  }

  /**
   * Gets the next item if there is one now, else EMPTY.
   * @throws QueueShutDownError on an ended queue; CodecError; TooManyInFlightError
   * @example
   *     const job = jobs.tryGet()
   *     if (job !== EMPTY) jobs.taskDone()
   */
  tryGet(): T | typeof EMPTY {
    return this[takes].tryGet()
  }

  /**
   * Gets at least one item and at most `max`, an integer from 1: what is there, and, with `linger`, what
   * comes within so many ms of the first. Returns fewer when `maxInFlight` allows no more. A shutdown, an
   * abort or a stop of the thread ends the batch: it returns what it has. With `into` it fills that array,
   * and returns how many.
   * @throws as get, for the first item; for a later one CodecError and QueueCorruptError, which carry those
   * before it as `items`, and DetachedError, unless `ack` is 'auto': those before it are delivered again
   * @example
   *     const batch = await jobs.getMany(10, { linger: 50 })
   *     jobs.taskDone(batch.length)
   */
  getMany(max: number, options: IntoOptions): Promise<number>
  getMany(max: number, options?: BatchOptions): Promise<T[]>
  async getMany(max: number, options?: BatchOptions | IntoOptions): Promise<T[] | number> {
    const { get, tryGet } = Queue.prototype
    return getMany(this, max, options, this.get === get && this.tryGet === tryGet)
  }

  /**
   * As getMany, blocking this thread. The main thread, which must not block, does not linger.
   * @throws as getMany; BlockingMainThreadError
   * @example
   *     const numbers = new Int32Array(64)
   *     const count = jobs.getManySync(64, { into: numbers })
   */
  getManySync(max: number, options: IntoOptions): number
  getManySync(max: number, options?: BatchOptions): T[]
  getManySync(max: number, options?: BatchOptions | IntoOptions): T[] | number {
    const { getSync, tryGet } = Queue.prototype
    return getManySync(this, max, options, this.getSync === getSync && this.tryGet === tryGet)
  }

  /**
   * As get, but the item is settled by its own handle, and `taskDone` does not count it. It is leased with
   * `ack: 'auto'` too.
   * @throws as get
   * @example
   *     const delivery = await jobs.take()
   *     delivery.done()
   */
  async take(options?: WaitOptions): Promise<Delivery<T>> {
    return this[takes].take(options)
  }

  /**
   * As take, blocking this thread.
   * @throws as getSync
   * @example
   *     const delivery = jobs.takeSync()
   *     delivery.retry({ delay: 1000 })
   */
  takeSync(options?: WaitOptions): Delivery<T> {
    return this[takes].takeSync(options)
  }

  /**
   * Takes at least one item and at most `max`, as getMany gets them; each is settled by its own delivery, or
   * all together.
   * @throws as take. CodecError: the first item that cannot be decoded is given up, and the others are
   * delivered again
   * @example
   *     const batch = await jobs.takeMany(100, { linger: 50 })
   *     for (const delivery of batch) delivery.done()
   */
  async takeMany(max: number, options?: BatchOptions): Promise<Batch<T>> {
    return takeMany(this, max, options)
  }

  /**
   * As takeMany, blocking this thread.
   * @throws as takeMany; BlockingMainThreadError
   * @example
   *     const batch = jobs.takeManySync(100)
   *     batch.done()
   */
  takeManySync(max: number, options?: BatchOptions): Batch<T> {
    return takeManySync(this, max, options)
  }

  // --- completion ---

  /**
   * Finishes this thread's `count` oldest items from get and getMany: all of them, or none. `count`: an
   * integer from 1.
   * @throws TaskDoneError if it holds fewer; DetachedError; TypeError, RangeError for a wrong count
   * @example
   *     jobs.taskDone()
   */
  taskDone(count = 1): void {
    this[takes].taskDone(count)
  }

  /**
   * Waits until every item put is finished.
   * @throws WaitTimeoutError when `timeout` lapses; AbortError; DetachedError; TypeError, RangeError for a
   * wrong option
   * @example
   *     await jobs.join({ timeout: 60_000 })
   */
  async join(options?: WaitOptions): Promise<void> {
    return this[INTERNALS].joins.join(options)
  }

  /**
   * As join, blocking this thread.
   * @throws as join; DeadlockError if this thread holds items; BlockingMainThreadError
   * @example
   *     jobs.joinSync()
   */
  joinSync(options?: WaitOptions): void {
    this[INTERNALS].joins.joinSync(options)
  }

  /**
   * Lets no more be put. Queued items can still be got (drain), or, with `immediate`, are discarded and
   * count as finished. Twice is no error; drain may become immediate, not back. (Python 3.13:
   * `Queue.shutdown`.)
   * @throws TypeError for a wrong option; DetachedError
   * @example
   *     jobs.shutdown()
   */
  shutdown(options?: ShutdownOptions): void {
    const { immediate = false } = optionsObject('options', options, SHUTDOWN_OPTIONS)
    if (typeof immediate !== 'boolean') throw invalidType('options.immediate', 'a boolean', immediate)
    const internals = this[INTERNALS]
    internals.attachment.refuseDetached()
    internals.shutDown(immediate)
  }

  // --- iteration, inspection, detaching ---

  /**
   * Iterates over the items until the queue is shut down and none is left or can come back. An item is
   * settled when the next is asked for.
   * @example
   *     for await (const job of jobs) console.log(job)
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return itemsOf(this[takes].itemSource())
  }

  /**
   * As the asynchronous iterator, blocking this thread: for worker threads.
   * @throws as getSync, but for QueueShutDownError: then it ends
   * @example
   *     for (const job of jobs) console.log(job)
   */
  [Symbol.iterator](): IterableIterator<T> {
    return itemsOfSync(this[takes].itemSource())
  }

  /**
   * Tells sizes, memory, and who holds and waits. It reads every ledger: not for a hot path.
   * @example
   *     console.log(jobs.stats().threads)
   */
  stats(): QueueStats {
    return statsOf(this[INTERNALS].shared, this.name)
  }

  /**
   * Detaches this thread: what it holds is delivered again, and its pending calls reject with DetachedError.
   * @example
   *     jobs[Symbol.dispose]()
   */
  [Symbol.dispose](): void {
    this[INTERNALS].detach()
  }
}

markUnsendable(
  Queue,
  'its `handle` can, in arguments, workerData and messages; `attach` makes a queue of it there',
)

/** Whether it is a queue, of whichever copy of the library. */
export function isQueue(value: unknown): value is Queue<unknown> {
  return (value as Partial<Queue<unknown>> | null | undefined)?.[INTERNALS] !== undefined
}
