import {
  AHEAD,
  ATTEMPTS,
  BUSY,
  CORRUPT,
  COUNT,
  cas,
  cellAt,
  EMPTY_ENTRY,
  ENTRY_STATE,
  FETCHED,
  GAVE_BACK,
  HELD,
  isCell,
  LOCK,
  load,
  peek,
  poke,
  RETURNED,
  RETURNS,
  REVOKING,
  STALE,
  store,
} from '../words/index.ts'
import { append } from './returns.ts'
import { keepValue } from './ring.ts'
import { nextSpare, useSpare } from './spares.ts'

/**
 * Items that a thread has fetched ahead: taken together with another, and not begun. One exchange of the
 * entry's state decides who has such an item: its owner, who begins it, or a thread that revokes it.
 */

/** The owner begins the fetched item of `entry`. Answers 1; 0 if it was revoked; BUSY while it is revoked. */
export function begin(entry: i32): i32 {
  const state = cas(entry + ENTRY_STATE, FETCHED, HELD)
  if (state === FETCHED) return 1
  return state === REVOKING ? BUSY : 0
}

/**
 * Moves the fetched item of `entry` to the returned items, as if it had not been taken: its delivery is not
 * counted. Any thread may call this, whoever the owner of `ledger` is. Answers 1; STALE if the item has been
 * begun or revoked; BUSY, CORRUPT. After an immediate shutdown the caller must discard what came back.
 */
export function revoke(ledger: i32, entry: i32): i32 {
  const state = load(entry + ENTRY_STATE)
  if (state !== FETCHED) return state === REVOKING ? BUSY : STALE
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const outcome = revokeLocked(ledger, entry)
  store(LOCK, 0)
  return outcome
}

/** Nothing of the fetch number `fetch` is FETCHED any more: other threads need not look at `ledger`. */
export function forgetAhead(ledger: i32, fetch: i32): void {
  cas(ledger + AHEAD, fetch, 0)
}

function revokeLocked(ledger: i32, entry: i32): i32 {
  const spare = nextSpare()
  if (isCell(spare) === 0) return CORRUPT
  if (cas(entry + ENTRY_STATE, FETCHED, REVOKING) !== FETCHED) return STALE
  const cell = peek(entry)
  if (isCell(cell) === 0 || append(cell, 0) === CORRUPT) {
    store(entry + ENTRY_STATE, FETCHED)
    return CORRUPT
  }
  useSpare(spare)
  const attempts = cellAt(cell) + ATTEMPTS
  poke(attempts, (peek(attempts) & COUNT) - 1)
  keepValue(entry)
  poke(entry, spare)
  // GAVE_BACK is written under the lock only, so this thread may write that of another. RETURNS first, as in
  // requeue: at no moment is the item in neither count.
  store(RETURNS, load(RETURNS) + 1)
  store(ledger + GAVE_BACK, load(ledger + GAVE_BACK) + 1)
  store(RETURNED, load(RETURNED) + 1)
  // Last: the owner may use the entry again.
  store(entry + ENTRY_STATE, EMPTY_ENTRY)
  return 1
}
