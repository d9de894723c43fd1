import {
  AHEAD,
  BUSY,
  CLOSED,
  CORRUPT,
  cas,
  EMPTY_ENTRY,
  ENTRY_BYTES,
  ENTRY_STATE,
  emptiedMark,
  FETCHED,
  FETCHING,
  FINISHED,
  FULL,
  fullMark,
  GET,
  HEAD,
  HELD,
  isCell,
  JOIN,
  load,
  maxsize,
  POSITION,
  peek,
  poke,
  RETURNED,
  RETURNS,
  SHUT,
  SINGLY,
  STALE,
  STORED,
  slotAt,
  store,
  TAIL,
  TAKEN,
  WAITERS,
} from '../words/index.ts'
import { empty, fill, hasRoom, size, slotIsSound } from './ring.ts'
import { needsWake, putNeedsWake } from './wake.ts'

/**
 * Up to MAX_BATCH items of the ring in one straight line, with one exchange of TAIL or HEAD. Before the
 * exchange every slot and every cell is checked, in order; the first that will not do ends the batch, which
 * may be shorter than asked for.
 *
 * Only the SEQUENCE of a batch's first slot is stored atomically, and last. It publishes the others, which
 * are written plainly: a thread that acts on one of those has read the first, or has read a TAIL or HEAD that
 * a thread moved after it had. (A thread that reads one early takes it for not ready, or its exchange fails.)
 */

/**
 * Puts the items of `count` entries from `entry` on, at the tail. They are written, and LENGTH in the cells.
 * Answers (n << 1) | 1 if a thread that waits for an item must be woken, (n << 1) if not: the first n cells
 * are put. FULL, CLOSED, BUSY, CORRUPT as put.
 */
export function putBatch(ledger: i32, entry: i32, count: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  let n = freeSlots(tail, entry, count)
  if (n === 0) return whyNone(tail, entry)
  // After the slots were read, as in put.
  if (load(RETURNS) !== 0) {
    const left = maxsize - size(tail)
    if (left <= 0) return FULL
    if (left < n) n = left
  }
  if (cas(TAIL, tail, tail + n * POSITION) !== tail) return BUSY
  fill(slotAt(tail), entry)
  if (n > 1) fill(slotAt(tail + POSITION), entry + ENTRY_BYTES)
  if (n > 2) fill(slotAt(tail + 2 * POSITION), entry + 2 * ENTRY_BYTES)
  if (n > 3) fill(slotAt(tail + 3 * POSITION), entry + 3 * ENTRY_BYTES)
  if (n > 4) fill(slotAt(tail + 4 * POSITION), entry + 4 * ENTRY_BYTES)
  if (n > 5) fill(slotAt(tail + 5 * POSITION), entry + 5 * ENTRY_BYTES)
  if (n > 6) fill(slotAt(tail + 6 * POSITION), entry + 6 * ENTRY_BYTES)
  if (n > 7) fill(slotAt(tail + 7 * POSITION), entry + 7 * ENTRY_BYTES)
  poke(ledger + STORED, peek(ledger + STORED) + n)
  if (n > 7) markFull(tail + 7 * POSITION)
  if (n > 6) markFull(tail + 6 * POSITION)
  if (n > 5) markFull(tail + 5 * POSITION)
  if (n > 4) markFull(tail + 4 * POSITION)
  if (n > 3) markFull(tail + 3 * POSITION)
  if (n > 2) markFull(tail + 2 * POSITION)
  if (n > 1) markFull(tail + POSITION)
  store(slotAt(tail), fullMark(tail))
  return (n << 1) | needsWake(GET)
}

/** Not even the first cell can be put. */
function whyNone(tail: i32, entry: i32): i32 {
  const slot = slotAt(tail)
  if (isCell(peek(entry)) === 0 || slotIsSound(slot) === 0) return CORRUPT
  return size(tail) >= maxsize ? FULL : BUSY
}

/**
 * How many of `count` cells can be put at once. Takers empty slots out of order, so each slot is read.
 */
function freeSlots(tail: i32, entry: i32, count: i32): i32 {
  if (count < 1 || isFree(tail, entry) === 0) return 0
  if (count < 2 || isFree(tail + POSITION, entry + ENTRY_BYTES) === 0) return 1
  if (count < 3 || isFree(tail + 2 * POSITION, entry + 2 * ENTRY_BYTES) === 0) return 2
  if (count < 4 || isFree(tail + 3 * POSITION, entry + 3 * ENTRY_BYTES) === 0) return 3
  if (count < 5 || isFree(tail + 4 * POSITION, entry + 4 * ENTRY_BYTES) === 0) return 4
  if (count < 6 || isFree(tail + 5 * POSITION, entry + 5 * ENTRY_BYTES) === 0) return 5
  if (count < 7 || isFree(tail + 6 * POSITION, entry + 6 * ENTRY_BYTES) === 0) return 6
  if (count < 8 || isFree(tail + 7 * POSITION, entry + 7 * ENTRY_BYTES) === 0) return 7
  return 8
}

/** 1 if the cell of `entry` can be put at `position`: its slot is empty, and there is room within maxsize. */
function isFree(position: i32, entry: i32): i32 {
  const at = position | 0
  const slot = slotAt(at)
  if (load(slot) !== at) return 0
  if (hasRoom(at) === 0) return 0
  return slotIsSound(slot) & isCell(peek(entry))
}

function markFull(position: i32): void {
  poke(slotAt(position), fullMark(position))
}

/**
 * Takes up to `count` items at the head into entries of `ledger`, from `entry` on, in exchange for their
 * empty cells. `ahead` above 0: all but the first are fetched ahead, and any thread may revoke them. It
 * numbers this fetch, unlike the one before it, of a thread that has none fetched ahead. Answers (n << 1) | 1
 * if a thread that waits for room must be woken, (n << 1) if not: the first n entries hold items. BUSY;
 * SINGLY: no item can be taken this way, and `take` says why.
 */
export function takeBatch(ledger: i32, ahead: i32, count: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0 || load(RETURNED) !== 0) return SINGLY
  const n = fullSlots(head, entry, count)
  if (n === 0) return SINGLY
  const fetches = ahead !== 0 && n > 1
  // Before the exchange: a thread that finds the ring empty after it must not overlook what is fetched.
  if (fetches) store(ledger + AHEAD, FETCHING)
  if (cas(HEAD, head, head + n * POSITION) !== head) {
    if (fetches) store(ledger + AHEAD, 0)
    return BUSY
  }
  // Before any item can be revoked: the counts of a ledger never say that it holds less than nothing.
  poke(ledger + TAKEN, peek(ledger + TAKEN) + n)
  const state = fetches ? FETCHED : HELD
  move(head, entry, HELD)
  if (n > 1) move(head + POSITION, entry + ENTRY_BYTES, state)
  if (n > 2) move(head + 2 * POSITION, entry + 2 * ENTRY_BYTES, state)
  if (n > 3) move(head + 3 * POSITION, entry + 3 * ENTRY_BYTES, state)
  if (n > 4) move(head + 4 * POSITION, entry + 4 * ENTRY_BYTES, state)
  if (n > 5) move(head + 5 * POSITION, entry + 5 * ENTRY_BYTES, state)
  if (n > 6) move(head + 6 * POSITION, entry + 6 * ENTRY_BYTES, state)
  if (n > 7) move(head + 7 * POSITION, entry + 7 * ENTRY_BYTES, state)
  if (fetches) store(ledger + AHEAD, ahead)
  if (n > 7) markEmptied(head + 7 * POSITION)
  if (n > 6) markEmptied(head + 6 * POSITION)
  if (n > 5) markEmptied(head + 5 * POSITION)
  if (n > 4) markEmptied(head + 4 * POSITION)
  if (n > 3) markEmptied(head + 3 * POSITION)
  if (n > 2) markEmptied(head + 2 * POSITION)
  if (n > 1) markEmptied(head + POSITION)
  store(slotAt(head), emptiedMark(head))
  return (n << 1) | putNeedsWake()
}

/** How many of `count` items can be taken at once: the first slot that is not published ends the batch. */
function fullSlots(head: i32, entry: i32, count: i32): i32 {
  if (count < 1 || isFull(head, entry) === 0) return 0
  if (count < 2 || isFull(head + POSITION, entry + ENTRY_BYTES) === 0) return 1
  if (count < 3 || isFull(head + 2 * POSITION, entry + 2 * ENTRY_BYTES) === 0) return 2
  if (count < 4 || isFull(head + 3 * POSITION, entry + 3 * ENTRY_BYTES) === 0) return 3
  if (count < 5 || isFull(head + 4 * POSITION, entry + 4 * ENTRY_BYTES) === 0) return 4
  if (count < 6 || isFull(head + 5 * POSITION, entry + 5 * ENTRY_BYTES) === 0) return 5
  if (count < 7 || isFull(head + 6 * POSITION, entry + 6 * ENTRY_BYTES) === 0) return 6
  if (count < 8 || isFull(head + 7 * POSITION, entry + 7 * ENTRY_BYTES) === 0) return 7
  return 8
}

function isFull(position: i32, entry: i32): i32 {
  const slot = slotAt(position)
  if (load(slot) !== fullMark(position)) return 0
  return slotIsSound(slot) & isCell(peek(entry))
}

function move(position: i32, entry: i32, state: i32): void {
  empty(slotAt(position), entry)
  // A thread that reads the entries for the fetch before may act on FETCHED at once: it must find the cell.
  if (state === FETCHED) store(entry + ENTRY_STATE, FETCHED)
  else poke(entry + ENTRY_STATE, HELD)
}

function markEmptied(position: i32): void {
  poke(slotAt(position), emptiedMark(position))
}

/**
 * Finishes the held items of `count` entries from `entry` on: all, or none. Answers 1 if a thread waits on
 * JOIN, else 0; STALE if one of them holds no item.
 */
export function finishBatch(ledger: i32, count: i32, entry: i32): i32 {
  const all =
    isHeld(0, count, entry) &
    isHeld(1, count, entry + ENTRY_BYTES) &
    isHeld(2, count, entry + 2 * ENTRY_BYTES) &
    isHeld(3, count, entry + 3 * ENTRY_BYTES) &
    isHeld(4, count, entry + 4 * ENTRY_BYTES) &
    isHeld(5, count, entry + 5 * ENTRY_BYTES) &
    isHeld(6, count, entry + 6 * ENTRY_BYTES) &
    isHeld(7, count, entry + 7 * ENTRY_BYTES)
  if (all === 0) return STALE
  if (count > 0) poke(entry + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 1) poke(entry + ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 2) poke(entry + 2 * ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 3) poke(entry + 3 * ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 4) poke(entry + 4 * ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 5) poke(entry + 5 * ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 6) poke(entry + 6 * ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  if (count > 7) poke(entry + 7 * ENTRY_BYTES + ENTRY_STATE, EMPTY_ENTRY)
  // Before the load of WAITERS, as in finish.
  store(ledger + FINISHED, load(ledger + FINISHED) + count)
  return load(JOIN + WAITERS) !== 0 ? 1 : 0
}

/** 1 if the entry holds an item, or is not among the first `count`. */
function isHeld(index: i32, count: i32, entry: i32): i32 {
  return index >= count || peek(entry + ENTRY_STATE) === HELD ? 1 : 0
}
