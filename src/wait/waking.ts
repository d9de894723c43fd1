import type { Shared } from '../core/index.ts'
import { FREE_BLOCKS, GET, MEMORY, SELECT, URGENT, WAITERS } from '../core/index.ts'
import { ASYNC_WAITER } from './side.ts'

/**
 * Every wake of threads that wait for an item, except those inside the core. A thread blocked in a select
 * sleeps on the word of its parking lot:
 *
 *   waker      publishes, sets ASYNC_WAKING if it is not set, reads SELECT, moves the parking lot's word
 *   selector   counts on SELECT, reads that word, clears ASYNC_WAKING, looks, sleeps on the value it read
 *
 * If the waker reads SELECT before the selector counts, it published before the look. If it reads SELECT
 * after that, it moves the word. Either it moves the word before the selector reads it, and so published
 * before the look, or it moves the word after, and so ends the sleep.
 *
 * A put that finds ASYNC_WAKING set wakes no thread. The waker that set it did so after every selector had
 * cleared it, hence after each of them had read the word for the last time, and is about to move that word.
 */

/** There is an item: wakes one blocked thread, all asynchronous waiters and all selectors. */
export function wakeTakers(shared: Shared): void {
  shared.core.wake(GET)
  wakeSelectors(shared)
}

/** All threads that wait for an item look again. */
export function wakeAllTakers(shared: Shared): void {
  shared.core.wakeAll(GET)
  wakeSelectors(shared)
}

function wakeSelectors(shared: Shared): void {
  if (shared.load(SELECT + WAITERS) !== 0) shared.lot.move()
}

/**
 * Blocks are free, and a thread waits for some. Each needs a number of its own, so all of them look again.
 * Blocked ones that nap are woken when half of the blocks are free, as putNeedsWake has it for slots.
 */
export function wakeForBlocks(shared: Shared): void {
  const { core, geometry } = shared
  const waiters = shared.load(MEMORY + WAITERS)
  if (waiters < ASYNC_WAITER && shared.load(URGENT + WAITERS) === 0) {
    if (shared.load(FREE_BLOCKS) < geometry.blocks >> 1) return
    // A wake under way to the only one is enough.
    if (waiters === 1) {
      core.wake(MEMORY)
      return
    }
  }
  core.wakeAll(MEMORY)
}
