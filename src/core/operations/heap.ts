import {
  ARRIVED_HIGH,
  ARRIVED_LOW,
  imul,
  KEY_HIGH,
  KEY_LOW,
  NODE_BYTES,
  NODE_CELL,
  ORDER_HIGH,
  ORDER_LOW,
  peek,
  poke,
} from '../words/index.ts'

/**
 * An array heap of nodes at `heap`: the lowest is node 1, and the children of node n are 2n and 2n + 1. Nodes
 * compare by key, then by order: four signed words. All accesses are plain, since the caller holds the lock.
 * Sifts are unrolled to seven times three levels, for at most 2^21 - 1 nodes.
 */

/**
 * Moves ARRIVED_HIGH and ARRIVED_LOW to the next number. Nodes are numbered as they arrive, so that equals
 * keep their order.
 */
export function nextArrival(): void {
  const low = (peek(ARRIVED_LOW) + 1) | 0
  poke(ARRIVED_LOW, low)
  // The low word has wrapped.
  if (low === -2147483648) poke(ARRIVED_HIGH, (peek(ARRIVED_HIGH) + 1) | 0)
}

export function nodeAt(heap: i32, index: i32): i32 {
  return heap + imul(index, NODE_BYTES)
}

/** Adds a node to a heap of `count` nodes. */
export function pushNode(
  heap: i32,
  count: i32,
  high: i32,
  low: i32,
  orderHigh: i32,
  orderLow: i32,
  cell: i32,
): void {
  const node = nodeAt(heap, rise(heap, count + 1, high, low, orderHigh, orderLow))
  poke(node + KEY_HIGH, high)
  poke(node + KEY_LOW, low)
  poke(node + ORDER_HIGH, orderHigh)
  poke(node + ORDER_LOW, orderLow)
  poke(node + NODE_CELL, cell)
}

/** Removes node 1, the lowest of `count` nodes. */
export function popNode(heap: i32, count: i32): void {
  const last = nodeAt(heap, count)
  const high = peek(last + KEY_HIGH)
  const low = peek(last + KEY_LOW)
  const orderHigh = peek(last + ORDER_HIGH)
  const orderLow = peek(last + ORDER_LOW)
  const cell = peek(last + NODE_CELL)
  const node = nodeAt(heap, sink(heap, count - 1, high, low, orderHigh, orderLow))
  poke(node + KEY_HIGH, high)
  poke(node + KEY_LOW, low)
  poke(node + ORDER_HIGH, orderHigh)
  poke(node + ORDER_LOW, orderLow)
  poke(node + NODE_CELL, cell)
}

/**
 * Moves parents down, from `hole` upwards, until a node with these words may be placed in the hole. Returns
 * the index of the hole.
 */
function rise(heap: i32, hole: i32, high: i32, low: i32, orderHigh: i32, orderLow: i32): i32 {
  const a = riseThree(heap, hole, high, low, orderHigh, orderLow)
  if (a !== hole >> 3) return a
  const b = riseThree(heap, a, high, low, orderHigh, orderLow)
  if (b !== a >> 3) return b
  const c = riseThree(heap, b, high, low, orderHigh, orderLow)
  if (c !== b >> 3) return c
  const d = riseThree(heap, c, high, low, orderHigh, orderLow)
  if (d !== c >> 3) return d
  const e = riseThree(heap, d, high, low, orderHigh, orderLow)
  if (e !== d >> 3) return e
  const f = riseThree(heap, e, high, low, orderHigh, orderLow)
  if (f !== e >> 3) return f
  return riseThree(heap, f, high, low, orderHigh, orderLow)
}

function riseThree(heap: i32, hole: i32, high: i32, low: i32, orderHigh: i32, orderLow: i32): i32 {
  const a = riseOne(heap, hole, high, low, orderHigh, orderLow)
  if (a === hole) return a
  const b = riseOne(heap, a, high, low, orderHigh, orderLow)
  if (b === a) return b
  return riseOne(heap, b, high, low, orderHigh, orderLow)
}

function riseOne(heap: i32, hole: i32, high: i32, low: i32, orderHigh: i32, orderLow: i32): i32 {
  const above = hole >> 1
  if (above === 0) return hole
  const parent = nodeAt(heap, above)
  if (comesBefore(parent, high, low, orderHigh, orderLow) !== 0) return hole
  copyNode(parent, nodeAt(heap, hole))
  return above
}

/**
 * Moves the lower child up, from node 1 downwards, until a node with these words may be placed in the hole.
 * Returns the index of the hole.
 */
function sink(heap: i32, count: i32, high: i32, low: i32, orderHigh: i32, orderLow: i32): i32 {
  const a = sinkThree(heap, count, 1, high, low, orderHigh, orderLow)
  if (a < 8) return a
  const b = sinkThree(heap, count, a, high, low, orderHigh, orderLow)
  if (b < a << 3) return b
  const c = sinkThree(heap, count, b, high, low, orderHigh, orderLow)
  if (c < b << 3) return c
  const d = sinkThree(heap, count, c, high, low, orderHigh, orderLow)
  if (d < c << 3) return d
  const e = sinkThree(heap, count, d, high, low, orderHigh, orderLow)
  if (e < d << 3) return e
  const f = sinkThree(heap, count, e, high, low, orderHigh, orderLow)
  if (f < e << 3) return f
  return sinkThree(heap, count, f, high, low, orderHigh, orderLow)
}

function sinkThree(
  heap: i32,
  count: i32,
  hole: i32,
  high: i32,
  low: i32,
  orderHigh: i32,
  orderLow: i32,
): i32 {
  const a = sinkOne(heap, count, hole, high, low, orderHigh, orderLow)
  if (a === hole) return a
  const b = sinkOne(heap, count, a, high, low, orderHigh, orderLow)
  if (b === a) return b
  return sinkOne(heap, count, b, high, low, orderHigh, orderLow)
}

function sinkOne(heap: i32, count: i32, hole: i32, high: i32, low: i32, orderHigh: i32, orderLow: i32): i32 {
  const left = hole << 1
  if (left > count) return hole
  const first = nodeAt(heap, left)
  const second = first + NODE_BYTES
  const goesRight = left < count && nodeComesBefore(second, first) !== 0
  const child = goesRight ? second : first
  if (comesBefore(child, high, low, orderHigh, orderLow) === 0) return hole
  copyNode(child, nodeAt(heap, hole))
  return goesRight ? left + 1 : left
}

function copyNode(from: i32, to: i32): void {
  poke(to + KEY_HIGH, peek(from + KEY_HIGH))
  poke(to + KEY_LOW, peek(from + KEY_LOW))
  poke(to + ORDER_HIGH, peek(from + ORDER_HIGH))
  poke(to + ORDER_LOW, peek(from + ORDER_LOW))
  poke(to + NODE_CELL, peek(from + NODE_CELL))
}

function nodeComesBefore(node: i32, other: i32): i32 {
  return comesBefore(
    node,
    peek(other + KEY_HIGH),
    peek(other + KEY_LOW),
    peek(other + ORDER_HIGH),
    peek(other + ORDER_LOW),
  )
}

/** 1 if the node comes before a node with these words, else 0. */
function comesBefore(node: i32, high: i32, low: i32, orderHigh: i32, orderLow: i32): i32 {
  const ownHigh = peek(node + KEY_HIGH)
  if (ownHigh !== high) return ownHigh < high ? 1 : 0
  const ownLow = peek(node + KEY_LOW)
  if (ownLow !== low) return ownLow < low ? 1 : 0
  const ownOrderHigh = peek(node + ORDER_HIGH)
  if (ownOrderHigh !== orderHigh) return ownOrderHigh < orderHigh ? 1 : 0
  return peek(node + ORDER_LOW) < orderLow ? 1 : 0
}
