import { type Known, optionsObject } from '../../check.ts'
import { markUnsendable } from '../../unsendable.ts'
import { durationOf } from '../options/index.ts'
import type { Lease } from './lease.ts'

/** How an item is delivered again. */
export interface RetryOptions {
  /**
   * ms before which it is not delivered again, 0 to 2^31 - 1. The queue keeps the time, not this thread,
   * which may end.
   * @default 0
   */
  delay?: number | undefined
  /**
   * Why; kept in the item's history where there are dead letters.
   * @default none
   */
  error?: unknown
}

const RETRY_OPTIONS: Known<RetryOptions> = { delay: true, error: true }

/** One item taken with `take`, to be settled once. */
export interface Delivery<T> {
  readonly item: T
  /** Deliveries of this item begun so far, this one included: 1 the first time. */
  readonly attempt: number
  /**
   * The item is finished.
   * @throws StaleDeliveryError if it was settled before, or the thread has detached
   * @example
   *     const delivery = await jobs.take()
   *     await work(delivery.item)
   *     delivery.done()
   */
  done(): void
  /**
   * Delivers the item again, before new items (priority: at its old place), at once or after `delay` ms.
   * After `maxDeliveries` deliveries it is given up instead. A delayed item counts in `size`.
   * @throws StaleDeliveryError as `done`; TypeError, RangeError for wrong options
   * @example
   *     delivery.retry({ delay: 1000, error })
   */
  retry(options?: RetryOptions): void
  /**
   * Gives the item up: it goes to the dead letters, else it counts as finished.
   * @throws StaleDeliveryError as `done`
   * @example
   *     delivery.fail(new Error('no such page'))
   */
  fail(error: unknown): void
}

/** @internal A lease in its public form. */
export class TakenItem<T> implements Delivery<T> {
  readonly item: T
  readonly attempt: number
  readonly #lease: Lease<T>

  constructor(lease: Lease<T>, item: T, attempt: number) {
    this.item = item
    this.attempt = attempt
    this.#lease = lease
  }

  done(): void {
    this.#lease.finish()
  }

  retry(given?: RetryOptions): void {
    const { delay, error } = optionsObject('options', given, RETRY_OPTIONS)
    this.#lease.retry(error, delay === undefined ? 0 : durationOf('options.delay', delay))
  }

  fail(error: unknown): void {
    this.#lease.deadLetter(error)
  }
}

markUnsendable(TakenItem, 'its `item` can')
