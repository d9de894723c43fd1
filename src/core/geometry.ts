import {
  ARRIVED_LOW,
  BLOCK_FRESH,
  CONTROL_BYTES,
  ENTRIES,
  ENTRY_BYTES,
  FINISHED,
  FREE_BLOCKS,
  HEAD,
  KEY_BYTES,
  LINE_BYTES,
  NODE_BYTES,
  PAYLOAD,
  SLOT_BYTES,
  SLOT_CELL,
  TAIL,
  TAKEN,
} from './words/index.ts'

/** The order in which a queue hands out its items. */
export type Kind = 'fifo' | 'lifo' | 'priority'

/** What decides a queue's memory. */
export interface Dimensions {
  /** Default 'fifo'. */
  readonly kind?: Kind
  readonly maxsize: number
  readonly itemBytes: number
  readonly maxItemBytes: number
  readonly memoryBytes: number
  readonly maxThreads: number
  readonly maxInFlight: number
  readonly maxDeliveries: number
  readonly hasDeadLetters: boolean
  /** A put on the full queue drops the oldest item. Default false. */
  readonly dropsOldest?: boolean
}

/** Where its regions lie; plain numbers, so that it travels in a handle. Offsets and sizes in bytes. */
export interface Geometry extends Dimensions {
  readonly kind: Kind
  readonly dropsOldest: boolean
  /** Slots: of the ring, or of the deque; a priority queue has none. */
  readonly ringSize: number
  readonly ringAt: number
  readonly ledgersAt: number
  readonly ledgerBytes: number
  readonly linksAt: number
  readonly cells: number
  readonly cellsAt: number
  readonly cellBytes: number
  readonly firstSpare: number
  /** Nodes of a priority queue's heap; 0 in other kinds, as the two offsets. */
  readonly heapSize: number
  readonly heapAt: number
  readonly keysAt: number
  /** Items that may be delayed at once. */
  readonly delayedSize: number
  readonly delayedAt: number
  /** 0: no records. */
  readonly recordsAt: number
  readonly recordBytes: number
  readonly blocks: number
  readonly blockBytes: number
  readonly blocksAt: number
  readonly bytes: number
}

/** Byte offsets stay below 2^31, so that no address is negative as an i32. */
export const MAX_PAGES = 32767
export const MAX_BYTES = MAX_PAGES * 65536
/**
 * Records are of the first of these sizes with which all together take no more than RECORDS_BYTES, else of
 * the last.
 */
const RECORD_BYTES = [2048, 1024, 512]
const RECORDS_BYTES = 2 ** 27
/** The sifts of a heap go 21 levels. */
export const MAX_HEAP = 2 ** 21 - 1

export function geometryOf(dimensions: Dimensions): Geometry {
  const { kind = 'fifo', dropsOldest = false } = dimensions
  const { maxsize, itemBytes, maxItemBytes, memoryBytes, maxThreads, maxInFlight } = dimensions
  const hasHeap = kind === 'priority'
  // Who drops the oldest item claims the new one's slot first.
  const ringSize = hasHeap ? 0 : 2 ** Math.ceil(Math.log2(maxsize + (dropsOldest ? 1 : 0)))
  const entries = maxThreads * (maxInFlight + 1)
  // Each ring slot and each ledger entry always has a cell. The spare ones: an item that came back leaves an
  // empty cell behind, and at most maxsize + all that threads can hold are ever there at once.
  const firstSpare = ringSize + entries
  const spares = maxsize + maxThreads * maxInFlight
  const cells = firstSpare + spares
  const cellBytes = PAYLOAD + Math.ceil(itemBytes / 8) * 8
  const ledgerBytes = toLine(ENTRIES + (maxInFlight + 1) * ENTRY_BYTES)
  const blockBytes = maxItemBytes <= itemBytes ? 0 : blockSize(maxItemBytes, memoryBytes)
  const blocks = blockBytes === 0 ? 0 : Math.ceil(memoryBytes / blockBytes)
  const hasRecords = dimensions.maxDeliveries > 0 || dimensions.hasDeadLetters

  let end = CONTROL_BYTES
  const region = (bytes: number) => {
    const at = end
    end = toLine(end + bytes)
    return at
  }
  const ringAt = region(ringSize * SLOT_BYTES)
  const ledgersAt = region(maxThreads * ledgerBytes)
  const linksAt = region(blocks * 4)
  const heapSize = hasHeap ? spares : 0
  const heapAt = hasHeap ? region((1 + heapSize) * NODE_BYTES) : 0
  const keysAt = hasHeap ? region(cells * KEY_BYTES) : 0
  const delayedSize = Math.min(spares, MAX_HEAP)
  const delayedAt = region((1 + delayedSize) * NODE_BYTES)
  const cellsAt = region(cells * cellBytes)
  const recordBytes = hasRecords ? (RECORD_BYTES.find((each) => cells * each <= RECORDS_BYTES) ?? 512) : 0
  const recordsAt = hasRecords ? region(cells * recordBytes) : 0
  const blocksAt = region(blocks * blockBytes)
  return {
    ...dimensions,
    kind,
    dropsOldest,
    ringSize,
    ringAt,
    ledgersAt,
    ledgerBytes,
    linksAt,
    cells,
    cellsAt,
    cellBytes,
    firstSpare,
    heapSize,
    heapAt,
    keysAt,
    delayedSize,
    delayedAt,
    recordsAt,
    recordBytes,
    blocks,
    blockBytes,
    blocksAt,
    bytes: end,
  }
}

/**
 * Whole blocks of 1 to 16 KiB: large enough that a long item needs few, small enough that 64 of them fit the
 * budget.
 */
function blockSize(maxItemBytes: number, memoryBytes: number): number {
  const wanted = Math.min(maxItemBytes / 16, memoryBytes / 64, 16384)
  return Math.max(1024, 2 ** Math.floor(Math.log2(Math.max(1, wanted))))
}

function toLine(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES
}

/** How many blocks an item of `length` bytes takes. */
export function blocksFor(geometry: Geometry, length: number): number {
  return Math.ceil(length / geometry.blockBytes)
}

export function ledgerAt(geometry: Geometry, index: number): number {
  return geometry.ledgersAt + index * geometry.ledgerBytes
}

/**
 * Lays out a fresh memory: each slot and entry its cell, each slot its first sequence. `start` is the first
 * position (0 to 2^31 - 1), so that tests can begin just below a wrap.
 */
export function layOut(memory: ArrayBufferLike, geometry: Geometry, start = 0): void {
  const words = new Int32Array(memory)
  const { ringSize, ringAt, maxThreads, maxInFlight } = geometry
  for (let ahead = 0; ahead < ringSize; ahead++) {
    const position = start + ahead
    const index = position & (ringSize - 1)
    const slot = (ringAt + index * SLOT_BYTES) >> 2
    words[slot] = position << 1
    words[slot + (SLOT_CELL >> 2)] = index
  }
  for (let ledger = 0, cell = ringSize; ledger < maxThreads; ledger++) {
    const entries = ledgerAt(geometry, ledger) + ENTRIES
    for (let entry = 0; entry <= maxInFlight; entry++) words[(entries + entry * ENTRY_BYTES) >> 2] = cell++
  }
  words[TAIL >> 2] = start << 1
  words[HEAD >> 2] = start << 1
  // Unfinished items are the tail less all that was finished: the first ledger begins with what was before
  // the start.
  words[(ledgerAt(geometry, 0) + TAKEN) >> 2] = start
  words[(ledgerAt(geometry, 0) + FINISHED) >> 2] = start
  words[FREE_BLOCKS >> 2] = geometry.blocks
  words[BLOCK_FRESH >> 2] = 0
  words[ARRIVED_LOW >> 2] = -(2 ** 31)
}
