import { ENTRY_BYTES } from '../../core/index.ts'

/** Entries in the order in which they were taken, as runs. */
export class EntriesInOrder {
  /** The first run: its first entry, and how many there are. */
  #entry = 0
  #count = 0
  /** The runs behind it, two numbers for each, in a ring whose length is a power of two. */
  #ring = new Int32Array(16)
  #head = 0
  #runs = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds `count` entries from `entry` on. */
  push(entry: number, count: number): void {
    if (this.#size > 0) {
      this.#pushBehind(entry, count)
      return
    }
    this.#entry = entry
    this.#count = count
    this.#size = count
  }

  /** How many entries the first run has, at most `most`. */
  firstRun(most: number): number {
    return Math.min(this.#count, most)
  }

  /** Removes the first `count` entries, which are of one run. Returns the first of them. */
  shift(count: number): number {
    const entry = this.#entry
    this.#size -= count
    if (this.#size > 0) this.#moveOn(count)
    return entry
  }

  #pushBehind(entry: number, count: number): void {
    this.#size += count
    if (this.#runs === 0 && this.#entry + this.#count * ENTRY_BYTES === entry) {
      this.#count += count
      return
    }
    if (this.#runs > 0) {
      const last = this.#at(this.#runs - 1)
      const length = this.#ring[last + 1] as number
      if ((this.#ring[last] as number) + length * ENTRY_BYTES === entry) {
        this.#ring[last + 1] = length + count
        return
      }
    }
    if (this.#runs * 2 === this.#ring.length) this.#grow()
    const next = this.#at(this.#runs++)
    this.#ring[next] = entry
    this.#ring[next + 1] = count
  }

  /** The first `count` entries of the first run are gone, and others are left. */
  #moveOn(count: number): void {
    this.#count -= count
    if (this.#count > 0) {
      this.#entry += count * ENTRY_BYTES
      return
    }
    this.#entry = this.#ring[this.#head] as number
    this.#count = this.#ring[this.#head + 1] as number
    this.#head = this.#at(1)
    this.#runs--
  }

  #at(run: number): number {
    return (this.#head + 2 * run) & (this.#ring.length - 1)
  }

  #grow(): void {
    const ring = new Int32Array(this.#ring.length * 2)
    ring.set(this.#ring.subarray(this.#head))
    ring.set(this.#ring.subarray(0, this.#head), this.#ring.length - this.#head)
    this.#head = 0
    this.#ring = ring
  }
}
