import { ledgerAt } from '../core/geometry.ts'
import {
  ATTEMPTS,
  COUNT,
  OVERDUE_DELAY,
  OVERDUE_ENTRY,
  OVERDUE_LIMIT,
  OVERDUE_THREAD,
  OWNER,
} from '../core/layout.ts'
import { ledgersUsed, type Shared, type SharedMemory } from '../core/shared.ts'

/** An item whose call took too long, and what is to become of it once its thread is dead. */
export interface Overdue {
  /** The ledger's entry that holds it. */
  readonly entry: number
  /** ms until it is delivered again; GIVEN_UP. */
  readonly delay: number
  /** ms the call was allowed. */
  readonly limit: number
}

export const GIVEN_UP = -1

/**
 * The supervisor's word to whoever recovers what `thread` holds. It stands in the thread's ledger, under the
 * thread's name, so it means nothing to the next owner. Before the thread is terminated, and once a thread.
 * False if it is dead, and recovered, already.
 */
export function condemn(shared: SharedMemory, thread: number, { entry, delay, limit }: Overdue): boolean {
  const { words, geometry } = shared
  let isFound = false
  for (let index = ledgersUsed(shared) - 1; index >= 0; index--) {
    const ledger = ledgerAt(geometry, index)
    if (shared.load(ledger + OWNER) !== thread + 1) continue
    Atomics.store(words, (ledger + OVERDUE_ENTRY) >> 2, entry)
    Atomics.store(words, (ledger + OVERDUE_DELAY) >> 2, delay)
    Atomics.store(words, (ledger + OVERDUE_LIMIT) >> 2, limit)
    // Last: it says that the others stand.
    Atomics.store(words, (ledger + OVERDUE_THREAD) >> 2, thread + 1)
    isFound = true
  }
  return isFound
}

/** Of the dead `owner` (threadId + 1) of `ledger`. */
export function overdueOf(shared: Shared, ledger: number, owner: number): Overdue | undefined {
  if (shared.load(ledger + OVERDUE_THREAD) !== owner) return undefined
  return {
    entry: shared.load(ledger + OVERDUE_ENTRY),
    delay: shared.load(ledger + OVERDUE_DELAY),
    limit: shared.load(ledger + OVERDUE_LIMIT),
  }
}

/** Deliveries begun of the item that `entry` holds, whosever it is. */
export function attemptsAt(shared: Shared, entry: number): number {
  const { cells, cellsAt, cellBytes } = shared.geometry
  const cell = shared.load(entry)
  return cell < 0 || cell >= cells ? 1 : shared.load(cellsAt + cell * cellBytes + ATTEMPTS) & COUNT
}
