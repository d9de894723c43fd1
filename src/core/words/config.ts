/**
 * Where the regions of one queue lie. Each thread sets these from the queue's handle, never from a shared
 * word, so a stray store cannot send an operation outside its memory.
 */
export let maxsize: i32 = 0
export let ringMask: i32 = 0
export let ringAt: i32 = 0
export let cells: i32 = 0
export let cellsAt: i32 = 0
export let cellBytes: i32 = 0
/** Cells from this number on are the spare ones. */
export let firstSpare: i32 = 0
export let blocks: i32 = 0
export let linksAt: i32 = 0
/** Deliveries of one item before it is given up; 0: no limit. */
export let maxDeliveries: i32 = 0
/** 1: items given up wait for the dead-letter queue; 0: they count as finished. */
export let hasDeadLetters: i32 = 0
/** Nodes of the heap at most, below 2^21; 0: the queue has none. */
export let heapSize: i32 = 0
export let heapAt: i32 = 0
export let keysAt: i32 = 0
/** Items delayed at most, below 2^21. */
export let delayedSize: i32 = 0
export let delayedAt: i32 = 0

export function configure(
  aMaxsize: i32,
  aRingMask: i32,
  aRingAt: i32,
  aCells: i32,
  aCellsAt: i32,
  aCellBytes: i32,
  aFirstSpare: i32,
  aBlocks: i32,
  aLinksAt: i32,
  aMaxDeliveries: i32,
  aKeepsDoomed: i32,
  aHeapSize: i32,
  aHeapAt: i32,
  aKeysAt: i32,
  aDelayedSize: i32,
  aDelayedAt: i32,
): void {
  maxsize = aMaxsize
  ringMask = aRingMask
  ringAt = aRingAt
  cells = aCells
  cellsAt = aCellsAt
  cellBytes = aCellBytes
  firstSpare = aFirstSpare
  blocks = aBlocks
  linksAt = aLinksAt
  maxDeliveries = aMaxDeliveries
  hasDeadLetters = aKeepsDoomed
  heapSize = aHeapSize
  heapAt = aHeapAt
  keysAt = aKeysAt
  delayedSize = aDelayedSize
  delayedAt = aDelayedAt
}
