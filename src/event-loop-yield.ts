import { clock } from './clock.ts'
import { setImmediate } from './timers.ts'

/** How long a loop over items may hold the event loop. */
const MAX_HOLD_MS = 20
/** The most items between two readings of the clock. A reading costs about as much as an item. */
const MAX_INTERVAL = 64

/**
 * Tells a loop over items when to yield to the event loop, so that timers, messages and console output are
 * served although the loop never has to wait. The number of items between two readings of the clock doubles
 * while items are fast, and goes back to 1 after a slow one.
 */
export class EventLoopYield {
  #yieldedAt = clock.now()
  #readAt = this.#yieldedAt
  #interval = 1
  #items = 0

  /** Call it once after each item. Returns true when it is time to await `yield()`. */
  shouldYield(): boolean {
    if (++this.#items < this.#interval) return false
    this.#items = 0
    const now = clock.now()
    this.#interval = now - this.#readAt < 1 ? Math.min(2 * this.#interval, MAX_INTERVAL) : 1
    this.#readAt = now
    return now - this.#yieldedAt >= MAX_HOLD_MS
  }

  /** Resolves after the event loop has run once. */
  async yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#yieldedAt = clock.now()
  }
}
