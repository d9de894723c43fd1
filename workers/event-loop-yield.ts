import { clock } from '../src/clock.ts'
import { setImmediate } from '../src/timers.ts'

/** How long a loop over items may keep the event loop from turning, in ms. */
const TURN = 20
/** Items between two looks at the clock, at most: a look costs about as much as an item. */
const MOST = 64

/**
 * Lets the event loop of a thread turn now and then, though its loop over items never has to wait: timers,
 * messages, what was written to the console.
 */
export class EventLoopYield {
  #turned = clock.now()
  #looked = this.#turned
  #interval = 1
  #items = 0

  /** Asked after each item: true when it is time to await `turn()`. */
  get isDue(): boolean {
    if (++this.#items < this.#interval) return false
    this.#items = 0
    const now = clock.now()
    this.#interval = now - this.#looked < 1 ? Math.min(2 * this.#interval, MOST) : 1
    this.#looked = now
    return now - this.#turned >= TURN
  }

  async turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#turned = clock.now()
  }
}
