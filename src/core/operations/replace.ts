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
  ENTRIES,
  FINISHED,
  FULL,
  GET,
  HEAD,
  isCell,
  LENGTH,
  LOCK,
  load,
  maxsize,
  NOTHING,
  peek,
  poke,
  REPLACED,
  RETURNED,
  RETURNS,
  ringAt,
  ringMask,
  SHUT,
  SLOT_BYTES,
  SLOT_CELL,
  STORED,
  slotAt,
  store,
  TAIL,
  TAKEN,
} from '../words/index.ts'
import { cameBackFirst, removeCameBack } from './returns.ts'
import { keepSpare } from './spares.ts'
import { needsWake } from './wake.ts'

/**
 * Puts that do not wait for room, in queues that drop their oldest item. Dropping counts as taking and
 * finishing here, in the same straight line; the item's cell comes to the stage, for the caller to free its
 * blocks. All who drop hold the lock of the backlog, so the queue is above its bound by one at most, for the
 * moment in which one of them is inside.
 *
 * The oldest is what came back first, then the head; in a deque its bottom, then what came back. What is
 * delayed goes last, in no order; what waits for room among the dead letters, never. What came back beyond
 * the bound stays beyond it.
 */

/**
 * As `put` of the ring, in place of the oldest item. FULL if none can be dropped; BUSY if there is room by
 * now, too.
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
  // Shut meanwhile, the exchange of TAIL fails.
  const head = load(HEAD) & ~SHUT
  const queued = depth(tail, head)
  const backlog = load(RETURNS)
  if (queued + backlog < maxsize) return BUSY
  // The ring never holds more than maxsize: as many there, the head goes, though items came back beyond the
  // bound.
  const dropsHead = queued > 0 && (queued >= maxsize || load(RETURNED) === 0)
  const headSlot = slotAt(head)
  // Still on its way in.
  if (dropsHead && load(headSlot) !== (head | 1)) return BUSY
  const old = dropsHead ? peek(headSlot + SLOT_CELL) : cameBackFirst()
  if (old === NOTHING) return FULL
  const slot = slotAt(tail)
  // There is a slot more than maxsize, which may be on its way to be empty.
  if (load(slot) !== tail) return BUSY
  const full = peek(ledger + ENTRIES)
  const spare = peek(slot + SLOT_CELL)
  if (isCell(old) === 0 || isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  poke(cellAt(full) + LENGTH, length)
  poke(cellAt(full) + ATTEMPTS, 1)
  if (cas(TAIL, tail, tail + 2) !== tail) return BUSY
  // A taker may come before; then there is room for the new one, and nothing is dropped.
  const drops = dropsHead ? claimHead(head) : true
  poke(slot + SLOT_CELL, full)
  poke(ledger + ENTRIES, drops ? old : spare)
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  if (drops) {
    countDrop(ledger)
    if (dropsHead) {
      poke(headSlot + SLOT_CELL, spare)
      store(headSlot, head + ((ringMask + 1) << 1))
    } else {
      removeCameBack(old)
      keepSpare(spare)
    }
  }
  // Publish, as put does.
  store(slot, tail | 1)
  return needsWake(GET) | (drops ? REPLACED : 0)
}

/**
 * An immediate shutdown may set its flag between the exchange of TAIL and this: then it discards all but the
 * dropped one.
 */
function claimHead(head: i32): boolean {
  if (cas(HEAD, head, head + 2) === head) return true
  const flagged = head | SHUT
  return cas(HEAD, flagged, flagged + 2) === flagged
}

/** As `replace`, of the deque. */
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
  const lowest = ringAt + (bottom & ringMask) * SLOT_BYTES
  const slot = ringAt + ((bottom + count) & ringMask) * SLOT_BYTES
  const old = count > 0 ? peek(lowest + SLOT_CELL) : cameBackFirst()
  if (old === NOTHING) return FULL
  const full = peek(ledger + ENTRIES)
  const spare = peek(slot + SLOT_CELL)
  if (isCell(old) === 0 || isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  // Only a shutdown moves it meanwhile.
  if (cas(TAIL, tail, tail + 2) !== tail) return BUSY
  poke(cellAt(full) + LENGTH, length)
  poke(cellAt(full) + ATTEMPTS, 1)
  poke(slot + SLOT_CELL, full)
  poke(ledger + ENTRIES, old)
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  if (count > 0) {
    poke(lowest + SLOT_CELL, spare)
    riseBottom(bottom)
  } else {
    removeCameBack(old)
    keepSpare(spare)
  }
  countDrop(ledger)
  return needsWake(GET) | REPLACED
}

/**
 * Drops the oldest item, for the sake of its blocks: its cell takes the place of the staged one, which is
 * empty. Answers 1; NOTHING if none can be dropped, CLOSED, BUSY, CORRUPT.
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
  if (dropsHead && load(slot) !== (head | 1)) return BUSY
  const old = dropsHead ? peek(slot + SLOT_CELL) : cameBackFirst()
  if (old === NOTHING) return NOTHING
  const spare = peek(ledger + ENTRIES)
  if (isCell(old) === 0 || isCell(spare) === 0) return CORRUPT
  if (dropsHead) {
    if (cas(HEAD, head, head + 2) !== head) return BUSY
    poke(slot + SLOT_CELL, spare)
    store(slot, head + ((ringMask + 1) << 1))
  } else {
    removeCameBack(old)
    keepSpare(spare)
  }
  poke(ledger + ENTRIES, old)
  countDrop(ledger)
  return 1
}

/** As `dropOldest`, of the deque. */
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
  const lowest = ringAt + (bottom & ringMask) * SLOT_BYTES
  const old = count > 0 ? peek(lowest + SLOT_CELL) : cameBackFirst()
  if (old === NOTHING) return NOTHING
  const spare = peek(ledger + ENTRIES)
  if (isCell(old) === 0 || isCell(spare) === 0) return CORRUPT
  if (count > 0) {
    poke(lowest + SLOT_CELL, spare)
    riseBottom(bottom)
  } else {
    removeCameBack(old)
    keepSpare(spare)
  }
  poke(ledger + ENTRIES, old)
  countDrop(ledger)
  return 1
}

function riseBottom(bottom: i32): void {
  poke(BOTTOM, (bottom + 1) & ringMask)
  // Added, since an immediate shutdown may have set its flag.
  add(HEAD, 2)
}

function countDrop(ledger: i32): void {
  poke(ledger + DROPPED, peek(ledger + DROPPED) + 1)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
}
