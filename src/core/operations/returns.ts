import {
  ARRIVED_HIGH,
  ARRIVED_LOW,
  ASIDE,
  AT_END,
  ATTEMPTS,
  BUSY,
  CAME_BACK,
  CORRUPT,
  COUNT,
  cas,
  cellAt,
  DEAD_LETTER,
  DEAD_LETTERED,
  DEAD_LETTERED_FIRST,
  DEAD_LETTERED_LAST,
  DELAYED,
  DISCARDED,
  DROPPED,
  delayedAt,
  delayedSize,
  depth,
  EMPTY_ENTRY,
  ENTRY_STATE,
  FINISHED,
  GAVE_BACK,
  HEAD,
  HELD,
  HOLDER_DIED,
  hasDeadLetters,
  heapAt,
  heapSize,
  isCell,
  KEY_HIGH,
  KEY_LOW,
  keyAt,
  LOCK,
  load,
  maxDeliveries,
  NEXT,
  NODE_CELL,
  NOTHING,
  ORDER_HIGH,
  ORDER_LOW,
  peek,
  poke,
  RELEASE,
  RETRY,
  RETURNED,
  RETURNED_FIRST,
  RETURNED_LAST,
  RETURNS,
  SHUT,
  STALE,
  SUSPECT,
  store,
  TAIL,
  TAKEN,
} from '../words/index.ts'
import { nextArrival, nodeAt, popNode, pushNode } from './heap.ts'
import { keepValue, restoreValue } from './ring.ts'
import { keepSpare, nextSpare, useSpare } from './spares.ts'
import { putNeedsWake } from './wake.ts'

/**
 * Returns: items that came back, because they were requeued or because their holder died. They are in lists
 * threaded through the cells, under a lock. The lock is taken and released within one straight line, so no
 * thread can die while it holds it. An operation that finds it taken answers BUSY. Accesses to the words of
 * the lists are plain: the exchange and the store of the lock order them. A priority queue keeps returned
 * items in its heap, not in their list.
 */

/** Answers of requeue: where the item is now. */
export const WAITS_AGAIN: i32 = 0
export const IS_DEAD_LETTERED: i32 = 1
export const IS_FINISHED: i32 = 2

/** Where a requeued item waits: last in the list of returned items, in the heap, or until it is due. */
const IN_LIST: i32 = 0
export const IN_HEAP: i32 = 1
const UNTIL_DUE: i32 = 2

/**
 * Moves the held item of `entry` to the returned items. It goes to the dead-lettered ones if it was
 * dead-lettered before, or is now by `verdict`, or was delivered maxDeliveries times. An empty spare cell
 * takes its place in the entry. Without a dead-letter queue, or after an immediate shutdown, the item counts
 * as finished instead, and its blocks stay with the entry, for the caller to free. Answers one of the three
 * words above; STALE if the entry holds no item; BUSY, CORRUPT.
 */
export function requeue(ledger: i32, entry: i32, verdict: i32): i32 {
  return requeueTo(IN_LIST, ledger, entry, verdict, 0, 0)
}

/** As requeue with RETRY. The item cannot be taken before it is due, a time as the two words of a key. */
export function delay(ledger: i32, entry: i32, dueHigh: i32, dueLow: i32): i32 {
  return requeueTo(UNTIL_DUE, ledger, entry, RETRY, dueHigh, dueLow)
}

export function requeueTo(
  destination: i32,
  ledger: i32,
  entry: i32,
  verdict: i32,
  dueHigh: i32,
  dueLow: i32,
): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const outcome = requeueLocked(destination, ledger, entry, verdict, dueHigh, dueLow)
  store(LOCK, 0)
  return outcome
}

function requeueLocked(
  destination: i32,
  ledger: i32,
  entry: i32,
  verdict: i32,
  dueHigh: i32,
  dueLow: i32,
): i32 {
  const state = peek(entry + ENTRY_STATE)
  if (state !== HELD && state !== ASIDE) return STALE
  const cell = peek(entry)
  if (isCell(cell) === 0) return CORRUPT
  const at = cellAt(cell)
  const before = peek(at + ATTEMPTS)
  const wasDeadLettered = (before & DEAD_LETTERED) !== 0
  const attempts = (before & COUNT) - (verdict === RELEASE && !wasDeadLettered ? 1 : 0)
  const spent = maxDeliveries !== 0 && attempts >= maxDeliveries
  const deadLettered =
    wasDeadLettered || verdict === DEAD_LETTER || ((verdict === RETRY || verdict === HOLDER_DIED) && spent)
  if ((load(HEAD) & SHUT) !== 0 || (deadLettered && hasDeadLetters === 0)) {
    if (deadLettered) poke(ledger + DROPPED, peek(ledger + DROPPED) + 1)
    poke(entry + ENTRY_STATE, EMPTY_ENTRY)
    store(ledger + FINISHED, load(ledger + FINISHED) + 1)
    return IS_FINISHED
  }
  const spare = nextSpare()
  if (isCell(spare) === 0) return CORRUPT
  const delayed = peek(DELAYED)
  const waits = destination === UNTIL_DUE && !deadLettered && delayed < delayedSize
  let done = 1
  if (waits) done = delayCell(cell, delayed, dueHigh, dueLow)
  else if (deadLettered) done = append(cell, 1)
  else
    done =
      destination === IN_HEAP || (destination === UNTIL_DUE && heapSize !== 0)
        ? insertInHeap(cell)
        : append(cell, 0)
  if (done === CORRUPT) return CORRUPT
  useSpare(spare)
  const suspect = verdict === HOLDER_DIED ? SUSPECT : verdict === RELEASE ? before & SUSPECT : 0
  poke(at + ATTEMPTS, attempts | (deadLettered ? DEAD_LETTERED : suspect))
  keepValue(entry)
  poke(entry, spare)
  poke(entry + ENTRY_STATE, EMPTY_ENTRY)
  store(RETURNS, load(RETURNS) + 1)
  store(ledger + GAVE_BACK, load(ledger + GAVE_BACK) + 1)
  if (deadLettered) return IS_DEAD_LETTERED
  if (!waits) store(RETURNED, load(RETURNED) + 1)
  return WAITS_AGAIN
}

/** Adds `cell` to the list of returned or of dead-lettered items. Answers 1; CORRUPT, with nothing done. */
export function append(cell: i32, deadLettered: i32): i32 {
  const list = deadLettered !== 0 ? DEAD_LETTERED_FIRST : RETURNED_FIRST
  const end = deadLettered !== 0 ? DEAD_LETTERED_LAST : RETURNED_LAST
  const last = peek(end)
  if (last !== 0 && isCell(last - 1) === 0) return CORRUPT
  poke(cellAt(cell) + NEXT, 0)
  if (last === 0) poke(list, cell + 1)
  else poke(cellAt(last - 1) + NEXT, cell + 1)
  poke(end, cell + 1)
  return 1
}

/** As append, for the heap. */
function insertInHeap(cell: i32): i32 {
  const count = depth(load(TAIL), load(HEAD)) + load(RETURNED)
  if (count < 0 || count >= heapSize) return CORRUPT
  const key = keyAt(cell)
  pushNode(
    heapAt,
    count,
    peek(key + KEY_HIGH),
    peek(key + KEY_LOW),
    peek(key + ORDER_HIGH),
    peek(key + ORDER_LOW),
    (cell << 1) | CAME_BACK,
  )
  return 1
}

/** As append, for the heap of delayed items. */
function delayCell(cell: i32, delayed: i32, dueHigh: i32, dueLow: i32): i32 {
  if (delayed < 0) return CORRUPT
  nextArrival()
  pushNode(delayedAt, delayed, dueHigh, dueLow, peek(ARRIVED_HIGH), peek(ARRIVED_LOW), cell << 1)
  store(DELAYED, delayed + 1)
  return 1
}

/**
 * Moves the delayed item that is due first to the returned items, if it is due by `now`, the two words of a
 * key. Answers 0 if it did, and there may be more; the number of ms, at least 1, until the first is due;
 * NOTHING, BUSY, CORRUPT.
 */
export function releaseDue(nowHigh: i32, nowLow: i32): i32 {
  if (load(DELAYED) === 0) return NOTHING
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const outcome = releaseLocked(nowHigh, nowLow)
  store(LOCK, 0)
  return outcome
}

function releaseLocked(nowHigh: i32, nowLow: i32): i32 {
  const delayed = peek(DELAYED)
  if (delayed === 0) return NOTHING
  if (delayed < 0 || delayed > delayedSize) return CORRUPT
  const first = nodeAt(delayedAt, 1)
  const high = peek(first + KEY_HIGH)
  const low = peek(first + KEY_LOW)
  if (high > nowHigh || (high === nowHigh && low > nowLow)) {
    // Delays are shorter than 2^31 ms.
    const left = (low - nowLow) | 0
    return left > 0 ? left : 2147483647
  }
  const cell = peek(first + NODE_CELL) >> 1
  if (isCell(cell) === 0) return CORRUPT
  const done = heapSize !== 0 ? insertInHeap(cell) : append(cell, 0)
  if (done === CORRUPT) return CORRUPT
  popNode(delayedAt, delayed)
  store(DELAYED, delayed - 1)
  store(RETURNED, load(RETURNED) + 1)
  return 0
}

/** Takes the item that came back first. Answers as take does; NOTHING if there is none. */
export function takeReturned(ledger: i32, entry: i32): i32 {
  return takeListed(ledger, entry, RETURNED_FIRST)
}

/** Takes a dead-lettered item, to move it to the dead-letter queue. This is not a delivery. */
export function takeDeadLettered(ledger: i32, entry: i32): i32 {
  return takeListed(ledger, entry, DEAD_LETTERED_FIRST)
}

function takeListed(ledger: i32, entry: i32, list: i32): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const outcome = takeLocked(ledger, entry, list)
  store(LOCK, 0)
  return outcome
}

function takeLocked(ledger: i32, entry: i32, list: i32): i32 {
  if ((load(HEAD) & SHUT) !== 0) return DISCARDED
  const first = peek(list)
  if (first === 0) return NOTHING
  const spare = peek(entry)
  if (isCell(first - 1) === 0 || isCell(spare) === 0) return CORRUPT
  const at = cellAt(first - 1)
  unlink(list, peek(at + NEXT))
  keepSpare(spare)
  poke(entry, first - 1)
  restoreValue(entry)
  poke(entry + ENTRY_STATE, HELD)
  if (list === RETURNED_FIRST) poke(at + ATTEMPTS, peek(at + ATTEMPTS) + 1)
  // AT_END before TAKEN: a thread that counts this item as held here no longer sees AT_END set. (The takes of
  // the ring need not clear it: a thread waits at the end only after it found the ring shut down and empty.)
  store(ledger + AT_END, 0)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  return ((first - 1) << 1) | putNeedsWake()
}

function unlink(list: i32, next: i32): void {
  poke(list, next)
  if (next === 0) poke(list === RETURNED_FIRST ? RETURNED_LAST : DEAD_LETTERED_LAST, 0)
  if (list === RETURNED_FIRST) store(RETURNED, load(RETURNED) - 1)
  store(RETURNS, load(RETURNS) - 1)
}

/** Under the lock: the cell of the item that came back first, else of a delayed item; NOTHING. */
export function oldestReturn(): i32 {
  const first = peek(RETURNED_FIRST)
  if (first !== 0) return first - 1
  const delayed = peek(DELAYED)
  if (delayed === 0) return NOTHING
  return delayed < 0 || delayed > delayedSize ? CORRUPT : peek(nodeAt(delayedAt, delayed) + NODE_CELL) >> 1
}

/** Under the lock: removes the item in `cell`, the answer of oldestReturn. */
export function removeReturn(cell: i32): void {
  if (peek(RETURNED_FIRST) !== 0) {
    unlink(RETURNED_FIRST, peek(cellAt(cell) + NEXT))
  } else {
    store(DELAYED, peek(DELAYED) - 1)
    store(RETURNS, load(RETURNS) - 1)
  }
}

/**
 * After an immediate shutdown: discards one of the returns, counted as taken and finished in `ledger`.
 * Answers 1; NOTHING, BUSY, CORRUPT.
 */
export function discardReturned(ledger: i32): i32 {
  if ((load(HEAD) & SHUT) === 0) return NOTHING
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const list = peek(RETURNED_FIRST) !== 0 ? RETURNED_FIRST : DEAD_LETTERED_FIRST
  const outcome = discardLocked(ledger, list, peek(list))
  store(LOCK, 0)
  return outcome
}

function discardLocked(ledger: i32, list: i32, first: i32): i32 {
  const delayed = peek(DELAYED)
  if (first === 0) {
    if (delayed <= 0) return NOTHING
    // Removes the last node, which needs no sift: discarded items need no order.
    store(DELAYED, delayed - 1)
    store(RETURNS, load(RETURNS) - 1)
  } else {
    if (isCell(first - 1) === 0) return CORRUPT
    unlink(list, peek(cellAt(first - 1) + NEXT))
  }
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  return 1
}
