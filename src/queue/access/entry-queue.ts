/**
 * Entries in the order in which they were taken. It is a ring, since an array's `shift` moves all the others.
 */
export class EntryQueue {
  /** Its length is a power of two. */
  #ring: number[] = new Array(8).fill(0)
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(entry: number): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[this.#at(this.#size++)] = entry
  }

  /** The oldest entry; there must be one. */
  shift(): number {
    const entry = this.#ring[this.#head] as number
    this.#head = this.#at(1)
    this.#size--
    return entry
  }

  #at(index: number): number {
    return (this.#head + index) & (this.#ring.length - 1)
  }

  #grow(): void {
    const inOrder = [...this.#ring.slice(this.#head), ...this.#ring.slice(0, this.#head)]
    this.#ring = [...inOrder, ...new Array(inOrder.length).fill(0)]
    this.#head = 0
  }
}
