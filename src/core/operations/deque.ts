import {
  ATTEMPTS,
  BEHIND_RETURNED,
  BOTTOM,
  BUSY,
  CLOSED,
  CORRUPT,
  cas,
  cellAt,
  DISCARDED,
  depth,
  dequeSlotAt,
  ENTRIES,
  ENTRY_STATE,
  FINISHED,
  FULL,
  GET,
  HEAD,
  HELD,
  isCell,
  LENGTH,
  LOCK,
  load,
  maxsize,
  NOTHING,
  nextPosition,
  peek,
  poke,
  RETURNED,
  RETURNS,
  ringMask,
  SHUT,
  SLOT_CELL,
  STORED,
  store,
  TAIL,
  TAKEN,
} from '../words/index.ts'
import { needsWake, putNeedsWake } from './wake.ts'

/**
 * Last in, first out: a deque in the slots of the ring, from BOTTOM up, under the lock of the returns. Cells
 * are exchanged as in the ring. TAIL and HEAD count the puts and the takes, as there. They are exchanged, not
 * stored, since a shutdown sets their flags without the lock. Returned items wait in their list and come
 * before all items of the deque.
 */

/** As `put` of the ring. */
export function putDeque(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  // HEAD is read after TAIL: at the second load there were at least as many items as computed.
  if (depth(tail, load(HEAD)) >= maxsize) return FULL
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = putLocked(ledger, length)
  store(LOCK, 0)
  return answer
}

function putLocked(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  const count = depth(tail, load(HEAD))
  if (count + load(RETURNS) >= maxsize) return FULL
  if (count < 0 || count > ringMask) return CORRUPT
  const slot = dequeSlotAt(peek(BOTTOM) + count)
  const entry = ledger + ENTRIES
  const full = peek(entry)
  const spare = peek(slot + SLOT_CELL)
  if (isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  // Under the lock only a shutdown can change TAIL.
  if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY
  poke(cellAt(full) + LENGTH, length)
  poke(cellAt(full) + ATTEMPTS, 1)
  poke(slot + SLOT_CELL, full)
  poke(entry, spare)
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  return needsWake(GET)
}

/** As `take` of the ring: the item put last. */
export function takeDeque(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  if (load(RETURNED) !== 0) return BEHIND_RETURNED
  const tail = load(TAIL)
  // HEAD was read first: if the two are equal, the deque was empty at the load of TAIL.
  if ((tail & ~SHUT) === head) return (tail & SHUT) !== 0 ? CLOSED : NOTHING
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = takeLocked(ledger, entry)
  store(LOCK, 0)
  return answer
}

function takeLocked(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  const count = depth(load(TAIL), head)
  if (count === 0) return BUSY
  if (count < 0 || count > ringMask + 1) return CORRUPT
  const slot = dequeSlotAt(peek(BOTTOM) + count - 1)
  const full = peek(slot + SLOT_CELL)
  const spare = peek(entry)
  if (isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY
  poke(slot + SLOT_CELL, spare)
  poke(entry, full)
  poke(entry + ENTRY_STATE, HELD)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  return (full << 1) | putNeedsWake()
}

/** As `discardQueued` of the ring. */
export function discardDeque(ledger: i32): i32 {
  if ((load(HEAD) & SHUT) === 0) return NOTHING
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = discardLocked(ledger)
  store(LOCK, 0)
  return answer
}

function discardLocked(ledger: i32): i32 {
  const head = load(HEAD)
  if (depth(load(TAIL), head) <= 0) return NOTHING
  // The flag is set, and the lock is held, so no other operation changes HEAD.
  store(HEAD, nextPosition(head))
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  return 1
}
