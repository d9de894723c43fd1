import { ENDED, type RunHooks, WAITING } from '../../flow.ts'
import type { BareSource } from './pull.ts'

/** An iterable. A value that is a promise is awaited, as in `for await`. */
export class SyncSource implements BareSource {
  readonly length: number | undefined
  readonly limit = undefined
  readonly left = 'the return() of its source has not settled'
  readonly #iterator: Iterator<unknown>
  readonly #hooks: RunHooks
  #isAwaiting = false
  #awaited: { readonly value: unknown } | undefined
  #failure: { readonly error: unknown } | undefined
  #isOver = false

  constructor(iterable: Iterable<unknown>, hooks: RunHooks) {
    this.length = lengthOf(iterable)
    this.#iterator = iterable[Symbol.iterator]()
    this.#hooks = hooks
  }

  read(): ReturnType<BareSource['read']> {
    if (this.#isAwaiting) return WAITING
    const awaited = this.#awaited
    if (awaited !== undefined) {
      this.#awaited = undefined
      return awaited
    }
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#isOver) return ENDED
    const value = this.#next()
    if (value === ENDED) return ENDED
    if (!(value instanceof Promise)) return { value }
    this.#await(value)
    return WAITING
  }

  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#iterator.return?.()
  }

  #next(): unknown {
    // An iterator that throws is over.
    this.#isOver = true
    try {
      const { done, value } = this.#iterator.next()
      if (done) return ENDED
      this.#isOver = false
      return value
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  #await(promise: Promise<unknown>): void {
    this.#isAwaiting = true
    const settled = () => {
      this.#isAwaiting = false
      this.#hooks.wake()
    }
    promise.then(
      (value) => {
        this.#awaited = { value }
        settled()
      },
      (error: unknown) => {
        this.#failure = { error }
        settled()
      },
    )
  }
}

function lengthOf(iterable: Iterable<unknown>): number | undefined {
  if (Array.isArray(iterable)) return iterable.length
  if (iterable instanceof Set || iterable instanceof Map) return iterable.size
  // A DataView is a view too, but no iterable.
  return ArrayBuffer.isView(iterable) ? (iterable as unknown as Uint8Array).length : undefined
}
