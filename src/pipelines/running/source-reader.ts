import {
  ENDED,
  type Entry,
  type OpenSource,
  type Origin,
  type Reader,
  type RunHooks,
  WAITING,
} from '../flow.ts'

/** Reads the items of a source, numbers them, and counts those that are done. */
export class SourceReader implements Reader {
  readonly #source: OpenSource
  readonly #hooks: RunHooks
  #read = 0
  #hasEnded = false
  #length: number | undefined
  #done = 0

  constructor(source: OpenSource, hooks: RunHooks) {
    this.#source = source
    this.#hooks = hooks
  }

  /** Items read so far. */
  get itemsRead(): number {
    return this.#read
  }

  /** Items of which everything is accepted. */
  get itemsDone(): number {
    return this.#done
  }

  /** The number of items in all, if it is known. */
  get length(): number | undefined {
    return this.#length ?? this.#source.length
  }

  read(): Entry | typeof WAITING | typeof ENDED {
    if (this.#hasEnded) return ENDED
    let read: ReturnType<OpenSource['read']>
    try {
      read = this.#source.read()
    } catch (error) {
      this.#hasEnded = true
      this.#hooks.fail(error)
      return WAITING
    }
    if (read === WAITING) return WAITING
    if (read === ENDED) {
      this.#hasEnded = true
      this.#length = this.#read
      return ENDED
    }
    const origin = new Trace(this.#onDone, read.origin)
    return { value: read.value, index: this.#read++, origin, failure: undefined }
  }

  /** As `limit` of the source. */
  get limit(): number | undefined {
    return this.#source.limit
  }

  async close(reason: unknown): Promise<void> {
    this.#hasEnded = true
    await this.#source.close(reason)
  }

  readonly #onDone = () => {
    this.#done++
  }
}

/** Counts what was made of an item and is not accepted. */
class Trace implements Origin {
  readonly #onDone: () => void
  readonly #origin: Origin | undefined
  #held = 1

  constructor(onDone: () => void, origin: Origin | undefined) {
    this.#onDone = onDone
    this.#origin = origin
  }

  hold(): void {
    this.#held++
  }

  accept(): void {
    if (--this.#held > 0) return
    this.#origin?.accept()
    this.#onDone()
  }

  begin(): void {
    this.#origin?.begin()
  }
}
