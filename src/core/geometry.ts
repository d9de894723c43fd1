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
  MAX_BATCH,
  NODE_BYTES,
  PAYLOAD,
  SLOT_BYTES,
  SLOT_CELL,
  TAIL,
  TAKEN,
} from './words/index.ts'

/** The order in which a queue hands out its items. */
export type Kind = 'fifo' | 'lifo' | 'priority'

/** The numbers that decide the layout of a queue's memory. */
export interface Dimensions {
  /** @default 'fifo' */
  readonly kind?: Kind
  readonly maxsize: number
  readonly itemBytes: number
  readonly maxItemBytes: number
  readonly memoryBytes: number
  readonly maxThreads: number
  readonly maxInFlight: number
  readonly maxDeliveries: number
  readonly hasDeadLetters: boolean
  /** A put on the full queue drops the oldest item. @default false */
  readonly dropsOldest?: boolean
  /** @default MAX_BATCH, or maxsize if that is less; 0 if maxsize is 1 or the kind is not FIFO */
  readonly batch?: number
  /** Length of every item, if it is 1 to 8 and the same for all. @default 0 */
  readonly valueBytes?: number
}

/**
 * The layout of a queue's memory: where its regions are. Plain numbers, so that a handle can carry it to
 * other threads. Offsets and sizes are in bytes.
 */
export interface Geometry extends Dimensions {
  readonly kind: Kind
  readonly dropsOldest: boolean
  /** Most items that one put or take moves at once; 0: each by itself. */
  readonly batch: number
  /** Length of the values that the slots of the ring carry, 1 to 8; 0: they carry the numbers of cells. */
  readonly valueBytes: number
  /** Bytes from an entry of a ledger to the value of its item; 0: items lie in their cells. */
  readonly valueOffset: number
  /** 8, or 16 for values above 4 bytes. */
  readonly slotBytes: number
  /** Number of slots of the ring or the deque; 0 in a priority queue. */
  readonly ringSize: number
  readonly ringAt: number
  readonly ledgersAt: number
  readonly ledgerBytes: number
  readonly linksAt: number
  readonly cells: number
  readonly cellsAt: number
  readonly cellBytes: number
  readonly firstSpare: number
  /** Most nodes of a priority queue's heap. In other kinds, this and the two offsets are 0. */
  readonly heapSize: number
  readonly heapAt: number
  readonly keysAt: number
  /** Most items that are delayed at the same time. */
  readonly delayedSize: number
  readonly delayedAt: number
  /** 0: there are no failure records. */
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
 * Sizes of a failure record. A queue uses the first with which all its records fit in MAX_RECORDS_BYTES, else
 * the last.
 */
const RECORD_SIZES = [2048, 1024, 512]
const MAX_RECORDS_BYTES = 2 ** 27
/** The sifts of a heap are unrolled to 21 levels. */
export const MAX_HEAP = 2 ** 21 - 1

export function geometryOf(dimensions: Dimensions): Geometry {
  const { kind = 'fifo', dropsOldest = false } = dimensions
  const { maxsize, itemBytes, maxItemBytes, memoryBytes, maxThreads, maxInFlight } = dimensions
  const hasHeap = kind === 'priority'
  // One slot more if puts drop: a put claims the slot of the new item before it drops the oldest.
  const ringSize = hasHeap ? 0 : 2 ** Math.ceil(Math.log2(maxsize + (dropsOldest ? 1 : 0)))
  const batch = kind === 'fifo' ? (dimensions.batch ?? (maxsize === 1 ? 0 : Math.min(MAX_BATCH, maxsize))) : 0
  const hasRecords = dimensions.maxDeliveries > 0 || dimensions.hasDeadLetters
  // A failure record lies beside a cell, and a put that drops needs the cell of the dropped item.
  const valueBytes = kind === 'fifo' && !dropsOldest && !hasRecords ? (dimensions.valueBytes ?? 0) : 0
  const slotBytes = valueBytes > 4 ? 2 * SLOT_BYTES : SLOT_BYTES
  const entries = maxThreads * (1 + maxInFlight + batch)
  // Each ledger entry always has a cell, and each slot that carries no value. Each item that came back needs
  // a spare cell besides, and there are never more than maxsize + maxThreads * maxInFlight items.
  const firstSpare = (valueBytes > 0 ? 0 : ringSize) + entries
  const spares = maxsize + maxThreads * maxInFlight
  const cells = firstSpare + spares
  const cellBytes = PAYLOAD + Math.ceil(itemBytes / 8) * 8
  const entriesBytes = (1 + maxInFlight + batch) * ENTRY_BYTES
  // The values of a run of entries lie side by side, each as far behind its entry as the others.
  const valueOffset = valueBytes > 0 ? entriesBytes : 0
  const ledgerBytes = toLine(ENTRIES + entriesBytes + valueOffset)
  const blockBytes = maxItemBytes <= itemBytes ? 0 : blockSize(maxItemBytes, memoryBytes)
  const blocks = blockBytes === 0 ? 0 : Math.ceil(memoryBytes / blockBytes)

  let end = CONTROL_BYTES
  const region = (bytes: number) => {
    const at = end
    end = toLine(end + bytes)
    return at
  }
  const ringAt = region(ringSize * slotBytes)
  const ledgersAt = region(maxThreads * ledgerBytes)
  const linksAt = region(blocks * 4)
  const heapSize = hasHeap ? spares : 0
  const heapAt = hasHeap ? region((1 + heapSize) * NODE_BYTES) : 0
  const keysAt = hasHeap ? region(cells * KEY_BYTES) : 0
  const delayedSize = Math.min(spares, MAX_HEAP)
  const delayedAt = region((1 + delayedSize) * NODE_BYTES)
  const cellsAt = region(cells * cellBytes)
  const recordBytes = hasRecords ? (RECORD_SIZES.find((each) => cells * each <= MAX_RECORDS_BYTES) ?? 512) : 0
  const recordsAt = hasRecords ? region(cells * recordBytes) : 0
  const blocksAt = region(blocks * blockBytes)
  return {
    ...dimensions,
    kind,
    dropsOldest,
    batch,
    valueBytes,
    valueOffset,
    slotBytes,
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
 * A power of two from 1 to 16 KiB: large enough that a long item needs few blocks, small enough that
 * memoryBytes is at least 64 blocks.
 */
function blockSize(maxItemBytes: number, memoryBytes: number): number {
  const wanted = Math.min(maxItemBytes / 16, memoryBytes / 64, 16384)
  return Math.max(1024, 2 ** Math.floor(Math.log2(Math.max(1, wanted))))
}

function toLine(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES
}

/** Number of blocks that an item of `length` bytes needs. */
export function blocksFor(geometry: Geometry, length: number): number {
  return Math.ceil(length / geometry.blockBytes)
}

export function ledgerAt(geometry: Geometry, index: number): number {
  return geometry.ledgersAt + index * geometry.ledgerBytes
}

/** Entries of a ledger. */
export function entriesOf({ maxInFlight, batch }: Geometry): number {
  return 1 + maxInFlight + batch
}

/** The first entry of the outgoing cells of batches, in `ledger`. */
export function batchAt({ maxInFlight }: Geometry, ledger: number): number {
  return ledger + ENTRIES + (1 + maxInFlight) * ENTRY_BYTES
}

/**
 * Lays out a fresh memory: gives each slot and entry its cell, and each slot its first SEQUENCE. `start` is
 * the first position (0 to 2^31 - 1), so that tests can begin just below a wrap.
 */
export function layOut(memory: ArrayBufferLike, geometry: Geometry, start = 0): void {
  const words = new Int32Array(memory)
  const { ringSize, ringAt, slotBytes, valueBytes, maxThreads } = geometry
  for (let ahead = 0; ahead < ringSize; ahead++) {
    const position = start + ahead
    const index = position & (ringSize - 1)
    const slot = (ringAt + index * slotBytes) >> 2
    words[slot] = position << 1
    if (valueBytes === 0) words[slot + (SLOT_CELL >> 2)] = index
  }
  for (let ledger = 0, cell = valueBytes > 0 ? 0 : ringSize; ledger < maxThreads; ledger++) {
    const entries = ledgerAt(geometry, ledger) + ENTRIES
    for (let entry = 0; entry < entriesOf(geometry); entry++)
      words[(entries + entry * ENTRY_BYTES) >> 2] = cell++
  }
  words[TAIL >> 2] = start << 1
  words[HEAD >> 2] = start << 1
  // Unfinished items are the tail less the finished counts of all ledgers. So the first ledger counts the
  // positions before `start` as taken and finished.
  words[(ledgerAt(geometry, 0) + TAKEN) >> 2] = start
  words[(ledgerAt(geometry, 0) + FINISHED) >> 2] = start
  words[FREE_BLOCKS >> 2] = geometry.blocks
  words[BLOCK_FRESH >> 2] = 0
  words[ARRIVED_LOW >> 2] = -(2 ** 31)
}
