import {
  AHEAD,
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
 * A ledger is the record of one thread: the cells it owns, the items it holds, its counts. Threads are
 * written as threadId + 1; 0 means none.
 */

/** Finishes the held item of `entry`. Answers 1 if a thread waits on JOIN, else 0; STALE. */
export function finish(ledger: i32, entry: i32): i32 {
  if (peek(entry + ENTRY_STATE) !== HELD) return STALE
  poke(entry + ENTRY_STATE, EMPTY_ENTRY)
  // Before the load of WAITERS: a joiner counts itself first and then sums the finished counts.
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  return load(JOIN + WAITERS) !== 0 ? 1 : 0
}

/**
 * Claims the free ledger number `index` for `thread`. Answers 1; 0 if it belongs to another thread; BUSY.
 */
export function claim(ledger: i32, index: i32, thread: i32): i32 {
  // Before the owner: a thread that sums the counts of all ledgers reads LEDGERS_USED first.
  const used = load(LEDGERS_USED)
  if (used <= index && cas(LEDGERS_USED, used, index + 1) !== used) return BUSY
  return cas64(ledger + OWNER, 0, 0, thread, 0)
}

/**
 * Makes `recoverer` the thread that reclaims the ledger of the dead `thread`, in place of `previous` (0, or a
 * recoverer that died too). From then on the recoverer uses the ledger as its owner would. Answers 1; 0 if
 * another thread was faster.
 */
export function takeOver(ledger: i32, thread: i32, previous: i32, recoverer: i32): i32 {
  return cas64(ledger + OWNER, thread, previous, thread, recoverer)
}

/**
 * Frees a ledger that holds no item and no block and is counted in no wait. A ledger that counts for a
 * producer becomes RESERVED instead. Answers 1; 0 if the ledger belongs to another thread by now.
 */
export function release(ledger: i32, thread: i32, recoverer: i32): i32 {
  store(ledger + AT_END, 0)
  store(ledger + AHEAD, 0)
  cas(FIRST_IN_LINE, ledger, 0)
  if (load(ledger + PRODUCER) === 0) return cas64(ledger + OWNER, thread, recoverer, 0, 0)
  const released = cas64(ledger + OWNER, thread, recoverer, RESERVED, 0)
  // `closeProducer` may have run in between. The later of the two sees the store of the other, and frees the
  // ledger.
  if (load(ledger + PRODUCER) === 0) cas64(ledger + OWNER, RESERVED, 0, 0, 0)
  return released
}

/**
 * Counts the puts of the owner for `producer` (not 0), which may have further threads after this one. To be
 * called before its first put.
 */
export function countFor(ledger: i32, producer: i32): void {
  store(ledger + STORED_BEFORE, load(ledger + STORED))
  store(ledger + PRODUCER, producer)
}

/**
 * Gives the reserved ledger that counts for `producer` to `thread`, the producer's next thread. Answers 1; 0
 * if the ledger is not reserved for that producer.
 */
export function inherit(ledger: i32, producer: i32, thread: i32): i32 {
  return load(ledger + PRODUCER) === producer ? cas64(ledger + OWNER, RESERVED, 0, thread, 0) : 0
}

/** The producer has no further thread: the ledger is free as soon as it has no owner. */
export function closeProducer(ledger: i32): void {
  store(ledger + PRODUCER, 0)
  cas64(ledger + OWNER, RESERVED, 0, 0, 0)
}

/** `waits`: 1 while the owner waits at the end of the queue, else 0. */
export function markAtEnd(ledger: i32, waits: i32): void {
  store(ledger + AT_END, waits)
}
