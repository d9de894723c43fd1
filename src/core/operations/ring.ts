import {
  ATTEMPTS,
  BEHIND_RETURNED,
  BUSY,
  CLOSED,
  CORRUPT,
  cas,
  cellAt,
  DISCARDED,
  depth,
  ENTRIES,
  ENTRY_STATE,
  emptiedMark,
  FINISHED,
  FULL,
  fullMark,
  GET,
  HEAD,
  HELD,
  isCell,
  LENGTH,
  load,
  maxsize,
  NOTHING,
  nextPosition,
  PAYLOAD,
  peek,
  poke,
  positionBefore,
  RETURNED,
  RETURNS,
  ringMask,
  SHUT,
  SLOT_CELL,
  SLOT_VALUE,
  SLOT_VALUE_HIGH,
  STORED,
  slotAt,
  store,
  TAIL,
  TAKEN,
  valueBytes,
  valueOffset,
} from '../words/index.ts'
import { needsWake, putNeedsWake } from './wake.ts'

/**
 * The bounded ring of Vyukov's slot sequences. Cells are exchanged instead of payloads copied; values of at
 * most 8 bytes are carried in the slots. Each function is one straight line: no loop and, once compiled, no
 * call, so no thread can die inside it.
 */

/**
 * Puts the outgoing cell, whose payload is `length` bytes, at the tail. Answers 1 if a thread that waits for
 * an item must be woken, else 0; FULL, CLOSED, BUSY, CORRUPT.
 */
export function put(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  const slot = slotAt(tail)
  const gap = (load(slot) - tail) | 0
  if (gap > 0) return BUSY
  if (gap < 0 || hasRoom(tail) === 0) return size(tail) >= maxsize ? FULL : BUSY
  // RETURNS is read after the slot. If it is 0 now, and the exchange below finds the tail unmoved, then the
  // put fits at this moment. `size` likewise reads HEAD first, then RETURNS.
  if (load(RETURNS) !== 0 && size(tail) >= maxsize) return FULL
  const entry = ledger + ENTRIES
  if (isCell(peek(entry)) === 0 || slotIsSound(slot) === 0) return CORRUPT
  if (valueBytes === 0) poke(cellAt(peek(entry)) + LENGTH, length)
  if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY
  fill(slot, entry)
  // Plain accesses: only the owner writes it, and the store below makes it visible.
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  // Publishes the item. Pairs with the load of SEQUENCE in take: a thread that reads this mark also reads the
  // cell number and the payload.
  store(slot, fullMark(tail))
  return needsWake(GET)
}

/**
 * 1 if there is room within maxsize for the put at `position`, whose slot is empty: the position maxsize
 * before it has been emptied. Its slot tells; HEAD is not read, since takes write it all the time.
 */
export function hasRoom(position: i32): i32 {
  // With as many slots as items, an empty slot is room enough.
  if (maxsize > ringMask) return 1
  const oldest = positionBefore(position, maxsize)
  return ((load(slotAt(oldest)) - emptiedMark(oldest)) | 0) < 0 ? 0 : 1
}

/** 1 unless the slot should carry a cell, and does not. */
export function slotIsSound(slot: i32): i32 {
  return valueBytes !== 0 ? 1 : isCell(peek(slot + SLOT_CELL))
}

/** Moves the item of the entry into the slot, which this thread has claimed. */
export function fill(slot: i32, entry: i32): void {
  if (valueBytes !== 0) {
    const value = entry + valueOffset
    poke(slot + SLOT_VALUE, peek(value))
    if (valueBytes > 4) poke(slot + SLOT_VALUE_HIGH, peek(value + 4))
    return
  }
  const full = peek(entry)
  const at = cellAt(full)
  // An item in the ring has never been delivered. Its first delivery is counted here already, so that the
  // take need not write to the cell.
  poke(at + ATTEMPTS, 1)
  poke(entry, peek(slot + SLOT_CELL))
  poke(slot + SLOT_CELL, full)
}

/** Moves the item of the slot, which this thread has claimed, into the entry. */
export function empty(slot: i32, entry: i32): void {
  const spare = peek(entry)
  if (valueBytes !== 0) {
    poke(cellAt(spare) + ATTEMPTS, 1)
    const value = entry + valueOffset
    poke(value, peek(slot + SLOT_VALUE))
    if (valueBytes > 4) poke(value + 4, peek(slot + SLOT_VALUE_HIGH))
    return
  }
  poke(entry, peek(slot + SLOT_CELL))
  poke(slot + SLOT_CELL, spare)
}

/** Copies the value of `entry` into its cell, which goes into a list without the entry. */
export function keepValue(entry: i32): void {
  if (valueBytes === 0) return
  const value = entry + valueOffset
  const at = cellAt(peek(entry)) + PAYLOAD
  poke(at, peek(value))
  poke(at + 4, peek(value + 4))
}

/** The cell of `entry` comes from a list. */
export function restoreValue(entry: i32): void {
  if (valueBytes === 0) return
  const value = entry + valueOffset
  const at = cellAt(peek(entry)) + PAYLOAD
  poke(value, peek(at))
  poke(value + 4, peek(at + 4))
}

/** Items in the ring and returns, for a put at `tail`. Only returns can make it more than maxsize. */
export function size(tail: i32): i32 {
  const head = load(HEAD)
  return depth(tail, head) + load(RETURNS)
}

/**
 * Takes the item at the head into `entry` of `ledger`, in exchange for the entry's empty cell. Answers (cell
 * << 1) | 1 if a thread that waits for room must be woken, (cell << 1) if not; NOTHING, CLOSED (nothing, and
 * no more puts), DISCARDED (after an immediate shutdown), BEHIND_RETURNED, BUSY, CORRUPT.
 */
export function take(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  if (load(RETURNED) !== 0) return BEHIND_RETURNED
  const slot = slotAt(head)
  const gap = (load(slot) - fullMark(head)) | 0
  if (gap > 0) return BUSY
  if (gap < 0) return emptyOrBusy(head)
  if (isCell(peek(entry)) === 0 || slotIsSound(slot) === 0) return CORRUPT
  if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY
  empty(slot, entry)
  poke(entry + ENTRY_STATE, HELD)
  // Plain, as STORED in put. Until the store below makes it visible the item counts neither as queued nor as
  // held, as it does in any case between the exchange and this line.
  poke(ledger + TAKEN, peek(ledger + TAKEN) + 1)
  // Frees the slot for the put one lap on. Pairs with the loads of SEQUENCE in put.
  store(slot, emptiedMark(head))
  return (peek(entry) << 1) | putNeedsWake()
}

/** The slot at `head` is not full: no put has claimed it, or one has and did not publish yet. */
function emptyOrBusy(head: i32): i32 {
  const tail = load(TAIL)
  if (depth(tail, head) > 0) return BUSY
  return (tail & SHUT) !== 0 ? CLOSED : NOTHING
}

/**
 * After an immediate shutdown: discards the item at the head, counted as taken and finished in `ledger`. Its
 * cell and its blocks stay where they are, since no put will need them. Answers 1; NOTHING, BUSY.
 */
export function discardQueued(ledger: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) === 0) return NOTHING
  const position = head & ~SHUT
  const slot = slotAt(head)
  const gap = (load(slot) - fullMark(position)) | 0
  if (gap > 0) return BUSY
  if (gap < 0) return depth(load(TAIL), position) > 0 ? BUSY : NOTHING
  if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  store(slot, emptiedMark(position))
  return 1
}
