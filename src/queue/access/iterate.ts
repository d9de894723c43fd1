import { AbortError, DetachedError, QueueShutDownError } from '../../errors.ts'
import { link } from '../../thread-link.ts'

/** What an iterator needs of a queue. An entry of 0 is settled already. */
export interface ItemSource<T> {
  next(): Promise<{ item: T; entry: number }>
  nextSync(): { item: T; entry: number }
  finish(entry: number): void
  /** The item stays held as if by get. */
  keep(entry: number): void
}

/**
 * Settles an item when the next is asked for. A loop that is left early, which looks the same for `break`,
 * `return` and `throw`, leaves its last item held: only the caller knows whether it was done.
 */
class ItemIterator<T> {
  readonly #source: ItemSource<T>
  #entry = 0
  #over = false

  constructor(source: ItemSource<T>) {
    this.#source = source
  }

  /** The next is asked for. Returns false if there is none any more. */
  settle(): boolean {
    const entry = this.#entry
    this.#entry = 0
    if (entry !== 0) this.#source.finish(entry)
    if (link()?.stopRequested) this.#over = true
    return !this.#over
  }

  hold({ item, entry }: { item: T; entry: number }): IteratorResult<T> {
    this.#entry = entry
    // It was left while it waited for this item.
    if (this.#over) this.leave()
    return { done: false, value: item }
  }

  leave(): IteratorResult<T> {
    const entry = this.#entry
    this.#entry = 0
    this.#over = true
    if (entry !== 0) this.#source.keep(entry)
    return END
  }

  endOrThrow(error: unknown): IteratorReturnResult<undefined> {
    const isEnd = error instanceof QueueShutDownError || error instanceof DetachedError
    const isStop = error instanceof AbortError && link()?.stopRequested
    if (!isEnd && !isStop) throw error
    this.#over = true
    return END
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

export function itemsOf<T>(source: ItemSource<T>): AsyncIterableIterator<T> {
  const iterator = new ItemIterator(source)
  const step = async () => {
    if (!iterator.settle()) return END
    try {
      return iterator.hold(await source.next())
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
        return iterator.hold(source.nextSync())
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
