import {
  AT_END,
  BUSY,
  cas,
  cas64,
  EMPTY_ENTRY,
  ENTRY_STATE,
  FINISHED,
  FIRST_IN_LINE,
  HELD,
  JOIN,
  LEDGERS_USED,
  load,
  OWNER,
  PRODUCER,
  peek,
  poke,
  RESERVED,
  STALE,
  STORED,
  STORED_BEFORE,
  store,
  WAITERS,
} from '../words/index.ts'

/**
 * One ledger a thread: what it owns, holds and has counted. Threads are known by threadId + 1; 0 is nobody.
 */

/** The held item of `entry` is finished. Answers 1 if someone watches for finished items, else 0; STALE. */
export function finish(ledger: i32, entry: i32): i32 {
  if (peek(entry + ENTRY_STATE) !== HELD) return STALE
  poke(entry + ENTRY_STATE, EMPTY_ENTRY)
  // Before the load of WAITERS: a joiner counts itself first and sums the finished counts after.
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  return load(JOIN + WAITERS) !== 0 ? 1 : 0
}

/**
 * Registers `thread` in the free ledger number `index`. Answers 1 if it is now the thread's; 0 if it is
 * another's; BUSY.
 */
export function claim(ledger: i32, index: i32, thread: i32): i32 {
  // Before the owner: who counts this thread's items reads LEDGERS_USED first.
  const used = load(LEDGERS_USED)
  if (used <= index && cas(LEDGERS_USED, used, index + 1) !== used) return BUSY
  return cas64(ledger + OWNER, 0, 0, thread, 0)
}

/**
 * Makes `executor` the one that winds up the ledger of the dead `thread`, in place of `former` (0, or an
 * executor that died too). From then on it uses the ledger as the owner would. Answers 1, or 0 if it is not
 * to be had.
 */
export function takeOver(ledger: i32, thread: i32, former: i32, executor: i32): i32 {
  return cas64(ledger + OWNER, thread, former, thread, executor)
}

/**
 * Frees a ledger that holds nothing, owns no block and waits nowhere; one that counts for a producer waits
 * for the owner's successor instead. Answers 1, or 0 if it is someone else's now.
 */
export function release(ledger: i32, thread: i32, executor: i32): i32 {
  store(ledger + AT_END, 0)
  cas(FIRST_IN_LINE, ledger, 0)
  if (load(ledger + PRODUCER) === 0) return cas64(ledger + OWNER, thread, executor, 0, 0)
  const released = cas64(ledger + OWNER, thread, executor, RESERVED, 0)
  // Retired in between: whoever comes second, this or `closeProducer`, sees what the other stored, and frees it.
  if (load(ledger + PRODUCER) === 0) cas64(ledger + OWNER, RESERVED, 0, 0, 0)
  return released
}

/**
 * From now on the owner's puts are counted for `producer` (not 0), which may outlive it. Before its first
 * put.
 */
export function countFor(ledger: i32, producer: i32): void {
  store(ledger + STORED_BEFORE, load(ledger + STORED))
  store(ledger + PRODUCER, producer)
}

/**
 * `thread` follows the dead owner of the ledger that counts for `producer`. Answers 1, or 0 if it is not to
 * be had.
 */
export function inherit(ledger: i32, producer: i32, thread: i32): i32 {
  return load(ledger + PRODUCER) === producer ? cas64(ledger + OWNER, RESERVED, 0, thread, 0) : 0
}

/** Nobody follows any more: the ledger is free, as soon as it has no owner. */
export function closeProducer(ledger: i32): void {
  store(ledger + PRODUCER, 0)
  cas64(ledger + OWNER, RESERVED, 0, 0, 0)
}

/** The owner waits at the end of the queue (1), or no longer (0). */
export function markAtEnd(ledger: i32, waits: i32): void {
  store(ledger + AT_END, waits)
}
