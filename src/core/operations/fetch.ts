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
  FINISHED,
  GAVE_BACK,
  HAS_BEGUN,
  HELD,
  IS_REVOKING,
  IS_WATCHED,
  isCell,
  JOIN,
  LOCK,
  load,
  peek,
  poke,
  RETURNED,
  RETURNS,
  REVOKING,
  STALE,
  store,
  WAITERS,
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
 * The owner finishes the held item of `entry`, and begins the fetched one of `next`. Answers bits:
 * IS_WATCHED if a thread waits on JOIN; HAS_BEGUN; IS_REVOKING while the next item is revoked. STALE, with
 * nothing done, if the entry holds no item.
 */
export function finishAndBegin(ledger: i32, entry: i32, next: i32): i32 {
  if (peek(entry + ENTRY_STATE) !== HELD) return STALE
  poke(entry + ENTRY_STATE, EMPTY_ENTRY)
  const finished = peek(ledger + FINISHED) + 1
  // Plain: the exchange orders it before the load of WAITERS, as the store of finish does.
  poke(ledger + FINISHED, finished)
  const state = cas(next + ENTRY_STATE, FETCHED, HELD)
  // An exchange that was not made need not order the stores before it.
  if (state !== FETCHED) store(ledger + FINISHED, finished)
  const watched = load(JOIN + WAITERS) !== 0 ? IS_WATCHED : 0
  if (state === FETCHED) return watched | HAS_BEGUN
  return state === REVOKING ? watched | IS_REVOKING : watched
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
