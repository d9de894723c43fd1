import { ledgerAt } from './geometry.ts'
import { ledgersUsed, type Shared, type SharedMemory } from './shared.ts'
import {
  ATTEMPTS,
  COUNT,
  OWNER,
  TIMED_OUT_DELAY,
  TIMED_OUT_ENTRY,
  TIMED_OUT_LIMIT,
  TIMED_OUT_THREAD,
} from './words/index.ts'

/** An item whose call took too long, and what happens to it after the death of its thread. */
export interface RunTimeout {
  /** The entry that holds it, as byte offset. */
  readonly entry: number
  /** ms until it is delivered again, or DEAD_LETTER_DELAY. */
  readonly delay: number
  /** ms the call was allowed. */
  readonly limit: number
}

/** The item is dead-lettered. */
export const DEAD_LETTER_DELAY = -1

/**
 * The supervisor records the timeout in the ledger of `thread`, for the thread that will reclaim that ledger.
 * The record names the thread, so it means nothing to the next owner. To be called before the thread is
 * terminated, at most once a thread. Returns false if the thread is dead and its ledger already reclaimed.
 */
export function recordTimeout(
  shared: SharedMemory,
  thread: number,
  { entry, delay, limit }: RunTimeout,
): boolean {
  const { words, geometry } = shared
  let isFound = false
  for (let index = ledgersUsed(shared) - 1; index >= 0; index--) {
    const ledger = ledgerAt(geometry, index)
    if (shared.load(ledger + OWNER) !== thread + 1) continue
    Atomics.store(words, (ledger + TIMED_OUT_ENTRY) >> 2, entry)
    Atomics.store(words, (ledger + TIMED_OUT_DELAY) >> 2, delay)
    Atomics.store(words, (ledger + TIMED_OUT_LIMIT) >> 2, limit)
    // Last: a thread that reads this word also reads the three above.
    Atomics.store(words, (ledger + TIMED_OUT_THREAD) >> 2, thread + 1)
    isFound = true
  }
  return isFound
}

/** The timeout recorded for the dead `owner` (threadId + 1) of `ledger`, if there is one. */
export function runTimeoutOf(shared: Shared, ledger: number, owner: number): RunTimeout | undefined {
  if (shared.load(ledger + TIMED_OUT_THREAD) !== owner) return undefined
  return {
    entry: shared.load(ledger + TIMED_OUT_ENTRY),
    delay: shared.load(ledger + TIMED_OUT_DELAY),
    limit: shared.load(ledger + TIMED_OUT_LIMIT),
  }
}

/** Deliveries begun of the item that `entry` holds, of any ledger; 1 if the entry is damaged. */
export function attemptsAt(shared: Shared, entry: number): number {
  const { cells, cellsAt, cellBytes } = shared.geometry
  const cell = shared.load(entry)
  return cell < 0 || cell >= cells ? 1 : shared.load(cellsAt + cell * cellBytes + ATTEMPTS) & COUNT
}
