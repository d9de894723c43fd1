import {
  ASYNC_EPOCH,
  ASYNC_WAITER,
  ASYNC_WAKING,
  add,
  BLOCKED_WAITER,
  cas,
  depth,
  EPOCH,
  HEAD,
  load,
  maxsize,
  notify,
  PUT,
  RETURNS,
  store,
  TAIL,
  URGENT,
  WAITERS,
  WAITS,
  WAKING,
} from '../words/index.ts'

/**
 * Waits and wakes on one side of a queue (GET, PUT, MEMORY or JOIN). A waiter counts itself, reads the epoch,
 * looks again, and only then sleeps on that epoch. A waker publishes, then reads the count; if it is not 0,
 * the waker moves the epoch and notifies. Blocked and asynchronous waiters have separate words: an abandoned
 * `waitAsync` would otherwise consume a `notify(1)` meant for a blocked thread.
 *
 * At most one wake is in flight to the blocked threads of a side (WAKING), and one to the asynchronous
 * waiters (ASYNC_WAKING). Every thread that leaves a wait, for any reason, clears that word, then looks
 * again, and passes the wake on if there is more.
 */

/** 1 if a thread waits on `side` and no wake to its kind of waiters is in flight, else 0. */
export function needsWake(side: i32): i32 {
  const waiters = load(side + WAITERS)
  if (waiters === 0) return 0
  if ((waiters & (ASYNC_WAITER - 1)) !== 0 && load(side + WAKING) === 0) return 1
  return waiters >= ASYNC_WAITER && load(side + ASYNC_WAKING) === 0 ? 1 : 0
}

/**
 * As needsWake, after a take. Blocked putters that nap are woken when half of the queue is free: a thread
 * that is woken for one slot fills it and sleeps again. A napping putter looks by itself soon; one that
 * sleeps without limit is counted as urgent, and is woken for any room, as asynchronous putters are.
 */
export function putNeedsWake(): i32 {
  const waiters = load(PUT + WAITERS)
  if (waiters === 0) return 0
  if (waiters >= ASYNC_WAITER && load(PUT + ASYNC_WAKING) === 0) return 1
  if ((waiters & (ASYNC_WAITER - 1)) === 0 || load(PUT + WAKING) !== 0) return 0
  if (load(URGENT + WAITERS) !== 0) return 1
  const head = load(HEAD)
  return depth(load(TAIL), head) + load(RETURNS) <= maxsize >> 1 ? 1 : 0
}

/** Wakes one blocked thread, and all asynchronous waiters: each looks in its own event loop. */
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
 * Wakes all waiters, counted or not: for shutdowns, joins and deaths. A thread that died asleep may have
 * consumed a wake before.
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
 * Counts the owner of the ledger as a waiter. The ledger records it in the same straight line, so that a
 * recoverer can undo it. `bit` is the bit of WAITS for this side and kind of wait, `amount` BLOCKED_WAITER or
 * ASYNC_WAITER. A second call with the same bit changes nothing.
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
  store(side + (amount === BLOCKED_WAITER ? WAKING : ASYNC_WAKING), 0)
}

/** A blocked thread is awake and about to look: the next put may wake another. */
export function clearWaking(side: i32): void {
  store(side + WAKING, 0)
}

export function clearAsyncWaking(side: i32): void {
  store(side + ASYNC_WAKING, 0)
}
