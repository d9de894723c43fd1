/**
 * Every shared offset, in bytes. Words that different threads write sit 128 bytes apart (two lines: the
 * adjacent-line prefetcher fetches pairs).
 *
 *      0  TAIL       (position << 1) | closed      next to put; written by putters. Closing sets bit 0, so that every
 *                                                  later exchange of a put fails.
 *    128  HEAD       (position << 1) | immediate   next to take; written by takers. An immediate shutdown sets bit 0.
 *    256  LOCK …     the backlog: items that came back. One straight-line lock over lists threaded through the cells;
 *                    over the deque and the heap too, in queues of those kinds.
 *    384  FREE_BLOCKS …  the budget for long items, and the stack of blocks that came back
 *    512  GET        four sides to wait on, 128 bytes each: for an item,
 *    544  SELECT       (within GET's: the threads that block on several queues at once, of this one among them)
 *    640  PUT        for room,
 *    768  MEMORY     for blocks,
 *    896  JOIN       for items to be finished
 *    920    SHUT_DOWN    (within JOIN's: never written; those sleep on it who wait for the shutdown)
 *   1024  (regions, at offsets computed in geometry.ts and held by every thread privately)
 *
 *   ring     ringSize x { SEQUENCE, CELL }
 *            SEQUENCE: (p << 1) empty, for the put at position p; (p << 1) | 1 full, for the take at p.
 *            LIFO: a deque in the same slots, SEQUENCE unused. From slot BOTTOM on, round the end, stand TAIL less HEAD
 *            items from the bottom up; the other slots hold empty cells. Priority: no slots.
 *   heap     priority: (1 + heapSize) x { KEY, ORDER, (CELL << 1) | came back }
 *            An array heap from node 1 on, lowest first, of TAIL less HEAD and RETURNED nodes. KEY and ORDER are those of
 *            keys, copied, so that a sift reads no address from shared memory.
 *   keys     priority: cells x { KEY, ORDER }
 *            KEY: the priority, as two words that compare as signed numbers in that order; staged with the payload. ORDER:
 *            the number of its arrival, likewise. An item that comes back takes its old place by them.
 *   ledgers  maxThreads x { OWNER … | entries: (1 + maxInFlight) x { CELL, STATE } }
 *            Entry 0 is the stage: its cell holds what is being put. The others hold what was taken.
 *   delayed  (1 + delayedSize) x { DUE, ORDER, CELL << 1 }
 *            A heap likewise, by the time at which the item is due, ms of the clock of all threads; DELAYED nodes.
 *   links    one word a block: the next one of its chain or of the free stack, plus 1
 *   cells    { LENGTH, ATTEMPTS, CHAIN, NEXT | itemBytes of payload }
 *   records  2048 bytes a cell, fewer where there are many cells: the failures of its item; only with
 *            maxDeliveries or deadLetters
 *   blocks   blockBytes each
 *
 * A cell number has one place at any time: a slot, a node of a heap, a ledger entry, the list of returned or
 * of doomed items, or the list of spare cells. (Discarded after an immediate shutdown it has none: no put
 * will want it.)
 */

export const LINE_BYTES: i32 = 128

export const TAIL: i32 = 0
export const HEAD: i32 = 128
/** Bit 0 of TAIL (no more puts) and of HEAD (no more takes: what is left is discarded). */
export const SHUT: i32 = 1

export const LOCK: i32 = 256
/** How many returned items wait to be taken. */
export const RETURNED: i32 = 260
/**
 * RETURNED, DELAYED and those that wait for room in the dead-letter queue: what a put counts beside the ring.
 */
export const RETURNS: i32 = 264
/** Lists of cells: the number plus 1, 0 for none. */
export const RETURNED_FIRST: i32 = 268
export const RETURNED_LAST: i32 = 272
export const DEAD_LETTERED_FIRST: i32 = 276
export const DEAD_LETTERED_LAST: i32 = 280
export const SPARE_FIRST: i32 = 284
/** Spare cells that were never used: the next one's number counted from the first spare cell. */
export const SPARE_FRESH: i32 = 288
/**
 * The number of the last arrival in a heap, 64 bits as two words that compare as signed ones: the lower
 * begins at -2^31.
 */
export const ARRIVED_HIGH: i32 = 292
export const ARRIVED_LOW: i32 = 296
/** Items that came back and are not due yet. */
export const DELAYED: i32 = 300
/** LIFO: the slot of the item put first, modulo the number of slots. */
export const BOTTOM: i32 = 304

export const FREE_BLOCKS: i32 = 384
/** The ledger that is first in line for blocks (its offset), or 0. */
export const FIRST_IN_LINE: i32 = 388
/** Blocks that were never used start at this number. */
export const BLOCK_FRESH: i32 = 392
/** Two words exchanged at once: the top block plus 1, and a tag that moves at every exchange. */
export const BLOCK_STACK: i32 = 400

/** Ledgers from this index on were never claimed. */
export const LEDGERS_USED: i32 = 448

export const GET: i32 = 512
export const PUT: i32 = 640
export const MEMORY: i32 = 768
export const JOIN: i32 = 896
/**
 * Within a side. WAITERS: blocked threads in the low half, threads waiting asynchronously in the high half.
 */
export const WAITERS: i32 = 0
export const EPOCH: i32 = 4
/** 1 while a blocked thread that was woken has not yet looked. */
export const WAKING: i32 = 8
export const ASYNC_EPOCH: i32 = 12
export const ASYNC_WAKING: i32 = 16
export const ASYNC_WAITER: i32 = 0x10000
/**
 * As a side, of which only WAITERS is used: threads blocked in a select. They count on GET as asynchronous
 * waiters, and sleep on a word of the process (wait/lot.ts), which whoever wakes GET moves if someone is
 * counted here.
 */
export const SELECT: i32 = 544
/**
 * Moves when all who wait at the end of a shut-down queue are to leave, though they hold items. Beside JOIN.
 */
export const END_ROUND: i32 = 916

/** Never written. Those sleep on it who wait for the queue to be shut down: see wait/shut-down.ts. */
export const SHUT_DOWN: i32 = 920

export const CONTROL_BYTES: i32 = 1024

/** Slot. */
export const SLOT_BYTES: i32 = 8
export const SLOT_CELL: i32 = 4

/** Node of a heap; and, up to ORDER_LOW, the key record of a cell. */
export const NODE_BYTES: i32 = 20
export const KEY_HIGH: i32 = 0
export const KEY_LOW: i32 = 4
export const ORDER_HIGH: i32 = 8
export const ORDER_LOW: i32 = 12
export const NODE_CELL: i32 = 16
/** Bit 0 of NODE_CELL: the item came back, and counts as returned. */
export const CAME_BACK: i32 = 1
export const KEY_BYTES: i32 = 16

/**
 * Ledger. OWNER and RECOVERER are exchanged at once: the thread it belongs to, and the one that winds it up.
 */
export const OWNER: i32 = 0
export const RECOVERER: i32 = 4
/** Counts that only grow: put here, taken, finished, given back. Held = taken - finished - given back. */
export const STORED: i32 = 8
export const TAKEN: i32 = 12
export const FINISHED: i32 = 16
export const GAVE_BACK: i32 = 20
/** 1 while the owner waits at the end of a shut-down queue and so cannot finish what it holds. */
export const AT_END: i32 = 24
/**
 * Which sides count the owner as a waiter: one bit a side, in its order; shifted left by 4 for asynchronous
 * waits; above those wait/side.ts.
 */
export const WAITS: i32 = 28
/** Blocks reserved but not yet popped. */
export const RESERVED_BLOCKS: i32 = 32
/** Items given up without a dead-letter queue to take them, or dropped because the queue was full. */
export const DROPPED: i32 = 36
/**
 * Whose puts are counted here from one thread to its successor; 0: nobody's, the ledger is free once it has
 * no owner.
 */
export const PRODUCER: i32 = 40
/** STORED when PRODUCER was set. */
export const STORED_BEFORE: i32 = 44
/** Puts that failed at once because the queue was full. */
export const REJECTED: i32 = 48
/** Waits that ended by a look of their own, not by a wake. */
export const MISSED_WAKES: i32 = 52
/**
 * An item whose call took too long: the thread it is about (OWNER), its entry, its delay, and the limit; see
 * queue/timedOut.ts.
 */
export const TIMED_OUT_THREAD: i32 = 56
export const TIMED_OUT_ENTRY: i32 = 60
export const TIMED_OUT_DELAY: i32 = 64
export const TIMED_OUT_LIMIT: i32 = 68
/** OWNER, of a ledger that waits for the successor of its last owner. */
export const RESERVED: i32 = -1
export const ENTRIES: i32 = 128
export const ENTRY_BYTES: i32 = 8
export const ENTRY_STATE: i32 = 4
export const EMPTY_ENTRY: i32 = 0
export const HELD: i32 = 1

/**
 * Cell. ATTEMPTS: deliveries begun, of what is in the ring the first is counted already; DEAD_LETTERED, once the
 * item was given up: whoever moves it to the dead letters may die, and it is not to be delivered again; and
 * SUSPECT, if the last thread that held it died.
 */
export const LENGTH: i32 = 0
export const ATTEMPTS: i32 = 4
export const DEAD_LETTERED: i32 = 0x40000000
export const SUSPECT: i32 = 0x20000000
/** The deliveries among these bits. */
export const COUNT: i32 = 0x1fffffff
/** First block of a long item, plus 1; 0: the payload is in the cell. */
export const CHAIN: i32 = 8
/** Next cell of the list this one is in, plus 1. */
export const NEXT: i32 = 12
export const PAYLOAD: i32 = 16

/** What an operation answers when it did nothing. Answers >= 0 are its own. */
export const BUSY: i32 = -1
export const FULL: i32 = -2
export const NOTHING: i32 = -3
export const CLOSED: i32 = -4
export const DISCARDED: i32 = -5
export const STALE: i32 = -6
export const CORRUPT: i32 = -7
/** Returned items come first: takeReturned has them. */
export const BEHIND_RETURNED: i32 = -8

/**
 * `verdict` of requeue: deliver again; give up; deliver again, not counting this delivery; deliver again,
 * its holder has died.
 */
export const RETRY: i32 = 0
export const DEAD_LETTER: i32 = 1
export const RELEASE: i32 = 2
export const HOLDER_DIED: i32 = 3

/** Beside the answer of `put`: an item was dropped. */
export const REPLACED: i32 = 2
