import {
  ARRIVED_HIGH,
  ARRIVED_LOW,
  AT_END,
  ATTEMPTS,
  BUSY,
  CAME_BACK,
  CLOSED,
  CORRUPT,
  cas,
  cellAt,
  DISCARDED,
  depth,
  ENTRIES,
  ENTRY_STATE,
  FINISHED,
  FULL,
  GET,
  HEAD,
  HELD,
  heapAt,
  heapSize,
  isCell,
  KEY_HIGH,
  KEY_LOW,
  keyAt,
  LENGTH,
  LOCK,
  load,
  maxsize,
  NODE_CELL,
  NOTHING,
  nextPosition,
  ORDER_HIGH,
  ORDER_LOW,
  peek,
  poke,
  RETURNED,
  RETURNS,
  SHUT,
  STORED,
  store,
  TAIL,
  TAKEN,
} from '../words/index.ts'
import { nextArrival, nodeAt, popNode, pushNode } from './heap.ts'
import { IN_HEAP, requeueTo } from './returns.ts'
import { keepSpare, nextSpare, useSpare } from './spares.ts'
import { needsWake, putNeedsWake } from './wake.ts'

/**
 * Lowest priority first, equals in the order of their puts: a heap under the lock of the returns. Returned
 * items are in the heap too, at their old places. A put exchanges the outgoing cell for a spare cell; a take
 * makes the entry's empty cell a spare one. TAIL and HEAD count the puts and the first takes, and are
 * exchanged as in the deque.
 */

/** As `put` of the ring. The key of the outgoing cell has been written. */
export function putHeap(ledger: i32, length: i32): i32 {
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
  const queued = depth(tail, load(HEAD))
  if (queued + load(RETURNS) >= maxsize) return FULL
  const count = queued + load(RETURNED)
  if (count < 0 || count >= heapSize) return CORRUPT
  const entry = ledger + ENTRIES
  const full = peek(entry)
  const spare = nextSpare()
  if (isCell(full) === 0 || isCell(spare) === 0) return CORRUPT
  // Under the lock only a shutdown can change TAIL.
  if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY
  useSpare(spare)
  poke(entry, spare)
  poke(cellAt(full) + LENGTH, length)
  poke(cellAt(full) + ATTEMPTS, 1)
  nextArrival()
  const high = peek(ARRIVED_HIGH)
  const low = peek(ARRIVED_LOW)
  const key = keyAt(full)
  poke(key + ORDER_HIGH, high)
  poke(key + ORDER_LOW, low)
  pushNode(heapAt, count, peek(key + KEY_HIGH), peek(key + KEY_LOW), high, low, full << 1)
  poke(ledger + STORED, peek(ledger + STORED) + 1)
  return needsWake(GET)
}

/** As `take` of the ring: the lowest item, returned ones included. */
export function takeHeap(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  if (load(RETURNED) === 0) {
    const tail = load(TAIL)
    // HEAD was read first: if the two are equal, the heap was empty at the load of TAIL. An item that came
    // back after the load of RETURNED wakes GET.
    if ((tail & ~SHUT) === head) return (tail & SHUT) !== 0 ? CLOSED : NOTHING
  }
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = takeLocked(ledger, entry)
  store(LOCK, 0)
  return answer
}

function takeLocked(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  const queued = depth(load(TAIL), head)
  const returned = load(RETURNED)
  const count = queued + returned
  if (count === 0) return BUSY
  if (count < 0 || count > heapSize) return CORRUPT
  const word = peek(nodeAt(heapAt, 1) + NODE_CELL)
  const cameBack = (word & CAME_BACK) !== 0
  const full = word >> 1
  const spare = peek(entry)
  if (isCell(full) === 0 || isCell(spare) === 0 || (cameBack ? returned : queued) <= 0) return CORRUPT
  if (cameBack) {
    const at = cellAt(full)
    poke(at + ATTEMPTS, peek(at + ATTEMPTS) + 1)
    store(RETURNED, returned - 1)
    store(RETURNS, load(RETURNS) - 1)
  } else if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY
  popNode(heapAt, count)
  keepSpare(spare)
  poke(entry, full)
  poke(entry + ENTRY_STATE, HELD)
  // AT_END before TAKEN: see takeLocked in returns.ts.
  store(ledger + AT_END, 0)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  return (full << 1) | putNeedsWake()
}

/** As `requeue`. An item that will be delivered again takes its old place. */
export function requeueHeap(ledger: i32, entry: i32, verdict: i32): i32 {
  return requeueTo(IN_HEAP, ledger, entry, verdict, 0, 0)
}

/** As `discardQueued` of the ring, returned items included. */
export function discardHeap(ledger: i32): i32 {
  if ((load(HEAD) & SHUT) === 0) return NOTHING
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = discardLocked(ledger)
  store(LOCK, 0)
  return answer
}

/** Removes the last node, which needs no sift: discarded items need no order. */
function discardLocked(ledger: i32): i32 {
  const head = load(HEAD)
  const returned = load(RETURNED)
  const count = depth(load(TAIL), head) + returned
  if (count === 0) return NOTHING
  if (count < 0 || count > heapSize) return CORRUPT
  if ((peek(nodeAt(heapAt, count) + NODE_CELL) & CAME_BACK) !== 0) {
    store(RETURNED, returned - 1)
    store(RETURNS, load(RETURNS) - 1)
  } else {
    // The flag is set, and the lock is held, so no other operation changes HEAD.
    store(HEAD, nextPosition(head))
  }
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  return 1
}
