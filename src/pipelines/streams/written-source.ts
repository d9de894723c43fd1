import { AbortError } from '../../errors.ts'

/** A value that was written, and the callback of its write. */
interface Written {
  readonly value: unknown
  readonly callback: () => void
}

interface Asked {
  resolve(result: IteratorResult<unknown>): void
  reject(error: unknown): void
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

/**
 * The values that are written to a stream, as the source of a run. A write is over when the run has read its
 * value: so the stream buffers what the run has not asked for, up to its high-water mark.
 */
export class WrittenSource implements AsyncIterableIterator<unknown> {
  #written: Written | undefined
  readonly #asked: Asked[] = []
  #isEnded = false
  /** The run reads no further. Further writes are over at once, as nobody is there to hold them back. */
  #isReturned = false
  #failure: { readonly error: unknown } | undefined

  /** One write at a time: a stream begins the next after the callback. */
  write(value: unknown, callback: () => void): void {
    const asked = this.#asked.shift()
    if (asked !== undefined) asked.resolve({ done: false, value })
    else if (!this.#isReturned) {
      this.#written = { value, callback }
      return
    }
    callback()
  }

  /** Nothing more is written. */
  end(): void {
    this.#isEnded = true
    this.#settleAsked()
  }

  /** The stream is destroyed: the run, if it still reads, gets an AbortError. */
  abort(reason: unknown): void {
    this.#failure = { error: new AbortError(reason) }
    this.#written = undefined
    for (const { reject } of this.#asked.splice(0)) reject(this.#failure.error)
  }

  next(): Promise<IteratorResult<unknown>> {
    const written = this.#written
    if (written !== undefined) {
      this.#written = undefined
      written.callback()
      return Promise.resolve({ done: false, value: written.value })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    if (this.#isEnded || this.#isReturned) return Promise.resolve(END)
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }))
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isReturned = true
    const written = this.#written
    this.#written = undefined
    this.#settleAsked()
    written?.callback()
    return END
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #settleAsked(): void {
    for (const { resolve } of this.#asked.splice(0)) resolve(END)
  }
}
