import { getHeapStatistics } from 'node:v8'
import { clock } from '../src/clock.ts'
import type { ConsumeRole } from '../src/protocol/index.ts'

/** A reading of the heap costs some microseconds, so it is at most this often. */
const HEAP_INTERVAL_MS = 5
const MB = 2 ** 20

/** Tells a consumer when another thread is to take its place: after so many items, or above so much heap. */
export class Recycling {
  readonly #heapBytes: number
  #left: number
  #readAt = 0
  #isDue = false

  private constructor(items: number, heapBytes: number) {
    this.#heapBytes = heapBytes
    this.#left = items
  }

  /** Undefined if the thread is never replaced. */
  static of({
    recycleItems,
    recycleHeapMb,
  }: Pick<ConsumeRole, 'recycleItems' | 'recycleHeapMb'>): Recycling | undefined {
    if (recycleItems === undefined && recycleHeapMb === undefined) return undefined
    const heapBytes = (recycleHeapMb ?? Number.POSITIVE_INFINITY) * MB
    return new Recycling(recycleItems ?? Number.POSITIVE_INFINITY, heapBytes)
  }

  /** The thread is to begin no further item. */
  get isDue(): boolean {
    return this.#isDue
  }

  /** To be called as an item is begun. */
  countItem(): void {
    this.#left--
    if (this.#left <= 0) this.#isDue = true
    else if (this.#heapBytes !== Number.POSITIVE_INFINITY) this.#readHeap()
  }

  #readHeap(): void {
    const now = clock.now()
    if (now - this.#readAt < HEAP_INTERVAL_MS) return
    this.#readAt = now
    if (getHeapStatistics().used_heap_size > this.#heapBytes) this.#isDue = true
  }
}
