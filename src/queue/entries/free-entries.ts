import { ENTRY_BYTES, MAX_BATCH } from '../../core/index.ts'

/**
 * Entries that hold nothing, a bit for each. The last one freed is used first, then the lowest: so the same
 * few stay in the processor's caches, and several free ones lie in a run.
 */
export class FreeEntries {
  readonly #first: number
  /** A set bit: the entry is free. */
  readonly #bits: Int32Array
  /** The run of entries that were freed last, which have no bits: its first one, and how many there are. */
  #freed = 0
  #freedCount = 0
  /** No word before this one has a set bit. */
  #low = 0
  #size: number

  /** `count` free entries from `first` on. */
  constructor(first: number, count: number) {
    this.#first = first
    this.#size = count
    this.#bits = new Int32Array(Math.ceil(count / 32)).fill(-1)
    if (count % 32 > 0) this.#bits[this.#bits.length - 1] = (1 << (count % 32)) - 1
  }

  get size(): number {
    return this.#size
  }

  /** The one to be used next; 0 if none is free. */
  get next(): number {
    return this.#freedCount > 0 ? this.#freed + (this.#freedCount - 1) * ENTRY_BYTES : this.#lowest()
  }

  /** The entry `next` is used. */
  useNext(): void {
    if (this.#freedCount > 0) this.#freedCount--
    else this.#flip(this.#lowest(), 1)
    this.#size--
  }

  /** This entry is free again. */
  free(entry: number): void {
    this.#size++
    if (entry === this.#freed + this.#freedCount * ENTRY_BYTES && this.#freedCount < MAX_BATCH) {
      this.#freedCount++
    } else {
      this.#forgetFreed()
      this.#freed = entry
      this.#freedCount = 1
    }
  }

  #lowest(): number {
    if (this.#size === 0) return 0
    let bits = this.#bits[this.#low] as number
    while (bits === 0) bits = this.#bits[++this.#low] as number
    return this.#first + (this.#low * 32 + trailingZeros(bits)) * ENTRY_BYTES
  }

  /**
   * How many of the lowest are free in a run, at most `most`, which is at most MAX_BATCH. The first is
   * `next`.
   */
  nextRun(most: number): number {
    this.#forgetFreed()
    if (this.#size === 0) return 0
    const bits = this.#bits[this.#indexOf(this.#lowest()) >> 5] as number
    const used = ~(bits >>> trailingZeros(bits))
    return Math.min(used === 0 ? 32 : trailingZeros(used), most)
  }

  /** The first `count` entries of `nextRun` are used. */
  useRun(count: number): void {
    this.#flip(this.#lowest(), count)
    this.#size -= count
  }

  /** The `count` entries from `entry` on are free again; at most MAX_BATCH. */
  freeRun(entry: number, count: number): void {
    this.#size += count
    this.#free(entry, count)
  }

  #forgetFreed(): void {
    if (this.#freedCount > 0) this.#free(this.#freed, this.#freedCount)
    this.#freedCount = 0
  }

  #free(entry: number, count: number): void {
    const low = this.#indexOf(entry) >> 5
    if (low < this.#low) this.#low = low
    this.#flip(entry, count)
  }

  /** None is free any more. */
  clear(): void {
    this.#size = 0
    this.#freedCount = 0
  }

  #indexOf(entry: number): number {
    // Not by ENTRY_BYTES: V8 knows no imported constant when it compiles, and a division takes ten times as
    // long.
    return (entry - this.#first) >> 3
  }

  #flip(entry: number, count: number): void {
    const index = this.#indexOf(entry)
    const run = (1 << count) - 1
    const bit = index & 31
    const word = index >> 5
    this.#bits[word] = (this.#bits[word] as number) ^ (run << bit)
    if (bit + count > 32) this.#bits[word + 1] = (this.#bits[word + 1] as number) ^ (run >> (32 - bit))
  }
}

/** `bits` is not 0. */
function trailingZeros(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
