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
  readonly #tracesAll: boolean
  #read = 0
  #hasEnded = false
  #length: number | undefined
  #done = 0

  /** `tracesAll`: no stage does it. */
  constructor(source: OpenSource, hooks: RunHooks, tracesAll: boolean) {
    this.#tracesAll = tracesAll
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
    const { value, origin: delivery } = read
    const origin = delivery === undefined && !this.#tracesAll ? undefined : new Trace(this, 1, delivery)
    return { value, index: this.#read++, origin, failure: undefined }
  }

  /** As `limit` of the source. */
  get limit(): number | undefined {
    return this.#source.limit
  }

  async close(reason: unknown): Promise<void> {
    this.#hasEnded = true
    await this.#source.close(reason)
  }

  /** A stage begins so many items, or makes one of them. */
  trace(items: number): Origin {
    return new Trace(this, items, undefined)
  }

  /** Everything that was made of so many items is accepted. */
  countDone(items: number): void {
    this.#done += items
  }
}

/** Counts what was made of some items and is not accepted. */
class Trace implements Origin {
  readonly #reader: SourceReader
  readonly #items: number
  readonly #delivery: Origin | undefined
  #held = 1

  constructor(reader: SourceReader, items: number, delivery: Origin | undefined) {
    this.#reader = reader
    this.#items = items
    this.#delivery = delivery
  }

  hold(): void {
    this.#held++
  }

  accept(): void {
    if (--this.#held > 0) return
    this.#delivery?.accept()
    this.#reader.countDone(this.#items)
  }

  begin(): void {
    this.#delivery?.begin()
  }
}
