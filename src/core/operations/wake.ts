import {
  ASYNC_EPOCH,
  ASYNC_WAITER,
  ASYNC_WAKING,
  add,
  cas,
  EPOCH,
  load,
  notify,
  store,
  WAITERS,
  WAITS,
  WAKING,
} from '../words/index.ts'

/**
 * Sleeping and waking on one side of a queue (GET, PUT, MEMORY or JOIN). A sleeper counts itself, reads the
 * epoch, looks again and only then sleeps on that epoch; a waker publishes, then reads the count, and only if
 * someone is counted moves the epoch and notifies. Blocked and asynchronous sleepers have words of their own:
 * a `waitAsync` that nobody awaits any more would eat a `notify(1)` meant for a blocked thread.
 *
 * At most one wake is in flight to the blocked threads of a side (WAKING), and one to the asynchronous.
 * Whoever leaves a wait, for whatever reason, clears the word and then looks again, and passes the wake on if
 * there is more.
 */

/** 1 if someone waits on `side` to whom no wake is under way. */
export function needsWake(side: i32): i32 {
  const waiters = load(side + WAITERS)
  if (waiters === 0) return 0
  if ((waiters & (ASYNC_WAITER - 1)) !== 0 && load(side + WAKING) === 0) return 1
  return waiters >= ASYNC_WAITER && load(side + ASYNC_WAKING) === 0 ? 1 : 0
}

/** Wakes one blocked thread, and all that wait asynchronously (each has its own event loop to look from). */
export function wake(side: i32): void {
  const waiters = load(side + WAITERS)
  if ((waiters & (ASYNC_WAITER - 1)) !== 0 && cas(side + WAKING, 0, 1) === 0) {
    add(side + EPOCH, 1)
    notify(side + EPOCH, 1)
  }
  if (waiters >= ASYNC_WAITER && cas(side + ASYNC_WAKING, 0, 1) === 0) {
    add(side + ASYNC_EPOCH, 1)
    notify(side + ASYNC_EPOCH, -1)
  }
}

/**
 * Wakes everyone, counted or not: for shutdown, joins and deaths. A dead sleeper may have eaten a wake
 * before.
 */
export function wakeAll(side: i32): void {
  store(side + WAKING, 0)
  store(side + ASYNC_WAKING, 0)
  add(side + EPOCH, 1)
  notify(side + EPOCH, -1)
  add(side + ASYNC_EPOCH, 1)
  notify(side + ASYNC_EPOCH, -1)
}

/**
 * Counts the ledger's owner as a waiter; noted in the ledger in the same straight line, so that recovery can
 * undo it. `bit` is WAITS's for this side and kind, `amount` 1 or ASYNC_WAITER. Counting twice changes
 * nothing.
 */
export function enterWait(ledger: i32, side: i32, bit: i32, amount: i32): void {
  const waits = load(ledger + WAITS)
  if ((waits & bit) !== 0) return
  store(ledger + WAITS, waits | bit)
  add(side + WAITERS, amount)
}

export function leaveWait(ledger: i32, side: i32, bit: i32, amount: i32): void {
  const waits = load(ledger + WAITS)
  if ((waits & bit) === 0) return
  store(ledger + WAITS, waits & ~bit)
  add(side + WAITERS, -amount)
  store(side + (amount === 1 ? WAKING : ASYNC_WAKING), 0)
}

/** A blocked thread is awake and about to look. */
export function clearWaking(side: i32): void {
  store(side + WAKING, 0)
}

export function clearAsyncWaking(side: i32): void {
  store(side + ASYNC_WAKING, 0)
}
