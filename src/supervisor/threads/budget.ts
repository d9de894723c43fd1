import { availableParallelism } from 'node:os'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { link } from '../../thread-link.ts'
import { waitAsync } from '../../wait/index.ts'

/**
 * The threads of this process that groups and calls share which name no number: as many as the process has
 * cores. One word counts those in use. The threads that a supervisor started share it; what a thread has
 * taken of it is noted in its run's words too, so that it comes back if the thread dies. A death between the
 * two counts can make the word too low by one, never too high.
 */
const KEY = 'millrace.budget'
const word = ownWord()

function ownWord(): Int32Array {
  const inherited = getEnvironmentData(KEY)
  // Nobody would notice the death of a thread that no supervisor started.
  if (inherited instanceof SharedArrayBuffer && (isMainThread || link() !== undefined))
    return new Int32Array(inherited)
  const buffer = new SharedArrayBuffer(4)
  setEnvironmentData(KEY, buffer)
  return new Int32Array(buffer)
}

/** Takes as many threads as are free, at most `wanted` and at least `least`. Returns how many. */
export function takeShare(wanted: number, least: number): number {
  for (;;) {
    const used = Atomics.load(word, 0)
    const taken = Math.max(least, Math.min(wanted, availableParallelism() - Math.max(0, used)))
    // Before the count that all read: see above.
    link()?.sharesThreads(taken)
    if (Atomics.compareExchange(word, 0, used, used + taken) === used) return taken
    link()?.sharesThreads(-taken)
  }
}

/** `threads` of them are free again. */
export function returnShare(threads: number): void {
  if (threads === 0) return
  giveBack(threads)
  link()?.sharesThreads(-threads)
}

/** A thread has ended, or its run is over: the threads that it had taken are free again. */
export function returnShareOf(threads: number): void {
  if (threads > 0) giveBack(threads)
}

function giveBack(threads: number): void {
  Atomics.sub(word, 0, threads)
  Atomics.notify(word, 0)
}

/** Resolves when the number of free threads is no longer what it is now. The process does not wait for it. */
export async function shareMoves(): Promise<void> {
  await waitAsync(word, 0, Atomics.load(word, 0)).value
}
