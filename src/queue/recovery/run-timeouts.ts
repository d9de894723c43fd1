import {
  ATTEMPTS,
  COUNT,
  ledgerAt,
  ledgersUsed,
  OWNER,
  type Shared,
  type SharedMemory,
  TIMED_OUT_DELAY,
  TIMED_OUT_ENTRY,
  TIMED_OUT_LIMIT,
  TIMED_OUT_THREAD,
} from '../../core/index.ts'

/** An item whose call took too long, and what is to become of it once its thread is dead. */
export interface RunTimeout {
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
    // Last: it says that the others stand.
    Atomics.store(words, (ledger + TIMED_OUT_THREAD) >> 2, thread + 1)
    isFound = true
  }
  return isFound
}

/** Of the dead `owner` (threadId + 1) of `ledger`. */
export function runTimeoutOf(shared: Shared, ledger: number, owner: number): RunTimeout | undefined {
  if (shared.load(ledger + TIMED_OUT_THREAD) !== owner) return undefined
  return {
    entry: shared.load(ledger + TIMED_OUT_ENTRY),
    delay: shared.load(ledger + TIMED_OUT_DELAY),
    limit: shared.load(ledger + TIMED_OUT_LIMIT),
  }
}

/** Deliveries begun of the item that `entry` holds, whosever it is. */
export function attemptsAt(shared: Shared, entry: number): number {
  const { cells, cellsAt, cellBytes } = shared.geometry
  const cell = shared.load(entry)
  return cell < 0 || cell >= cells ? 1 : shared.load(cellsAt + cell * cellBytes + ATTEMPTS) & COUNT
}
