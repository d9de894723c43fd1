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
  ORDER_HIGH,
  ORDER_LOW,
  PUT,
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
import { nextArrival } from './arrivals.ts'
import { nodeAt, popNode, pushNode } from './heap.ts'
import { giveBackTo, IN_HEAP } from './returns.ts'
import { keepSpare, nextSpare, useSpare } from './spares.ts'
import { needsWake } from './wake.ts'

/**
 * Lowest priority first, equals in the order they came: a heap under the lock of the backlog, which holds
 * what came back too, at its old place. A put takes a spare cell for the full one of the stage, a take makes
 * its empty one a spare. TAIL and HEAD count what was put and what was taken for the first time, exchanged as
 * in the deque.
 */

/** As `put` of the ring; the key's two words stand beside the staged cell. */
export function putHeap(ledger: i32, length: i32): i32 {
  const tail = load(TAIL)
  if ((tail & SHUT) !== 0) return CLOSED
  // HEAD after TAIL: at the second load there were at least that many.
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
  // Only a shutdown moves it meanwhile.
  if (cas(TAIL, tail, tail + 2) !== tail) return BUSY
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

/** As `take` of the ring, what came back included: the lowest. */
export function takeHeap(ledger: i32, entry: i32): i32 {
  const head = load(HEAD)
  if ((head & SHUT) !== 0) return DISCARDED
  if (load(RETURNED) === 0) {
    const tail = load(TAIL)
    // HEAD was read first: equal, there was nothing at the load of TAIL, unless it came back since, which
    // wakes GET.
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
  } else if (cas(HEAD, head, head + 2) !== head) return BUSY
  popNode(heapAt, count)
  keepSpare(spare)
  poke(entry, full)
  poke(entry + ENTRY_STATE, HELD)
  // AT_END before TAKEN, as in takeReturned.
  store(ledger + AT_END, 0)
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  return (full << 1) | needsWake(PUT)
}

/** As `requeue`; what is to be delivered again takes its old place. */
export function requeueHeap(ledger: i32, entry: i32, verdict: i32): i32 {
  return giveBackTo(IN_HEAP, ledger, entry, verdict, 0, 0)
}

/** As `discardQueued` of the ring, what came back included. */
export function discardHeap(ledger: i32): i32 {
  if ((load(HEAD) & SHUT) === 0) return NOTHING
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const answer = discardLocked(ledger)
  store(LOCK, 0)
  return answer
}

/** The last node: of what is discarded the order does not matter. */
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
    // The flag is set, so nothing but this moves it.
    store(HEAD, head + 2)
  }
  store(ledger + TAKEN, load(ledger + TAKEN) + 1)
  store(ledger + FINISHED, load(ledger + FINISHED) + 1)
  return 1
}
