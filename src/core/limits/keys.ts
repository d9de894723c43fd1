import { add, BUSY, cas, load, notify, peek, peekFloat, poke, pokeFloat, store } from '../words/index.ts'
import {
  ARRIVAL,
  ASYNC_WAKE,
  BURST,
  CHANGED,
  CONCURRENCY,
  DONE,
  FREE,
  FRESH,
  GONE,
  GRANTED,
  HASH,
  INTERVAL,
  KEY_BYTES,
  LEDGERS,
  LIMIT,
  LIVE,
  LOCK,
  NEXT,
  NO_KEY,
  NOT_BEFORE,
  OWNER,
  PLACES,
  REFUSES,
  STATE,
  STEP,
  TICKET,
  USED,
  VERSION,
  WAITERS,
  WAITING,
  WAKE,
} from './offsets.ts'

/**
 * The ledgers of threads and the table of keys. A key that was looked up by its hash is known by its number.
 */

/** Before any grant: so long ago that nothing is left to pay off. */
const LONG_AGO: f64 = -1e18

/** Claims the free ledger number `index` for `thread`. Answers DONE; REFUSES if it has an owner; BUSY. */
export function claimLimits(ledger: i32, index: i32, thread: i32): i32 {
  const used = load(LEDGERS)
  if (used <= index && cas(LEDGERS, used, index + 1) !== used) return BUSY
  return cas(ledger + OWNER, 0, thread) === 0 ? DONE : REFUSES
}

/** Frees the ledger, whose cells are given up, if `thread` still has it. */
export function freeLimits(ledger: i32, thread: i32): void {
  cas(ledger + OWNER, thread, 0)
}

/**
 * The thread that owned the ledger is dead, or leaves: its places and its turn at one key are given up. A
 * second call changes nothing. Answers DONE; REFUSES if the ledger is of another thread by now; BUSY.
 */
export function giveUpCell(ledger: i32, thread: i32, key: i32, cell: i32, now: f64): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const isOwner = load(ledger + OWNER) === thread
  if (isOwner) {
    const places = peek(cell + PLACES)
    const waits = peek(cell + TICKET) !== 0
    poke(cell + PLACES, 0)
    poke(cell + TICKET, 0)
    poke(cell + WAITING, 0)
    poke(key + USED, peek(key + USED) - places)
    if (waits) poke(key + WAITERS, peek(key + WAITERS) - 1)
    if (waits || places !== 0) pokeFloat(key + CHANGED, now)
  }
  store(LOCK, 0)
  return isOwner ? DONE : REFUSES
}

/**
 * Adds a key to the chain of `bucket`, in which it was not found at `version`. Answers DONE; GONE if keys
 * were added or evicted since; NO_KEY if all are in use; BUSY. `keysAt` and `maxKeys` are where the keys are.
 */
export function addKey(
  keysAt: i32,
  maxKeys: i32,
  bucket: i32,
  version: i32,
  hash0: i32,
  hash1: i32,
  hash2: i32,
  hash3: i32,
  step: f64,
  burst: f64,
  interval: f64,
  limit: f64,
  concurrency: i32,
  now: f64,
): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  let answer: i32 = GONE
  if (load(VERSION) === version) {
    const free = peek(FREE)
    const fresh = peek(FRESH)
    const number = free !== 0 ? free - 1 : fresh
    if (number >= maxKeys || number < 0) answer = NO_KEY
    else {
      const key = keysAt + number * KEY_BYTES
      if (free !== 0) poke(FREE, peek(key + NEXT))
      else poke(FRESH, fresh + 1)
      poke(LIVE, peek(LIVE) + 1)
      poke(key + HASH, hash0)
      poke(key + HASH + 4, hash1)
      poke(key + HASH + 8, hash2)
      poke(key + HASH + 12, hash3)
      poke(key + CONCURRENCY, concurrency)
      poke(key + USED, 0)
      poke(key + WAITERS, 0)
      pokeFloat(key + ARRIVAL, LONG_AGO)
      // A thread may have read the clock before the key was evicted: it must read it again.
      pokeFloat(key + NOT_BEFORE, now)
      pokeFloat(key + CHANGED, LONG_AGO)
      pokeFloat(key + STEP, step)
      pokeFloat(key + BURST, burst)
      pokeFloat(key + INTERVAL, interval)
      pokeFloat(key + LIMIT, limit)
      pokeFloat(key + GRANTED, 0)
      poke(key + NEXT, peek(bucket))
      store(key + STATE, 1)
      poke(bucket, number + 1)
      store(VERSION, version + 1)
      answer = DONE
    }
  }
  store(LOCK, 0)
  return answer
}

/**
 * Evicts the key if it is idle: nobody waits for it or has a place of it, and all that was granted lies an
 * interval back, so nothing of it counts any more. `link` is the word that refers to it: the bucket, or NEXT
 * of the key before, as found at `version`. Answers DONE; GONE if keys were added or evicted since; REFUSES;
 * BUSY.
 */
export function evictKey(key: i32, number: i32, link: i32, version: i32, now: f64): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  let answer: i32 = GONE
  if (load(VERSION) === version) {
    const isIdle =
      peek(key + STATE) === 1 &&
      peek(key + USED) === 0 &&
      peek(key + WAITERS) === 0 &&
      peekFloat(key + ARRIVAL) + peekFloat(key + INTERVAL) <= now &&
      peekFloat(key + NOT_BEFORE) <= now
    if (isIdle) {
      poke(link, peek(key + NEXT))
      store(key + STATE, 0)
      poke(key + NEXT, peek(FREE))
      poke(FREE, number + 1)
      poke(LIVE, peek(LIVE) - 1)
      store(VERSION, version + 1)
    }
    answer = isIdle ? DONE : REFUSES
  }
  store(LOCK, 0)
  return answer
}

/** Wakes the thread of the ledger, whether it is blocked or waits asynchronously. */
export function wakeLimits(ledger: i32): void {
  add(ledger + WAKE, 1)
  notify(ledger + WAKE, -1)
  add(ledger + ASYNC_WAKE, 1)
  notify(ledger + ASYNC_WAKE, -1)
}
