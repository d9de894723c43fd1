import { DEAD_LETTER, RELEASE, RETRY } from '../../core/index.ts'
import { StaleDeliveryError } from '../../errors.ts'
import type { Attachment, HeldItems } from '../attachment/index.ts'
import type { WaitOptions } from '../options/index.ts'

/**
 * An item that this thread holds, and how it is settled: once, by one of the four methods. Iterators, `take`,
 * `consume` and whatever moves items between queues settle by it.
 */
export interface Lease<T> {
  /** @throws CodecError if it cannot be decoded; then the lease is settled, and the item given up */
  readonly item: T
  /**
   * Deliveries of the item begun so far, this one included: 1 the first time. Read it before the item is
   * settled.
   */
  readonly attempt: number
  /** The last thread that held the item has died. */
  readonly isSuspect: boolean
  /** Where this thread holds the item, as a byte offset: `recordTimeout` takes it. */
  readonly entry: number
  /** The item is not begun: if this thread dies, this delivery is not counted. Only `release` settles it. */
  setAside(): void
  /** The item is begun after all. */
  takeUp(): void
  /** The item is done. @throws StaleDeliveryError if it was settled before, or this thread has detached */
  finish(): void
  /**
   * As finish. True if an item that was fetched ahead could be begun at once: this is its lease now, from
   * `tryLeaseAhead`.
   */
  finishForNext(): boolean
  /**
   * Delivers the item again, after `delay` ms; after `maxDeliveries` deliveries it is given up. @throws as
   * finish
   */
  retry(error: unknown, delay?: number): void
  /** Gives the item up: it goes to the dead letters, else it is finished. @throws as finish */
  deadLetter(error: unknown): void
  /** Delivers the item again at once, and this delivery is not counted. @throws as finish */
  release(): void
}

/**
 * A queue as a consumer sees it: one in shared memory, or one of another engine. A lease that is settled may
 * be used again for another item: its holder must forget it.
 */
export interface Source<T> {
  /**
   * A lease, or undefined if there is none now. @throws QueueShutDownError, TooManyInFlightError, CodecError
   */
  tryLease(): Lease<T> | undefined
  /**
   * As tryLease, for a caller that holds one lease at a time. The source may fetch further items with it.
   * They are leased next, unless another thread that has nothing to do takes them.
   */
  tryLeaseAhead(): Lease<T> | undefined
  /** tryLeaseAhead fetches at most `items` at once, 1 or more. */
  limitAhead(items: number): void
  /** Gives back what was fetched and not leased. */
  releaseAhead(): void
  /** Blocks the thread for at most `timeout` ms. @throws as tryLease; QueueEmptyError, AbortError */
  leaseSync(timeout: number): Lease<T>
  /** @throws as leaseSync */
  lease(options?: WaitOptions): Promise<Lease<T>>
}

/** A queue as a producer sees it. */
export interface Sink<T> {
  /** Puts an item, waiting for room. */
  put(item: T): Promise<unknown>
  /** Puts an item, blocking the thread for at most `ms`. False if there was no room for so long. */
  putWithin(item: T, ms: number): boolean
  /** From now on, consumers that wait are woken by `wakeDeferred` alone, and by a death of this thread. */
  deferWakes(): void
  /** Wakes the consumers that no put since the last call has woken. Returns whether there were any. */
  wakeDeferred(): void
  /** Its consumers end, and no put succeeds any more. */
  readonly isShutDown: boolean
}

/** Leases that can be settled while their thread waits for another item: those of `take` and of a Source. */
export interface OpenLeases {
  count: number
}

const OPEN = 0
const DECODED = 1
const SETTLED = 2

/** A lease of an item in shared memory. The item is decoded when it is first asked for. */
export class HeldLease<T> implements Lease<T> {
  readonly #attachment: Attachment<T>
  readonly #held: HeldItems<T>
  readonly #open: OpenLeases | undefined
  #entry = 0
  #item: T | undefined
  #state = SETTLED

  /** `open` counts the lease, unless it can be settled only while its holder does not wait. */
  constructor(attachment: Attachment<T>, open: OpenLeases | undefined) {
    this.#attachment = attachment
    this.#held = attachment.held
    this.#open = open
  }

  get isSettled(): boolean {
    return this.#state === SETTLED
  }

  /** From now on it is the lease of the item of `entry`. It must be settled, or new. */
  hold(entry: number): this {
    this.#entry = entry
    this.#state = OPEN
    if (this.#open !== undefined) this.#open.count++
    return this
  }

  get entry(): number {
    return this.#entry
  }

  get item(): T {
    if (this.#state === OPEN) {
      try {
        this.#item = this.#held.read(this.#entry)
      } catch (error) {
        // The codec has detached the thread.
        if (this.#attachment.isDetached) throw error
        // An item that cannot be decoded is settled: it is dead-lettered.
        this.settle()
        this.#attachment.flushDeadLetters()
        throw error
      }
      this.#state = DECODED
    }
    return this.#item as T
  }

  get attempt(): number {
    return this.#held.attemptsOf(this.#entry)
  }

  get isSuspect(): boolean {
    return this.#held.isSuspect(this.#entry)
  }

  setAside(): void {
    this.#held.setAside(this.#entry, true)
  }

  takeUp(): void {
    this.#held.setAside(this.#entry, false)
  }

  finish(): void {
    this.settle()
    this.#held.finish(this.#entry)
    this.#attachment.flushDeadLetters()
  }

  finishForNext(): boolean {
    this.settle()
    const next = this.#held.finishAndBegin(this.#entry)
    if (next > 0) this.hold(next)
    this.#attachment.flushDeadLetters()
    return next > 0
  }

  retry(error: unknown, delay = 0): void {
    this.#requeue(RETRY, error, delay)
  }

  deadLetter(error: unknown): void {
    this.#requeue(DEAD_LETTER, error, 0)
  }

  release(): void {
    this.#requeue(RELEASE, undefined, 0)
  }

  #requeue(verdict: number, error: unknown, delay: number): void {
    this.settle()
    this.#held.requeue(this.#entry, verdict, error, delay)
    this.#attachment.flushDeadLetters()
  }

  /** The caller settles the item itself. @throws as finish */
  settle(): void {
    if (this.#state === SETTLED || this.#attachment.isDetached) throw this.#staleError()
    this.#state = SETTLED
    this.#item = undefined
    if (this.#open !== undefined) this.#open.count--
  }

  #staleError(): StaleDeliveryError {
    if (this.#state === SETTLED) return new StaleDeliveryError('this delivery was settled before')
    const { label } = this.#attachment.description
    return new StaleDeliveryError(`this thread has detached from ${label}: the item is delivered again`)
  }
}
