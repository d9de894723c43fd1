import type { Notes } from './balance.ts'
import { WORDS } from './words.ts'

const { ITEM, FLAGS, GOT, BACK, FINISHING, FINISHED, FAILED, LETTERS } = WORDS
const { ATTEMPTED, STORED, LATE } = WORDS
const { NEXT, DONE, STRANGE, BASES, PERIODS } = WORDS

export interface ItemCountsOptions {
  readonly kind: 'fifo' | 'lifo' | 'priority'
  /** The items are numbers, not objects. */
  readonly isNumber: boolean
  /** Some of the items are stored in blocks. */
  readonly isLong: boolean
  readonly hasLetters: boolean
  /** Threads that `produce`. Each has a share of the numbers; the other producers use the rest. */
  readonly producers: number
  readonly numbers: number
}

/** The records of all threads about the items of one queue. Each period uses the same memory. */
export class ItemCounts {
  readonly options: ItemCountsOptions
  readonly words = new Int32Array(new SharedArrayBuffer(64 * 4))
  readonly items: Uint8Array
  readonly share: number
  /** Items that the producers have stored in this period. */
  #produced: number[] = []

  constructor(options: ItemCountsOptions) {
    this.options = options
    this.items = new Uint8Array(new SharedArrayBuffer(options.numbers * ITEM))
    this.share = options.producers === 0 ? 0 : Math.floor(options.numbers / 2 / options.producers)
    this.#open()
  }

  /** The data of a fixture. */
  get shared() {
    return { ...this.options, words: this.words, items: this.items, share: this.share }
  }

  get done(): number {
    return Atomics.load(this.words, DONE)
  }

  get strange(): number {
    return Atomics.load(this.words, STRANGE)
  }

  /** Most numbers of this period are used. `stored` is the count of each producer, as in `close`. */
  isUsedUp(stored: readonly number[] = []): boolean {
    const { numbers } = this.options
    const isSpent = (each: number, index: number) => this.#since(index, each) > this.share * 0.8
    return Atomics.load(this.words, NEXT) > numbers * 0.9 || stored.some(isSpent)
  }

  /** Counts a dead letter about an item of `period`. */
  letter(item: unknown, period: number): void {
    const { period: of, number } = item as { period: number; number: number }
    if (of !== period % PERIODS || !(number >= 0 && number < this.options.numbers)) {
      Atomics.add(this.words, STRANGE, 1)
    } else Atomics.add(this.items, number * ITEM + LETTERS, 1)
  }

  /**
   * Ends the period, once all producers rest and the queue is drained. `stored` is the number of items that
   * each producer has stored since the queue was made.
   */
  close(stored: readonly number[]): void {
    this.#produced = stored.map((count, producer) => this.#since(producer, count))
    for (const [producer, count] of this.#produced.entries()) {
      for (let number = producer * this.share; number < producer * this.share + count; number++) {
        const at = number * ITEM + FLAGS
        this.items[at] = (this.items[at] as number) | STORED
      }
      Atomics.store(this.words, BASES + producer, stored[producer] as number)
    }
  }

  /** The records of the items of a closed period. */
  *notes(): Generator<Notes> {
    const { items } = this
    const pairs = new Int32Array(items.buffer)
    for (let number = 0; number < this.options.numbers; number++) {
      const at = number * ITEM
      if (pairs[at >> 2] === 0 && pairs[(at >> 2) + 1] === 0) continue
      const read = (place: number) => items[at + place] as number
      const flags = read(FLAGS)
      yield {
        // A producer that dies before its put is followed by one that puts the same item, as the count shows.
        attempted: (flags & ATTEMPTED) !== 0 && this.#mayBeIn(number),
        stored: (flags & STORED) !== 0,
        late: (flags & LATE) !== 0,
        got: read(GOT),
        back: read(BACK),
        finishing: read(FINISHING),
        finished: read(FINISHED),
        failed: read(FAILED),
        letters: read(LETTERS),
      }
    }
  }

  /** Begins the next period, after the balance of the last one. */
  reopen(): void {
    this.items.fill(0)
    this.#open()
  }

  #open(): void {
    this.#produced = []
    Atomics.store(this.words, NEXT, this.share * this.options.producers)
    Atomics.store(this.words, STRANGE, 0)
  }

  #since(producer: number, stored: number): number {
    return (stored - Atomics.load(this.words, BASES + producer)) >>> 0
  }

  #mayBeIn(number: number): boolean {
    const { producers } = this.options
    if (number >= this.share * producers) return true
    const producer = Math.floor(number / this.share)
    return number - producer * this.share < (this.#produced[producer] ?? 0)
  }
}
