import {
  attemptsAt,
  isShutDown,
  type RunTimeout,
  recordTimeout,
  type SharedMemory,
  unfinished,
} from '../core/index.ts'
import { whenShutDown } from '../wait/index.ts'
import { Joins, Puts, type Sink, type Source, Takes } from './access/index.ts'
import {
  Attachment,
  describeHeld,
  type Handle,
  type HandleData,
  handleOf,
  type QueueDescription,
  sizeOf,
  statsOf,
} from './attachment/index.ts'
import { type DeadLetter, INTERNALS, type LetterTarget } from './options/index.ts'
import { closeProducer, discardAll, type RegisteredQueue, storedFor, wakeEveryone } from './recovery/index.ts'

/** The part of a queue that a supervisor needs, whose groups use the queue. */
export interface QueueEndpoint {
  /** The same in every thread. */
  readonly id: string
  /** As messages name the queue. */
  readonly label: string
  /**
   * Data of its handle, with which another thread attaches. @throws TypeError for a codec it could not find
   */
  readonly handle: Handle<unknown>
  readonly maxInFlight: number
  /** Deliveries of one item before it is given up; 0: no limit. */
  readonly maxDeliveries: number
  readonly maxThreads: number
  /** The queue to which items go that are given up. */
  readonly deadLetters: { readonly queue: object } | undefined
  /** This thread has detached. */
  readonly isDetached: boolean
  /** Items given up that wait for room among the dead letters. */
  readonly deadLettered: number
  /** Lets no more be put. Queued items are still delivered, or, with `isImmediate`, discarded. */
  shutDown(isImmediate?: boolean): void
  /** Calls back once the queue is shut down; at once if it is. Returns what ends the watch. */
  whenShutDown(call: () => void): () => void
  /** Items stored for `producer` by all its threads so far, modulo 2^32. */
  storedFor(producer: number): number
  /** No thread of `producer` follows. */
  closeProducer(producer: number): void
  /** Deliveries begun of the item that `entry` of any thread holds. */
  attemptsOf(entry: number): number
  /** Says what is to become of the item of `thread` whose call took too long; false if the thread is dead. */
  recordTimeout(thread: number, timeout: RunTimeout): boolean
  /** The items that `thread` held when it died, for messages. */
  describeHeld(thread: number): string
}

/**
 * The inner door of a queue object: its parts, and what supervisor, workers, pipelines and adapters need of
 * it. It is what the queue object consists of; `Queue` shows users what is theirs.
 */
export class QueueInternals<T> implements QueueEndpoint, LetterTarget {
  // Private, so that an inspector that shows hidden properties does not walk through the queue's memory.
  readonly #queue: object
  readonly #description: QueueDescription<T>
  readonly #attachment: Attachment<T>
  readonly #puts: Puts<T>
  readonly #takes: Takes<T>
  readonly #joins: Joins

  /**
   * Attaches this thread. `producer`: the number for which its puts are counted, or 0.
   * @throws TooManyThreadsError
   */
  constructor(description: QueueDescription<T>, queue: RegisteredQueue, producer = 0) {
    const attachment = new Attachment(description, queue, producer)
    this.#queue = queue
    this.#description = description
    this.#attachment = attachment
    this.#puts = new Puts(attachment)
    this.#takes = new Takes(attachment)
    this.#joins = new Joins(attachment as Attachment<unknown>)
  }

  /** The queue object. */
  get queue(): object {
    return this.#queue
  }

  get description(): QueueDescription<T> {
    return this.#description
  }

  get shared(): SharedMemory {
    return this.#description.shared
  }

  /** This thread at the queue. */
  get attachment(): Attachment<T> {
    return this.#attachment
  }

  get puts(): Puts<T> {
    return this.#puts
  }

  get takes(): Takes<T> {
    return this.#takes
  }

  get joins(): Joins {
    return this.#joins
  }

  get id(): string {
    return this.description.id
  }

  get label(): string {
    return this.description.label
  }

  get codecName(): string {
    return this.description.codec.name
  }

  get whenFull(): string {
    return this.description.whenFull
  }

  get rankedBy(): string | undefined {
    return this.description.ranking?.by
  }

  get deadLetters(): LetterTarget | undefined {
    return this.description.deadLetters
  }

  get maxInFlight(): number {
    return this.shared.geometry.maxInFlight
  }

  get maxDeliveries(): number {
    return this.shared.geometry.maxDeliveries
  }

  get maxThreads(): number {
    return this.shared.geometry.maxThreads
  }

  get handle(): HandleData {
    return handleOf(this.description as QueueDescription<never>)
  }

  get isShutDown(): boolean {
    return isShutDown(this.shared)
  }

  get isDetached(): boolean {
    return this.attachment.isDetached
  }

  /** Items that a put counts against maxsize; a snapshot. */
  get size(): number {
    return sizeOf(this.shared)
  }

  get unfinished(): number {
    return unfinished(this.shared)
  }

  /** Items this thread holds. */
  get held(): number {
    return this.isDetached ? 0 : this.attachment.held.count
  }

  /** How many more items this thread may hold. @throws DetachedError */
  get mayHold(): number {
    return this.attachment.held.room
  }

  get deadLettered(): number {
    return this.isDetached ? 0 : statsOf(this.shared, '').doomed
  }

  get hasRoomForLetter(): boolean {
    return this.size < this.shared.geometry.maxsize || this.description.whenFull === 'drop-oldest'
  }

  /** This thread as a consumer of the queue: each item is leased, whatever the queue's `ack`. */
  get source(): Source<T> {
    return this.#takes
  }

  /** This thread as a producer for the queue. */
  get sink(): Sink<T> {
    return this.#puts
  }

  tryPut(letter: DeadLetter<unknown>): boolean {
    // By the queue object: a class of the user's may override it.
    return (this.#queue as LetterQueue).tryPut(letter)
  }

  onRoom(call: () => void): void {
    this.puts.onRoom(call)
  }

  serveRoomWaiters(): void {
    this.puts.serve()
  }

  get hasDeadLetters(): boolean {
    return this.description.deadLetters !== undefined
  }

  /** Moves what other threads have left that waits for room among the dead letters. */
  flushDeadLetters(): void {
    if (this.hasDeadLetters && !this.isDetached) this.attachment.flushDeadLettersUnasked()
  }

  /** @throws DetachedError with `isImmediate`: what is discarded counts in this thread's ledger */
  shutDown(isImmediate = false): void {
    if (isImmediate) this.attachment.refuseDetached()
    const { shared } = this
    shared.core.shut(isImmediate ? 1 : 0)
    if (isImmediate) discardAll(shared, this.attachment.ledger)
    wakeEveryone(shared)
  }

  whenShutDown(call: () => void): () => void {
    return whenShutDown(this.shared, call)
  }

  storedFor(producer: number): number {
    return storedFor(this.shared, producer)
  }

  closeProducer(producer: number): void {
    closeProducer(this.shared, producer)
  }

  /** Decodes the item that `entry` of any thread holds, which does not settle it. @throws CodecError */
  peek(entry: number): T {
    return this.attachment.held.peek(entry)
  }

  attemptsOf(entry: number): number {
    return attemptsAt(this.shared, entry)
  }

  recordTimeout(thread: number, timeout: RunTimeout): boolean {
    return recordTimeout(this.shared, thread, timeout)
  }

  describeHeld(thread: number): string {
    return this.isDetached ? '' : describeHeld(this.shared, this.attachment.held, thread)
  }

  /**
   * Detaches this thread: what it holds is delivered again, and its pending calls reject with DetachedError.
   */
  detach(): void {
    const { detachedError } = this.attachment
    this.attachment.detach(() => {
      for (const calls of [this.puts, this.takes, this.joins]) calls.rejectAll(detachedError)
    })
  }
}

interface LetterQueue {
  tryPut(letter: DeadLetter<unknown>): boolean
}

/** A queue object, of whichever copy of the library. */
export interface HasInternals<T> {
  readonly [INTERNALS]: QueueInternals<T>
}

/** The inner door of a queue. */
export function internalsOf<I>(queue: { readonly [INTERNALS]: I }): I {
  return queue[INTERNALS]
}

/**
 * Where a queue object keeps its puts, as `internalsOf` does, but one load nearer on the way of every item.
 */
export const puts: unique symbol = Symbol('puts')
/** Its takes, likewise. */
export const takes: unique symbol = Symbol('takes')

/** Makes `queue`, which is none so far, a queue object of this description, and attaches this thread. */
export function openQueue<T>(queue: object, description: QueueDescription<T>, producer = 0): void {
  const internals = new QueueInternals(description, queue as RegisteredQueue, producer)
  // Not enumerable, so that nothing shows them: neither `console.log` nor structured clone.
  Object.defineProperties(queue, {
    [INTERNALS]: { value: internals },
    [puts]: { value: internals.puts },
    [takes]: { value: internals.takes },
  })
}
