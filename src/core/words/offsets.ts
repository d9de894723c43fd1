/**
 * Every shared offset, in bytes. Words that different threads write are 128 bytes apart: two cache lines,
 * since the prefetcher for adjacent lines fetches pairs.
 *
 *      0  TAIL       (position << 1) | shut        next to put; written by puts. A shutdown sets bit 0, so
 *                                                  that every later exchange of a put fails.
 *    128  HEAD       (position << 1) | immediate   next to take; written by takes. An immediate shutdown
 *                                                  sets bit 0.
 *    256  LOCK …     the returns (items that came back): lists threaded through the cells, under one lock
 *                    that is taken and released in a straight line. It guards the deque and the heap, too.
 *    384  FREE_BLOCKS …  the blocks for long items: how many are free, and the stack of those used before
 *    448  LEDGERS_USED   (in the same line: written only when a thread attaches)
 *    512  GET        four sides to wait on, 128 bytes each: for an item,
 *    544    SELECT     (in the line of GET: threads blocked in a select of this queue and others)
 *    640  PUT        for room,
 *    672    URGENT     (in the line of PUT: blocked putters, also on MEMORY, that sleep until they are woken)
 *    768  MEMORY     for blocks,
 *    896  JOIN       for items to be finished
 *    916    END_ROUND  (in the line of JOIN)
 *    920    SHUT_DOWN  (in the line of JOIN: never written; threads that wait for the shutdown sleep on it)
 *   1024  (regions, at offsets computed in geometry.ts and held by every thread privately)
 *
 *   ring     ringSize x { SEQUENCE, CELL }
 *            SEQUENCE: (p << 1) empty, for the put at position p; (p << 1) | 1 full, for the take at p.
 *            LIFO: a deque in the same slots, SEQUENCE unused. The items, TAIL less HEAD of them, are in the
 *            slots from BOTTOM up, continued at slot 0; the other slots hold empty cells. Priority: no slots.
 *            Values of 1 to 8 bytes: { SEQUENCE, VALUE } in place of cells, 16 bytes a slot above 4 bytes.
 *   ledgers  maxThreads x { OWNER … | entries: (1 + maxInFlight + batch) x { CELL, STATE } }
 *            Entry 0 holds the outgoing cell, into which the next put is written. The next maxInFlight
 *            entries hold what was taken. The last ones hold the outgoing cells of batches, into which
 *            several items are written before one put. If slots carry values, as many 8-byte values follow
 *            the entries: an item lies there, and in the entry's cell only once it comes back.
 *   links    one word a block: the next block of its chain or of the free stack, plus 1
 *   heap     priority: (1 + heapSize) x { KEY, ORDER, (CELL << 1) | came back }
 *            An array heap from node 1 on, lowest first, of TAIL less HEAD and RETURNED nodes. KEY and ORDER
 *            are copies of those in keys, so that a sift reads no address from shared memory.
 *   keys     priority: cells x { KEY, ORDER }
 *            KEY: the priority, as two words that compare as signed numbers, the high word first; written
 *            with the payload. ORDER: the number of its arrival, likewise. By both, an item that comes back
 *            takes its old place.
 *   delayed  (1 + delayedSize) x { DUE, ORDER, CELL << 1 }
 *            A heap likewise, of DELAYED nodes. DUE: when the item is due, in ms of the clock of all threads.
 *   cells    { LENGTH, ATTEMPTS, CHAIN, NEXT | itemBytes of payload }
 *   records  2048 bytes a cell, fewer where there are many cells: the failures of its item; only with
 *            maxDeliveries or deadLetters
 *   blocks   blockBytes each
 *
 * A cell number is in exactly one place at any time: a slot, a node of a heap, a ledger entry, the list of
 * returned or of dead-lettered items, or the list of spare cells. The one exception are cells discarded after
 * an immediate shutdown: they are in no place, since no put needs them any more.
 */

export const LINE_BYTES: i32 = 128
const WORD_BYTES: i32 = 4

export const TAIL: i32 = 0
export const HEAD: i32 = TAIL + LINE_BYTES
/** One position, as an amount of TAIL or HEAD. */
export const POSITION: i32 = 2
/** Bit 0 of TAIL (no more puts) and of HEAD (no more takes: the items left are discarded). */
export const SHUT: i32 = 1

export const LOCK: i32 = HEAD + LINE_BYTES
/** Number of returned items, which wait to be taken. */
export const RETURNED: i32 = LOCK + WORD_BYTES
/** RETURNED, DELAYED and the dead-lettered items: a put counts them beside the ring. */
export const RETURNS: i32 = RETURNED + WORD_BYTES
/** Lists of cells: the cell number plus 1, 0 for none. */
export const RETURNED_FIRST: i32 = RETURNS + WORD_BYTES
export const RETURNED_LAST: i32 = RETURNED_FIRST + WORD_BYTES
export const DEAD_LETTERED_FIRST: i32 = RETURNED_LAST + WORD_BYTES
export const DEAD_LETTERED_LAST: i32 = DEAD_LETTERED_FIRST + WORD_BYTES
export const SPARE_FIRST: i32 = DEAD_LETTERED_LAST + WORD_BYTES
/** Number of spare cells that were used at least once. The next fresh one is firstSpare + this. */
export const SPARE_FRESH: i32 = SPARE_FIRST + WORD_BYTES
/**
 * The number of the last arrival in a heap: 64 bits as two words that compare as signed numbers. The low word
 * begins at -2^31.
 */
export const ARRIVED_HIGH: i32 = SPARE_FRESH + WORD_BYTES
export const ARRIVED_LOW: i32 = ARRIVED_HIGH + WORD_BYTES
/** Number of items that came back and are not due yet. */
export const DELAYED: i32 = ARRIVED_LOW + WORD_BYTES
/** LIFO: the slot of the item put first, modulo the number of slots. */
export const BOTTOM: i32 = DELAYED + WORD_BYTES

export const FREE_BLOCKS: i32 = LOCK + LINE_BYTES
/** The ledger that is first in line for blocks (its offset), or 0. */
export const FIRST_IN_LINE: i32 = FREE_BLOCKS + WORD_BYTES
/** Blocks from this number on were never used. */
export const BLOCK_FRESH: i32 = FIRST_IN_LINE + WORD_BYTES
/**
 * Two words exchanged at once, so 8-byte aligned: the top block plus 1, and a tag that changes at every
 * exchange.
 */
export const BLOCK_STACK: i32 = BLOCK_FRESH + 2 * WORD_BYTES
export const BLOCK_TAG: i32 = BLOCK_STACK + WORD_BYTES

/** Ledgers from this index on were never claimed. */
export const LEDGERS_USED: i32 = FREE_BLOCKS + LINE_BYTES / 2

export const GET: i32 = FREE_BLOCKS + LINE_BYTES
export const PUT: i32 = GET + LINE_BYTES
export const MEMORY: i32 = PUT + LINE_BYTES
export const JOIN: i32 = MEMORY + LINE_BYTES
/**
 * Offsets within a side. WAITERS: the number of blocked threads in the low half, of threads that wait
 * asynchronously in the high half.
 */
export const WAITERS: i32 = 0
export const EPOCH: i32 = WAITERS + WORD_BYTES
/** 1 from the wake of a blocked thread until that thread has looked. */
export const WAKING: i32 = EPOCH + WORD_BYTES
export const ASYNC_EPOCH: i32 = WAKING + WORD_BYTES
export const ASYNC_WAKING: i32 = ASYNC_EPOCH + WORD_BYTES
/** One waiter, as an amount of WAITERS. */
export const BLOCKED_WAITER: i32 = 1
export const ASYNC_WAITER: i32 = 0x10000
/**
 * A side of which only WAITERS is used: threads blocked in a select. They count on GET as asynchronous
 * waiters and sleep on the word of a parking lot. A thread that wakes GET moves that word if this count is
 * not 0.
 */
export const SELECT: i32 = GET + 32
/**
 * A side likewise, in the line of PUT: blocked putters that sleep without limit. The others nap: they look
 * again soon, without a wake.
 */
export const URGENT: i32 = PUT + 32
/** Moves when all threads that wait at the end of a shut-down queue must leave, though they hold items. */
export const END_ROUND: i32 = JOIN + ASYNC_WAKING + WORD_BYTES
/** Never written: threads that wait for the shutdown sleep on it. See wait/shut-down.ts. */
export const SHUT_DOWN: i32 = END_ROUND + WORD_BYTES

export const CONTROL_BYTES: i32 = JOIN + LINE_BYTES

/** The next block, plus 1. */
export const LINK_BYTES: i32 = WORD_BYTES

/** Slot. SEQUENCE is at 0. */
export const SLOT_CELL: i32 = WORD_BYTES
/** In place of SLOT_CELL: the first word of a value, and, if it is longer than 4 bytes, the second. */
export const SLOT_VALUE: i32 = SLOT_CELL
export const SLOT_VALUE_HIGH: i32 = SLOT_VALUE + WORD_BYTES
export const SLOT_BYTES: i32 = SLOT_CELL + WORD_BYTES

/** Node of a heap; up to ORDER_LOW also the key of a cell. */
export const KEY_HIGH: i32 = 0
export const KEY_LOW: i32 = KEY_HIGH + WORD_BYTES
export const ORDER_HIGH: i32 = KEY_LOW + WORD_BYTES
export const ORDER_LOW: i32 = ORDER_HIGH + WORD_BYTES
export const KEY_BYTES: i32 = ORDER_LOW + WORD_BYTES
export const NODE_CELL: i32 = ORDER_LOW + WORD_BYTES
export const NODE_BYTES: i32 = NODE_CELL + WORD_BYTES
/** Bit 0 of NODE_CELL: the item came back, and counts as returned. */
export const CAME_BACK: i32 = 1

/**
 * Ledger. OWNER and RECOVERER are exchanged at once, so 8-byte aligned: the thread that the ledger belongs
 * to, and the thread that reclaims it. Both are threadId + 1, 0 for none.
 */
export const OWNER: i32 = 0
export const RECOVERER: i32 = OWNER + WORD_BYTES
/**
 * Counts that only grow: put, taken, finished, given back. Held now = taken - finished - given back. The
 * owner writes the first three, plainly where an atomic access follows in the same straight line. GAVE_BACK
 * is written under the lock, also by a thread that revokes what the owner has fetched ahead.
 */
export const STORED: i32 = RECOVERER + WORD_BYTES
export const TAKEN: i32 = STORED + WORD_BYTES
export const FINISHED: i32 = TAKEN + WORD_BYTES
export const GAVE_BACK: i32 = FINISHED + WORD_BYTES
/** 1 while the owner waits at the end of a shut-down queue and therefore cannot finish the items it holds. */
export const AT_END: i32 = GAVE_BACK + WORD_BYTES
/** The waits that count the owner as a waiter; see the bits below. */
export const WAITS: i32 = AT_END + WORD_BYTES
/** Blocks reserved but not yet popped. */
export const RESERVED_BLOCKS: i32 = WAITS + WORD_BYTES
/** Items dead-lettered without a dead-letter queue, or dropped because the queue was full. */
export const DROPPED: i32 = RESERVED_BLOCKS + WORD_BYTES
/**
 * The producer whose puts are counted here, from one of its threads to the next. 0: none, and the ledger is
 * free once it has no owner.
 */
export const PRODUCER: i32 = DROPPED + WORD_BYTES
/** STORED when PRODUCER was set. */
export const STORED_BEFORE: i32 = PRODUCER + WORD_BYTES
/** Puts that failed at once because the queue was full. */
export const REJECTED: i32 = STORED_BEFORE + WORD_BYTES
/** Waits that ended because the safety timeout passed, not by a wake. */
export const MISSED_WAKES: i32 = REJECTED + WORD_BYTES
/**
 * An item whose call took too long: the thread that holds it (as OWNER), entry, delay, limit; see
 * run-timeouts.ts.
 */
export const TIMED_OUT_THREAD: i32 = MISSED_WAKES + WORD_BYTES
export const TIMED_OUT_ENTRY: i32 = TIMED_OUT_THREAD + WORD_BYTES
export const TIMED_OUT_DELAY: i32 = TIMED_OUT_ENTRY + WORD_BYTES
export const TIMED_OUT_LIMIT: i32 = TIMED_OUT_DELAY + WORD_BYTES
/**
 * The number of the fetch of which entries may be FETCHED; 0: none is, but for one that the owner begins or
 * gives back next;
 */
export const AHEAD: i32 = TIMED_OUT_LIMIT + WORD_BYTES
/** the owner is inside the straight line that fetches. */
export const FETCHING: i32 = -1
/** OWNER of a ledger that waits for the next thread of its producer. */
export const RESERVED: i32 = -1
export const ENTRIES: i32 = LINE_BYTES
/** Entry. CELL is at 0. */
export const ENTRY_STATE: i32 = WORD_BYTES
export const ENTRY_BYTES: i32 = ENTRY_STATE + WORD_BYTES
export const EMPTY_ENTRY: i32 = 0
export const HELD: i32 = 1
/** Taken in advance: the owner exchanges it for HELD when it begins the item. Any thread may revoke it. */
export const FETCHED: i32 = 2
/** A thread is revoking it, within a straight line. */
export const REVOKING: i32 = 3
/** Held, and not begun: if the owner dies, it comes back as if it had not been taken. */
export const ASIDE: i32 = 4

/** Bits of WAITS: blocked on GET. The other sides follow in their order, each shifted left by one more. */
export const BLOCKED_BIT: i32 = 1
/** Bits of WAITS: waits asynchronously on GET; the other sides likewise. */
export const ASYNC_BIT: i32 = 16
/** Bit of WAITS: at the end of a shut-down queue. The thread also counts on JOIN, and sleeps on GET. */
export const END_BIT: i32 = 256
/** Bits of WAITS: blocked in a select, as a waiter of GET and as one of SELECT. */
export const SELECT_GET_BIT: i32 = 512
export const SELECT_BIT: i32 = 1024
/** Bit of WAITS: blocked on PUT or MEMORY, and counted on URGENT. */
export const URGENT_BIT: i32 = 2048

/**
 * Cell. ATTEMPTS: deliveries begun; the first delivery of an item in the ring is counted already. Two bits
 * beside the count: DEAD_LETTERED, so that the item is not delivered again if the thread that moves it to the
 * dead letters dies; SUSPECT, if the last thread that held the item died.
 */
export const LENGTH: i32 = 0
export const ATTEMPTS: i32 = LENGTH + WORD_BYTES
export const DEAD_LETTERED: i32 = 0x40000000
export const SUSPECT: i32 = 0x20000000
/** The deliveries among the bits of ATTEMPTS. */
export const COUNT: i32 = 0x1fffffff
/** First block of a long item, plus 1; 0: the payload is in the cell. */
export const CHAIN: i32 = ATTEMPTS + WORD_BYTES
/** Next cell of the list that this cell is in, plus 1. */
export const NEXT: i32 = CHAIN + WORD_BYTES
export const PAYLOAD: i32 = NEXT + WORD_BYTES

/** Answers of an operation that did nothing. Answers >= 0 mean that it did its work. */
export const BUSY: i32 = -1
export const FULL: i32 = -2
export const NOTHING: i32 = -3
export const CLOSED: i32 = -4
export const DISCARDED: i32 = -5
export const STALE: i32 = -6
export const CORRUPT: i32 = -7
/** Returned items come first: takeReturned takes them. */
export const BEHIND_RETURNED: i32 = -8

/** A batch can take no item: `take` says why. */
export const SINGLY: i32 = -9

/** Most items of a batch: operations on several items are unrolled to so many. */
export const MAX_BATCH: i32 = 8

/** Verdicts of requeue: deliver again; */
export const RETRY: i32 = 0
/** make it a dead letter; */
export const DEAD_LETTER: i32 = 1
/** deliver again, and do not count this delivery; */
export const RELEASE: i32 = 2
/** deliver again, because its holder has died. */
export const HOLDER_DIED: i32 = 3

/** Bit 1 of the answer of `put`: an item was dropped. */
export const REPLACED: i32 = 2

/** Bits of the answer of finishAndBegin: a thread waits on JOIN; */
export const IS_WATCHED: i32 = 1
/** the next item is begun; */
export const HAS_BEGUN: i32 = 2
/** a thread is revoking it, so it is not known yet whether it can be begun. */
export const IS_REVOKING: i32 = 4
