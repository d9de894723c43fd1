/**
 * The memory of a rate limiter, in bytes. It has nothing in common with that of a queue.
 *
 *      0  LOCK        taken and released in one straight line, so no thread dies with it. All words below are
 *                     written under it, but those that say otherwise.
 *    128  VERSION     moved when a key is added or evicted
 *    132  FRESH       keys from this number on were never used
 *    136  FREE        the number of a free key, plus 1; by NEXT the other ones. 0: none
 *    140  LIVE        keys in use
 *    144  TICKETS     the last ticket that was drawn; written without the lock
 *    148  LEDGERS     ledgers from this number on were never claimed; written without the lock
 *    256  ledgers     maxThreads x { OWNER, WAKE, ASYNC_WAKE, REFUSED }
 *   then  buckets     words, as many as a power of two: the first key of a chain, plus 1; 0: none
 *   then  keys        maxKeys x { HASH … }
 *   then  cells       maxThreads x maxKeys x { TICKET … }, those of a ledger side by side
 *
 * Times are in ns since the limiter was made, whole numbers in 64-bit floats: exact for 104 days, and to 2 ns
 * for as long again. They never wrap.
 */

export const LOCK: i32 = 0
export const VERSION: i32 = 128
export const FRESH: i32 = 132
export const FREE: i32 = 136
export const LIVE: i32 = 140
export const TICKETS: i32 = 144
export const LEDGERS: i32 = 148
export const LEDGERS_AT: i32 = 256

/** A ledger is of one thread. OWNER: threadId + 1; 0: none. */
export const OWNER: i32 = 0
/** The words that the blocked thread, or its asynchronous waiters, sleep on. Written by wakers. */
export const WAKE: i32 = 4
export const ASYNC_WAKE: i32 = 8
/** Calls of the thread that were refused. A float, written by the owner. */
export const REFUSED: i32 = 16
export const LEDGER_BYTES: i32 = 128

/** Four words: what identifies the key. */
export const HASH: i32 = 0
/** 1: the key is in use. */
export const STATE: i32 = 16
/** The next key of its chain, or the next free one, plus 1; 0: none. */
export const NEXT: i32 = 20
/** Places, and how many of them are taken. CONCURRENCY 0: no limit, and none is counted. */
export const CONCURRENCY: i32 = 24
export const USED: i32 = 28
/** Threads that have waiters. */
export const WAITERS: i32 = 32
/** Floats from here on. The theoretical arrival time: when all that was granted is paid off. */
export const ARRIVAL: i32 = 40
/** No grant before this time. */
export const NOT_BEFORE: i32 = 48
/** The last time when the turn may have come to another thread. */
export const CHANGED: i32 = 56
/** The time that one grant pays for, in ns. */
export const STEP: i32 = 64
export const BURST: i32 = 72
/** The interval in ns, and the grants in it. */
export const INTERVAL: i32 = 80
export const LIMIT: i32 = 88
/** Weights that were granted. */
export const GRANTED: i32 = 96
export const KEY_BYTES: i32 = 128

/**
 * A cell is of one ledger and one key. TICKET: the arrival of the thread's oldest waiter, an even number, not
 * 0; with PASSED: it did not run in its turn. 0: it does not wait.
 */
export const TICKET: i32 = 0
export const PASSED: i32 = 1
/** Places that the thread has. */
export const PLACES: i32 = 4
/** The weight that its oldest waiter waits for. */
export const WEIGHT: i32 = 8
/** Waiters of the thread. Written by the owner, without the lock. */
export const WAITING: i32 = 12
/** 1: the thread is to look at this key. Written without the lock. */
export const CALLED: i32 = 16
export const CELL_BYTES: i32 = 20

/** Answers of the lines, beside BUSY. */
export const DONE: i32 = 1
/** The key is another by now, or the chains have changed. */
export const GONE: i32 = 2
/** It is too early. */
export const NOT_DUE: i32 = 3
/** All places are taken. */
export const NO_PLACE: i32 = 4
/** There is no free key. */
export const NO_KEY: i32 = 5
/** Granted, with a place. */
export const PLACED: i32 = 7
/** The key, or the cell, is in use; or the ledger is of another thread. */
export const REFUSES: i32 = 6
