import type { Shared } from '../core/index.ts'
import { GET, SELECT, WAITERS } from '../core/index.ts'

/**
 * Every wake of those who wait for an item, outside of the core. Threads blocked in a select sleep on their
 * lot's word:
 *
 *   who wakes      publishes, sets the asynchronous wake in flight if none is, reads SELECT, moves the lot's word
 *   who selects    counts on SELECT, reads the lot's word, clears the wake in flight, looks, sleeps on what it read
 *
 * If the waker reads SELECT before the count, all it did before comes before the look. If it reads it after,
 * it moves the word, before the selector has read it (and then published before the look) or after (and then
 * the sleep ends). A put that finds a wake in flight wakes nobody: whoever set that mark did so after every
 * selector had cleared it, hence after each of them had read the lot's word for the last time, and is about
 * to move it.
 */

/** There is an item: wakes one blocked thread, and all others. */
export function wakeTakers(shared: Shared): void {
  shared.core.wake(GET)
  wakeSelectors(shared)
}

/** All are to look again. */
export function wakeAllTakers(shared: Shared): void {
  shared.core.wakeAll(GET)
  wakeSelectors(shared)
}

function wakeSelectors(shared: Shared): void {
  if (shared.load(SELECT + WAITERS) !== 0) shared.lot.move()
}
