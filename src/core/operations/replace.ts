import {
  ATTEMPTS,
  add,
  BOTTOM,
  BUSY,
  CLOSED,
  CORRUPT,
  cas,
  cellAt,
  DROPPED,
  depth,
  dequeSlotAt,
  ENTRIES,
  emptiedMark,
  FINISHED,
  FULL,
  fullMark,
  GET,
  HEAD,
  isCell,
  LENGTH,
  LOCK,
  load,
  maxsize,
  NOTHING,
  nextPosition,
  POSITION,
  peek,
  poke,
  REPLACED,
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
import { oldestReturn, removeReturn } from './returns.ts'
import { keepSpare } from './spares.ts'
import { needsWake } from './wake.ts'

/**
 * Puts that do not wait for room, in queues that drop their oldest item. A dropped item counts as taken and
 * finished in the ledger of the put, in the same straight line. Its cell becomes the outgoing cell, so that
 * the caller can free its blocks. Every drop holds the lock of the returns; therefore the queue exceeds
 * maxsize by at most one item, while a drop is under way.
 *
 * The oldest item of a ring is the first returned item, then the head; of a deque its bottom, then the first
 * returned item. Delayed items are dropped after these, in no order, and dead-lettered items never. Returns
 * that exceed maxsize are not reduced by a drop.
 */

/**
 * As `put` of the ring, in place of the oldest item. Answers REPLACED beside 0 or 1 if it dropped an item.
 * FULL: no item can be dropped. BUSY also means that there is room by now.
 */
export function replace(ledger: i32, length: i32): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = replaceLocked(ledger, length)
  store(LOCK, 0)
  return answer
}

function replaceLocked(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  // If the queue is shut down after this, the exchange of TAIL fails.
  const head = load(HEAD) & ~SHUT
  const queued = depth(tail, head)
  const returns = load(RETURNS)
  if (queued + returns < maxsize) return BUSY
  // The ring must not hold more than maxsize: if it is full, the head is dropped even if there are returned
  // items.
  const dropsHead = queued > 0 && (queued >= maxsize || load(RETURNED) === 0)
  const headSlot = slotAt(head)
  // The put that claimed the head's slot has not published yet.
  if (dropsHead && load(headSlot) !== fullMark(head)) return BUSY
  const old = dropsHead ? peek(headSlot + SLOT_CELL) : oldestReturn()
  if (old === NOTHING) return FULL
  const slot = slotAt(tail)
  // The ring has at least one slot more than maxsize; its take may not have freed it yet.
  if (load(slot) !== tail) return BUSY
  const full = peek(ledger + ENTRIES)
  const spare = peek(slot + SLOT_CELL)
  if (isCell(old) === 0 || isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  poke(cellAt(full) + LENGTH, length)
  poke(cellAt(full) + ATTEMPTS, 1)
  if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY
  // If a take claims the head first, there is room for the new item, and no item is dropped.
  const drops = dropsHead ? claimHead(head) : true
  poke(slot + SLOT_CELL, full)
  poke(ledger + ENTRIES, drops ? old : spare)
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  if (drops) {
    countDrop(ledger)
    if (dropsHead) {
      poke(headSlot + SLOT_CELL, spare)
      store(headSlot, emptiedMark(head))
    } else {
      removeReturn(old)
      keepSpare(spare)
    }
  }
  // Publishes the item, as put does.
  store(slot, fullMark(tail))
  return needsWake(GET) | (drops ? REPLACED : 0)
}

/**
 * An immediate shutdown may set its flag between the exchange of TAIL and this exchange. It then discards all
 * items but the dropped one.
 */
function claimHead(head: i32): boolean {
  if (cas(HEAD, head, nextPosition(head)) === head) return true
  const flagged = head | SHUT
  return cas(HEAD, flagged, nextPosition(flagged)) === flagged
}

/** As `replace`, for the deque. */
export function replaceDeque(ledger: i32, length: i32): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = replaceDequeLocked(ledger, length)
  store(LOCK, 0)
  return answer
}

function replaceDequeLocked(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  const count = depth(tail, load(HEAD))
  if (count + load(RETURNS) < maxsize) return BUSY
  if (count < 0 || count > ringMask) return CORRUPT
  const bottom = peek(BOTTOM)
  const lowest = dequeSlotAt(bottom)
  const slot = dequeSlotAt(bottom + count)
  const old = count > 0 ? peek(lowest + SLOT_CELL) : oldestReturn()
  if (old === NOTHING) return FULL
  const full = peek(ledger + ENTRIES)
  const spare = peek(slot + SLOT_CELL)
  if (isCell(old) === 0 || isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  // Under the lock only a shutdown can change TAIL.
  if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY
  poke(cellAt(full) + LENGTH, length)
  poke(cellAt(full) + ATTEMPTS, 1)
  poke(slot + SLOT_CELL, full)
  poke(ledger + ENTRIES, old)
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  if (count > 0) {
    poke(lowest + SLOT_CELL, spare)
    riseBottom(bottom)
  } else {
    removeReturn(old)
    keepSpare(spare)
  }
  countDrop(ledger)
  return needsWake(GET) | REPLACED
}

/**
 * Drops the oldest item, for its blocks. Its cell becomes the outgoing cell, which was empty. Answers 1;
 * NOTHING if no item can be dropped, CLOSED, BUSY, CORRUPT.
 */
export function dropOldest(ledger: i32): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = dropLocked(ledger)
  store(LOCK, 0)
  return answer
}

function dropLocked(ledger: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  const head = load(HEAD) & ~SHUT
  const dropsHead = depth(tail, head) > 0 && load(RETURNED) === 0
  const slot = slotAt(head)
  if (dropsHead && load(slot) !== fullMark(head)) return BUSY
  const old = dropsHead ? peek(slot + SLOT_CELL) : oldestReturn()
  if (old === NOTHING) return NOTHING
  const spare = peek(ledger + ENTRIES)
  if (isCell(old) === 0 || isCell(spare) === 0) return CORRUPT
  if (dropsHead) {
    if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY
    poke(slot + SLOT_CELL, spare)
    store(slot, emptiedMark(head))
  } else {
    removeReturn(old)
    keepSpare(spare)
  }
  poke(ledger + ENTRIES, old)
  countDrop(ledger)
  return 1
}

/** As `dropOldest`, for the deque. */
export function dropBottom(ledger: i32): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = dropBottomLocked(ledger)
  store(LOCK, 0)
  return answer
}

function dropBottomLocked(ledger: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  const count = depth(tail, load(HEAD))
  if (count < 0 || count > ringMask) return CORRUPT
  const bottom = peek(BOTTOM)
  const lowest = dequeSlotAt(bottom)
  const old = count > 0 ? peek(lowest + SLOT_CELL) : oldestReturn()
  if (old === NOTHING) return NOTHING
  const spare = peek(ledger + ENTRIES)
  if (isCell(old) === 0 || isCell(spare) === 0) return CORRUPT
  if (count > 0) {
    poke(lowest + SLOT_CELL, spare)
    riseBottom(bottom)
  } else {
    removeReturn(old)
    keepSpare(spare)
  }
  poke(ledger + ENTRIES, old)
  countDrop(ledger)
  return 1
}

function riseBottom(bottom: i32): void {
  poke(BOTTOM, (bottom + 1) & ringMask)
  // Added, not stored: an immediate shutdown may set the flag at any time.
  add(HEAD, POSITION)
}

function countDrop(ledger: i32): void {
  poke(ledger + DROPPED, peek(ledger + DROPPED) + 1)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
}
