import { nullValueError } from '../ends/index.ts'

/** The origin of a stream: a run, or any other asynchronous iterable. */
export interface RunLike {
  [Symbol.asyncIterator](): AsyncIterator<unknown>
}

/** The readable side of a stream. */
interface Side {
  push(value: unknown): boolean
  destroy(error: unknown): void
  /** The run has given its last value. */
  ended(): void
}

/** Reads a run for a stream, one value at a time, while the stream wants more. */
export class RunReader {
  readonly #iterator: AsyncIterator<unknown>
  readonly #side: Side
  #isWanted = false
  #isReading = false
  /** The run has ended or failed, or is to end early. */
  #isOver = false
  #index = 0

  constructor(run: RunLike, side: Side) {
    this.#iterator = run[Symbol.asyncIterator]()
    this.#side = side
  }

  /** The stream has room: reads until it is full. */
  read(): void {
    this.#isWanted = true
    if (!this.#isReading && !this.#isOver) void this.#readOn()
  }

  /** The run ends early, unless it is over. The run itself limits how long that takes. @throws its error */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#iterator.return?.()
  }

  async #readOn(): Promise<void> {
    this.#isReading = true
    try {
      while (this.#isWanted) {
        const result = await this.#next()
        if (result === undefined) break
        this.#isWanted = false
        // To push may call `read`.
        if (this.#push(result.value)) this.#isWanted = true
      }
    } catch (error) {
      // As with core's Readable.from, an error of a listener of 'data' comes here as well.
      this.#side.destroy(error)
    }
    this.#isReading = false
  }

  /** The next result; undefined if none is to follow. */
  async #next(): Promise<IteratorYieldResult<unknown> | undefined> {
    let result: IteratorResult<unknown>
    try {
      result = await this.#iterator.next()
    } catch (error) {
      // After `close`, its own error counts.
      if (this.#isOver) return undefined
      this.#isOver = true
      throw error
    }
    if (this.#isOver) return undefined
    if (!result.done) return result
    this.#isOver = true
    this.#side.ended()
    return undefined
  }

  #push(value: unknown): boolean {
    const index = this.#index++
    if (value === null) throw nullValueError(index)
    return this.#side.push(value)
  }
}
