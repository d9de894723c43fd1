import { markUnsendable } from '../../unsendable.ts'
import type { HeldItems } from '../attachment/index.ts'
import { type Delivery, TakenItem } from './delivery.ts'
import type { HeldLease } from './lease.ts'

/** Several items taken with `takeMany`, each to be settled once: by its delivery, or all together. */
export interface Batch<T> extends Iterable<Delivery<T>> {
  /** Number of items, at least 1. */
  readonly length: number
  /** The items, in the order in which they were taken. */
  readonly items: T[]
  /**
   * Finishes all items that are not settled yet; twice is no error.
   * @throws StaleDeliveryError if items are unsettled and the thread has detached: they are delivered again
   * @example
   *     const batch = await jobs.takeMany(100)
   *     await save(batch.items)
   *     batch.done()
   */
  done(): void
  /**
   * The deliveries, the same ones each time.
   * @example
   *     for (const delivery of batch) delivery.done()
   */
  [Symbol.iterator](): Iterator<Delivery<T>>
}

/** @internal */
export class TakenBatch<T> implements Batch<T> {
  readonly items: T[]
  readonly #leases: readonly HeldLease<T>[]
  /** A lease forgets its item when it is settled, and the caller may change `items`. */
  readonly #taken: readonly T[]
  readonly #attempts: readonly number[]
  readonly #held: HeldItems<T>
  readonly #afterFinish: () => void
  #deliveries: Delivery<T>[] | undefined

  /** `leases` are new, and their items are decoded. `afterFinish` is called when items were finished. */
  constructor(leases: readonly HeldLease<T>[], held: HeldItems<T>, afterFinish: () => void) {
    this.#leases = leases
    this.#held = held
    this.#afterFinish = afterFinish
    this.#taken = leases.map((lease) => lease.item)
    this.#attempts = leases.map((lease) => lease.attempt)
    this.items = [...this.#taken]
  }

  get length(): number {
    return this.#leases.length
  }

  done(): void {
    const open = this.#leases.filter((lease) => !lease.isSettled)
    for (const lease of open) lease.settle()
    this.#held.finishAll(open.map(({ entry }) => entry))
    if (open.length > 0) this.#afterFinish()
  }

  [Symbol.iterator](): Iterator<Delivery<T>> {
    this.#deliveries ??= this.#leases.map(
      (lease, index) => new TakenItem(lease, this.#taken[index] as T, this.#attempts[index] as number),
    )
    return this.#deliveries[Symbol.iterator]()
  }
}

markUnsendable(TakenBatch, 'its `items` can')
