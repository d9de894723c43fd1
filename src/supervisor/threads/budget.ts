import { availableParallelism } from 'node:os'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { link } from '../../thread-link.ts'

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
  const free = availableParallelism() - Math.max(0, Atomics.load(word, 0))
  const taken = Math.max(least, Math.min(wanted, free))
  link()?.sharesThreads(taken)
  Atomics.add(word, 0, taken)
  return taken
}

/** `threads` of them are free again. */
export function returnShare(threads: number): void {
  Atomics.sub(word, 0, threads)
  link()?.sharesThreads(-threads)
  onReturn()
}

/** A thread has ended, or its run is over: what it had taken is free again. */
export function returnShareOf(threads: number): void {
  if (threads <= 0) return
  Atomics.sub(word, 0, threads)
  onReturn()
}

let onReturn: () => void = () => {}

/** `call` is told when threads are free again that this thread, or one of its threads, had taken. */
export function whenReturned(call: () => void): void {
  onReturn = call
}
