import { optionsObject } from '../../check.ts'
import { StaleDeliveryError } from '../../errors.ts'
import { markUnsendable } from '../../unsendable.ts'
import { durationOf } from '../options/index.ts'

/** How an item is delivered again. */
export interface RetryOptions {
  /**
   * Not before so many ms have passed: 0 (default) to 2^31 - 1. The queue keeps the time, not this thread,
   * which may end.
   */
  delay?: number | undefined
  /** Why; kept in the item's history where there are dead letters. */
  error?: unknown
}

/** One item taken with `take`, to be settled once. */
export interface Delivery<T> {
  readonly item: T
  /** Deliveries of this item begun so far, this one included: 1 the first time. */
  readonly attempt: number
  /** Finished. @throws StaleDeliveryError if it was settled before, or the thread has detached. */
  done(): void
  /**
   * Delivered again, before new items (priority: at its old place), at once or after `delay` ms; after
   * `maxDeliveries` deliveries it is given up instead. A delayed item counts in `size`. @throws
   * StaleDeliveryError, TypeError, RangeError
   */
  retry(options?: RetryOptions): void
  /** Given up: to the dead letters, else it counts as finished. @throws StaleDeliveryError */
  fail(error: unknown): void
}

/** What a delivery does with its entry; undefined once it is stale. */
export interface Settler {
  finish(entry: number): void
  /** `delay` in ms. */
  again(entry: number, error: unknown, delay: number): void
  giveUp(entry: number, error: unknown): void
}

export class TakenItem<T> implements Delivery<T> {
  readonly item: T
  readonly attempt: number
  readonly #entry: number
  readonly #settler: Settler
  #settled = false

  constructor(item: T, attempt: number, entry: number, settler: Settler) {
    this.item = item
    this.attempt = attempt
    this.#entry = entry
    this.#settler = settler
  }

  done(): void {
    this.#settle()
    this.#settler.finish(this.#entry)
  }

  retry(given?: RetryOptions): void {
    const options = optionsObject('options', given)
    const delay = options.delay === undefined ? 0 : durationOf('options.delay', options.delay)
    this.#settle()
    this.#settler.again(this.#entry, options.error, delay)
  }

  fail(error: unknown): void {
    this.#settle()
    this.#settler.giveUp(this.#entry, error)
  }

  #settle(): void {
    if (this.#settled) throw new StaleDeliveryError('this delivery was settled before')
    this.#settled = true
  }
}

markUnsendable(TakenItem, 'its `item` can')
