import { clock } from '../clock.ts'

const WORDS = 2
const TOTAL = 0
const SINCE = 1

/**
 * The ms in which one thread of a stage had no item, in memory that the owner reads: the sum of the waits
 * that are over, and the beginning of the present one; 0 if there is none. Each pair of numbers has one
 * writer, and a reading that comes between two stores is wrong by one wait, for this reading only.
 */
export class IdleTime {
  readonly #words: Float64Array
  readonly #at: number

  constructor(words: Float64Array, index: number) {
    this.#words = words
    this.#at = index * WORDS
  }

  /** For so many threads, none of which has an item so far. */
  static create(threads: number): Float64Array {
    const words = new Float64Array(new SharedArrayBuffer(threads * WORDS * Float64Array.BYTES_PER_ELEMENT))
    for (let index = 0; index < threads; index++) new IdleTime(words, index).begin()
    return words
  }

  begin(): void {
    this.#words[this.#at + SINCE] = clock.shared()
  }

  end(): void {
    const since = this.#words[this.#at + SINCE] as number
    if (since === 0) return
    this.#words[this.#at + TOTAL] = (this.#words[this.#at + TOTAL] as number) + clock.shared() - since
    this.#words[this.#at + SINCE] = 0
  }

  /** All waits so far, the present one too. */
  get ms(): number {
    const since = this.#words[this.#at + SINCE] as number
    return (this.#words[this.#at + TOTAL] as number) + (since === 0 ? 0 : clock.shared() - since)
  }
}
