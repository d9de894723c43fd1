import {
  ATTEMPTS,
  BEHIND_RETURNED,
  BUSY,
  CLOSED,
  CORRUPT,
  cas,
  cellAt,
  DISCARDED,
  ENTRIES,
  ENTRY_STATE,
  FINISHED,
  FULL,
  GET,
  HEAD,
  HELD,
  isCell,
  LENGTH,
  load,
  maxsize,
  NOTHING,
  PUT,
  peek,
  poke,
  RETURNED,
  RETURNS,
  ringMask,
  SHUT,
  SLOT_CELL,
  STORED,
  slotAt,
  store,
  TAIL,
  TAKEN,
} from '../words/index.ts'
import { needsWake } from './wake.ts'

/**
 * The bounded ring (Vyukov's slot sequences), with cells exchanged instead of payloads copied. Each function
 * is one straight line: no loop and, once compiled, no call, so no thread can die inside it.
 */

/**
 * Puts the staged cell, whose payload is `length` bytes, behind the tail. Answers 1 if someone waits for an
 * item and is to be woken, else 0; FULL, CLOSED, BUSY, CORRUPT.
 */
export function put(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  const slot = slotAt(tail)
  const gap = (load(slot) - tail) | 0
  if (gap > 0) return BUSY
  // Room by the bound: the position maxsize before this one has been emptied. No look at HEAD, which takers
  // write.
  const oldest = (tail - (maxsize << 1)) | 0
  const behind = (load(slotAt(oldest)) - oldest - ((ringMask + 1) << 1)) | 0
  if (gap < 0 || behind < 0) return size(tail) >= maxsize ? FULL : BUSY
  // RETURNS is read after the slot: with none returned at this moment, and the tail still here at the
  // exchange below, the put fits at this moment. In `size` likewise HEAD first, then RETURNS.
  if (load(RETURNS) !== 0 && size(tail) >= maxsize) return FULL
  const entry = ledger + ENTRIES
  const full = peek(entry)
  const spare = peek(slot + SLOT_CELL)
  if (isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  poke(cellAt(full) + LENGTH, length)
  // What is in the ring has never been delivered: its first take is counted here, and need not write to the
  // cell.
  poke(cellAt(full) + ATTEMPTS, 1)
  if (cas(TAIL, tail, tail + 2) !== tail) return BUSY
  poke(slot + SLOT_CELL, full)
  poke(entry, spare)
  // Plain: the owner alone writes it, and the store below carries it along.
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  // Publish: pairs with the load of SEQUENCE in take; who reads it reads the cell's number and the payload
  // too.
  store(slot, tail | 1)
  return needsWake(GET)
}

/** Items queued or come back, seen from a put at `tail`. Above maxsize only by what came back. */
function size(tail: i32): i32 {
  const head = load(HEAD)
  return (((tail - head) | 0) >> 1) + load(RETURNS)
}

/**
 * Takes the item at the head into `entry` of `ledger`, in exchange for the entry's empty cell. Answers
 * (cell << 1) | someone waits for room and is to be woken; NOTHING, CLOSED (nothing, and no more puts),
 * DISCARDED (shut down at once), BEHIND_RETURNED, BUSY, CORRUPT.
 */
export function take(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  if (load(RETURNED) !== 0) return BEHIND_RETURNED
  const slot = slotAt(head)
  const gap = (load(slot) - head - 1) | 0
  if (gap > 0) return BUSY
  if (gap < 0) return emptyOrBusy(head)
  const full = peek(slot + SLOT_CELL)
  const spare = peek(entry)
  if (isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  if (cas(HEAD, head, head + 2) !== head) return BUSY
  poke(slot + SLOT_CELL, spare)
  poke(entry, full)
  poke(entry + ENTRY_STATE, HELD)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  // Emptied, for the put one lap on: pairs with the loads of SEQUENCE in put.
  store(slot, head + ((ringMask + 1) << 1))
  return (full << 1) | needsWake(PUT)
}

/** The slot at `head` is not full: nothing was put there, or a put has claimed it and not published yet. */
function emptyOrBusy(head: i32): i32 {
  const tail = load(TAIL)
  if ((((tail & ~SHUT) - head) | 0) > 0) return BUSY
  return (tail & SHUT) !== 0 ? CLOSED : NOTHING
}

/**
 * After an immediate shutdown: discards the item at the head, counted as taken and finished here. Its cell
 * stays in the slot, and its blocks with it: there are no more puts that could want them. Answers 1; NOTHING,
 * BUSY.
 */
export function discardQueued(ledger: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) === 0) return NOTHING
  const position = head & ~SHUT
  const slot = slotAt(head)
  const gap = (load(slot) - position - 1) | 0
  if (gap > 0) return BUSY
  if (gap < 0) return (((load(TAIL) & ~SHUT) - position) | 0) > 0 ? BUSY : NOTHING
  if (cas(HEAD, head, head + 2) !== head) return BUSY
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  store(slot, position + ((ringMask + 1) << 1))
  return 1
}
