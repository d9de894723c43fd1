import {
  AHEAD,
  BUSY,
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  FETCHED,
  FETCHING,
  ledgerAt,
  ledgersUsed,
  type Shared,
} from '../../core/index.ts'
import { backOff } from '../../wait/index.ts'

/**
 * Items that a thread has fetched ahead and not begun belong to whoever is free. A taker that finds nothing
 * else revokes one, and then takes it from the returned items.
 *
 *   fetching    sets AHEAD to FETCHING, exchanges HEAD, marks the entries FETCHED, numbers the fetch in AHEAD
 *   looking     counts itself as a waiter, finds nothing at HEAD, reads AHEAD, reads the entries
 *
 * An item that was fetched before the look at HEAD is seen, since AHEAD was set before the exchange. An item
 * that was fetched after it was put after it, and its put wakes the waiter.
 */

/** Moves one item that another thread has fetched ahead to the returned items. False if there is none. */
export function revokeOne(shared: Shared, ledger: number): boolean {
  if (shared.geometry.batch === 0) return false
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    const other = ledgerAt(shared.geometry, index)
    if (other !== ledger && revokeIn(shared, other, fetchOf(shared, other), 1) > 0) return true
  }
  return false
}

/**
 * Moves to the returned items what threads have fetched ahead and did not begin from the last call to this
 * one. `fetches` keeps the fetches that the last call saw, by ledger. True if it moved any.
 */
export function revokeStale(shared: Shared, ledger: number, fetches: number[]): boolean {
  const used = ledgersUsed(shared)
  let count = 0
  for (let index = 0; index < used; index++) {
    const other = ledgerAt(shared.geometry, index)
    const fetch = other === ledger ? 0 : fetchOf(shared, other)
    if (fetch === fetches[index]) count += revokeIn(shared, other, fetch, shared.geometry.maxInFlight)
    fetches[index] = fetch
  }
  return count > 0
}

/** Moves all items that threads have fetched ahead to the returned items. */
export function revokeAll(shared: Shared): void {
  if (shared.geometry.batch === 0) return
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    const ledger = ledgerAt(shared.geometry, index)
    revokeIn(shared, ledger, fetchOf(shared, ledger), shared.geometry.maxInFlight)
  }
}

/** The number of the fetch of which `ledger` may have items; 0: it has none. */
function fetchOf(shared: Shared, ledger: number): number {
  for (let tries = 0; ; tries++) {
    const fetch = shared.load(ledger + AHEAD)
    if (fetch !== FETCHING) return fetch
    backOff(tries)
  }
}

/**
 * Revokes up to `most` items of `ledger`, in the order in which they were fetched. Returns how many. `fetch`:
 * the answer of fetchOf.
 */
function revokeIn(shared: Shared, ledger: number, fetch: number, most: number): number {
  if (fetch === 0) return 0
  let count = 0
  for (let index = 1; index <= shared.geometry.maxInFlight && count < most; index++) {
    const entry = ledger + ENTRIES + index * ENTRY_BYTES
    if (shared.load(entry + ENTRY_STATE) === FETCHED && revokeEntry(shared, ledger, entry)) count++
  }
  // All items of this fetch are begun or revoked; a later fetch has another number.
  if (count < most) shared.core.forgetAhead(ledger, fetch)
  return count
}

/** Revokes the fetched item of `entry`. False if it was begun or revoked before. */
export function revokeEntry(shared: Shared, ledger: number, entry: number): boolean {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.revoke(ledger, entry)
    if (answer !== BUSY) return answer === 1
    backOff(tries)
  }
}
