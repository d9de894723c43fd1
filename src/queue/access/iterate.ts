import { AbortError, DetachedError, QueueShutDownError } from '../../errors.ts'
import { link } from '../../thread-link.ts'
import type { Lease } from './lease.ts'

/** The part of a queue that an iterator needs. */
export interface ItemSource<T> {
  next(): Promise<Handed<T>>
  nextSync(): Handed<T>
  /** This thread has detached: its leases are settled. */
  readonly isDetached: boolean
  /** The item stays held as if by get: `taskDone` settles it. */
  keep(lease: Lease<T>): void
}

/** An item that an iterator hands over, with its lease unless it is finished already (`ack: 'auto'`). */
export interface Handed<T> {
  readonly item: T
  readonly lease: Lease<T> | undefined
}

/**
 * Settles an item when the next is asked for. A loop that is left early leaves its last item held: `break`,
 * `return` and `throw` look the same from here, and only the caller knows whether the item was done.
 */
class ItemIterator<T> {
  readonly #source: ItemSource<T>
  #lease: Lease<T> | undefined
  #isOver = false

  constructor(source: ItemSource<T>) {
    this.#source = source
  }

  /** Settles the last item, since the next is asked for. Returns false if the iterator is over. */
  settle(): boolean {
    const lease = this.#takeLease()
    if (lease !== undefined && !this.#source.isDetached) lease.finish()
    if (link()?.stopRequested) this.#isOver = true
    return !this.#isOver
  }

  handOver({ item, lease }: Handed<T>): IteratorResult<T> {
    this.#lease = lease
    // The loop was left while this item was under way.
    if (this.#isOver) this.leave()
    return { done: false, value: item }
  }

  leave(): IteratorResult<T> {
    const lease = this.#takeLease()
    this.#isOver = true
    if (lease !== undefined && !this.#source.isDetached) this.#source.keep(lease)
    return END
  }

  endOrThrow(error: unknown): IteratorReturnResult<undefined> {
    const isEnd = error instanceof QueueShutDownError || error instanceof DetachedError
    const isStop = error instanceof AbortError && link()?.stopRequested
    if (!isEnd && !isStop) throw error
    this.#isOver = true
    return END
  }

  #takeLease(): Lease<T> | undefined {
    const lease = this.#lease
    this.#lease = undefined
    return lease
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

export function itemsOf<T>(source: ItemSource<T>): AsyncIterableIterator<T> {
  const iterator = new ItemIterator(source)
  const step = async () => {
    if (!iterator.settle()) return END
    try {
      return iterator.handOver(await source.next())
    } catch (error) {
      return iterator.endOrThrow(error)
    }
  }
  // As in an async generator, a request made while another is under way begins when that is over.
  let last: Promise<unknown> | undefined
  return {
    next() {
      const result = last === undefined ? step() : last.then(step, step)
      const isOver = () => {
        if (last === result) last = undefined
      }
      last = result
      result.then(isOver, isOver)
      return result
    },
    async return() {
      return iterator.leave()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

export function itemsOfSync<T>(source: ItemSource<T>): IterableIterator<T> {
  const iterator = new ItemIterator(source)
  return {
    next() {
      if (!iterator.settle()) return END
      try {
        return iterator.handOver(source.nextSync())
      } catch (error) {
        return iterator.endOrThrow(error)
      }
    },
    return() {
      return iterator.leave()
    },
    [Symbol.iterator]() {
      return this
    },
  }
}
