import { AHEAD, ENTRY_BYTES, type SharedMemory } from '../../core/index.ts'

/**
 * The entries of items that this thread has fetched ahead and not begun, a run in the order of their items;
 * and how many it takes at once. Other threads may revoke the items, but the entries stay this thread's.
 */
export class FetchedAhead {
  readonly #words: Int32Array
  readonly #at: number
  readonly #most: number
  #next = 0
  #end = 0
  #width = 1
  #limit = Number.POSITIVE_INFINITY
  #fetch = 0

  constructor({ words, geometry }: SharedMemory, ledger: number) {
    this.#words = words
    this.#at = (ledger + AHEAD) >> 2
    // A put that drops the oldest item must find it in the ring, since no thread has begun it.
    this.#most = geometry.dropsOldest ? 1 : Math.max(1, geometry.batch)
  }

  /** How many items to take at once, from 1. */
  get width(): number {
    return Math.min(this.#width, this.#limit)
  }

  /** The width is never above `items`. */
  limit(items: number): void {
    this.#limit = items
  }

  /** The number of the next fetch: above 0, and not that of the last. */
  nextFetch(): number {
    this.#fetch = (this.#fetch & 0xffff) + 1
    return this.#fetch
  }

  /** As many items were there as were asked for. */
  grow(): void {
    this.#width = Math.min(2 * this.#width, this.#most)
  }

  /** Another thread had nothing to do while this one had items that it did not begin. */
  shrink(): void {
    this.#width = 1
  }

  get size(): number {
    return (this.#end - this.#next) / ENTRY_BYTES
  }

  get isEmpty(): boolean {
    return this.#next === this.#end
  }

  /** `count` entries from `entry` on were fetched; there are no others. */
  set(entry: number, count: number): void {
    this.#next = entry
    this.#end = entry + count * ENTRY_BYTES
  }

  /** Removes the first entry; 0 if there is none. */
  shift(): number {
    if (this.#next === this.#end) return 0
    const entry = this.#next
    this.#next += ENTRY_BYTES
    if (this.#next === this.#end) this.clear()
    return entry
  }

  /** Other threads need not look here any more. */
  clear(): void {
    this.#end = this.#next
    Atomics.store(this.#words, this.#at, 0)
  }
}
