import type { Shared } from '../core/index.ts'
import { GET, SELECT, WAITERS } from '../core/index.ts'

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
