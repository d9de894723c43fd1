import { entriesOf, type Geometry, ledgerAt } from '../../src/core/geometry.ts'
import {
  AHEAD,
  CAME_BACK,
  DEAD_LETTERED_FIRST,
  DELAYED,
  EMPTY_ENTRY,
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  FETCHING,
  FINISHED,
  GAVE_BACK,
  HEAD,
  KEY_BYTES,
  KEY_HIGH,
  KEY_LOW,
  LOCK,
  NEXT,
  NODE_BYTES,
  NODE_CELL,
  ORDER_HIGH,
  ORDER_LOW,
  RETURNED,
  RETURNED_FIRST,
  RETURNS,
  REVOKING,
  SHUT,
  SLOT_BYTES,
  SLOT_CELL,
  SPARE_FIRST,
  SPARE_FRESH,
  TAIL,
  TAKEN,
} from '../../src/core/words/offsets.ts'

/**
 * Lists the faults in a queue's memory while no operation is under way: cells with no place or with two,
 * slots that were claimed and not published, lists that disagree with their counts.
 */
export function faultsOf(words: Int32Array, geometry: Geometry): string[] {
  return [...faultsOfCells(words, geometry), ...faultsOfOrder(words, geometry)]
}

/**
 * Lists the ledgers that a thread has left in the middle of an operation: a fetch or a revoke is under way,
 * or the counts are not those of the entries.
 */
export function faultsOfLedgers(words: Int32Array, geometry: Geometry): string[] {
  const faults: string[] = []
  for (let index = 0; index < geometry.maxThreads; index++) {
    const ledger = ledgerAt(geometry, index)
    const states = Array.from({ length: geometry.maxInFlight }, (_, number) =>
      wordAt(words, ledger + ENTRIES + (1 + number) * ENTRY_BYTES + ENTRY_STATE),
    )
    const taken = states.filter((state) => state !== EMPTY_ENTRY).length
    const counted =
      (wordAt(words, ledger + TAKEN) - wordAt(words, ledger + FINISHED) - wordAt(words, ledger + GAVE_BACK)) |
      0
    if (taken !== counted) faults.push(`ledger ${index} is torn: it holds ${taken}, and counts ${counted}`)
    if (states.includes(REVOKING)) faults.push(`ledger ${index} is torn: an item is being revoked`)
    if (wordAt(words, ledger + AHEAD) === FETCHING) faults.push(`ledger ${index} is torn: it is fetching`)
  }
  return faults
}

function faultsOfCells(words: Int32Array, geometry: Geometry): string[] {
  const faults: string[] = []
  if (wordAt(words, LOCK) !== 0) faults.push('the lock is taken, and no operation is inside')
  const places = new Map<number, string>()
  const place = (cell: number, where: string) => {
    const other = places.get(cell)
    if (other !== undefined) faults.push(`cell ${cell} is in ${other} and in ${where}`)
    if (cell < 0 || cell >= geometry.cells) faults.push(`${where} names cell ${cell}, which does not exist`)
    places.set(cell, where)
  }
  for (let index = 0; index < geometry.ringSize && geometry.valueBytes === 0; index++) {
    place(wordAt(words, geometry.ringAt + index * SLOT_BYTES + SLOT_CELL), `slot ${index}`)
  }
  for (let ledger = 0; ledger < geometry.maxThreads; ledger++) {
    for (let entry = 0; entry < entriesOf(geometry); entry++) {
      const at = ledgerAt(geometry, ledger) + ENTRIES + entry * ENTRY_BYTES
      place(wordAt(words, at), `entry ${entry} of ledger ${ledger}`)
    }
  }
  const list = (first: number, name: string) => {
    let length = 0
    for (let link = wordAt(words, first); link !== 0; length++) {
      place(link - 1, `the ${name} list`)
      if (length > geometry.cells || link > geometry.cells || link < 0) break
      link = wordAt(words, geometry.cellsAt + (link - 1) * geometry.cellBytes + NEXT)
    }
    return length
  }
  for (let index = 1; index <= nodesIn(words, geometry); index++) {
    place(nodeIn(words, geometry.heapAt, index).cell, `node ${index}`)
  }
  const delayed = wordAt(words, DELAYED)
  for (let index = 1; index <= delayed; index++) {
    const { cell, key } = nodeIn(words, geometry.delayedAt, index)
    place(cell, `delayed node ${index}`)
    const parent = nodeIn(words, geometry.delayedAt, Math.max(1, index >> 1)).key
    if (comesBefore(key, parent)) faults.push(`delayed node ${index} comes before its parent`)
  }
  const listed = list(RETURNED_FIRST, 'returned')
  const returned = geometry.kind === 'priority' ? cameBackIn(words, geometry) + listed : listed
  const deadLettered = list(DEAD_LETTERED_FIRST, 'dead-lettered')
  list(SPARE_FIRST, 'spare')
  for (let cell = geometry.firstSpare + wordAt(words, SPARE_FRESH); cell < geometry.cells; cell++) {
    place(cell, 'the fresh spare ones')
  }
  // After an immediate shutdown, cells of discarded items are in no list any more.
  const discarding = (wordAt(words, HEAD) & SHUT) !== 0
  for (let cell = 0; cell < geometry.cells && !discarding; cell++) {
    if (!places.has(cell)) faults.push(`cell ${cell} is nowhere`)
  }
  const returns = wordAt(words, RETURNS)
  if (returned !== wordAt(words, RETURNED)) faults.push(`${returned} are returned, counted otherwise`)
  if (returned + delayed + deadLettered !== returns) {
    faults.push(`${returned} + ${delayed} + ${deadLettered} came back, counted ${returns}`)
  }
  return faults
}

function faultsOfOrder(words: Int32Array, geometry: Geometry): string[] {
  const { kind, ringSize, ringAt, slotBytes } = geometry
  if (kind === 'priority') return faultsOfHeap(words, geometry)
  const faults: string[] = []
  const head = wordAt(words, HEAD) & ~SHUT
  const queued = queuedIn(words)
  if (queued < 0 || queued > ringSize) faults.push(`the tail is ${queued} ahead of the head`)
  if (kind === 'lifo') return faults
  for (let ahead = 0; ahead < ringSize; ahead++) {
    const expected = (head + 2 * ahead + (ahead < queued ? 1 : 0)) | 0
    const slot = ringAt + (((head >>> 1) + ahead) & (ringSize - 1)) * slotBytes
    const found = wordAt(words, slot)
    if (found !== expected) faults.push(`the slot ${ahead} after the head is torn: ${found}, not ${expected}`)
  }
  return faults
}

function queuedIn(words: Int32Array): number {
  return (((wordAt(words, TAIL) & ~SHUT) - (wordAt(words, HEAD) & ~SHUT)) | 0) >> 1
}

/** Number of nodes in a priority queue's heap. */
export function nodesIn(words: Int32Array, geometry: Geometry): number {
  return geometry.kind === 'priority' ? queuedIn(words) + wordAt(words, RETURNED) : 0
}

export interface HeapNode {
  readonly cell: number
  readonly cameBack: boolean
  /** The words by which nodes compare, in their order. */
  readonly key: readonly number[]
}

export function nodeIn(words: Int32Array, heap: number, index: number): HeapNode {
  const at = heap + index * NODE_BYTES
  const word = wordAt(words, at + NODE_CELL)
  const key = [KEY_HIGH, KEY_LOW, ORDER_HIGH, ORDER_LOW].map((offset) => wordAt(words, at + offset))
  return { cell: word >> 1, cameBack: (word & CAME_BACK) !== 0, key }
}

function cameBackIn(words: Int32Array, geometry: Geometry): number {
  let count = 0
  for (let index = 1; index <= nodesIn(words, geometry); index++) {
    if (nodeIn(words, geometry.heapAt, index).cameBack) count++
  }
  return count
}

function comesBefore(key: readonly number[], other: readonly number[]): boolean {
  const differs = key.findIndex((word, at) => word !== other[at])
  return differs >= 0 && (key[differs] as number) < (other[differs] as number)
}

/** Lists nodes that come before their parents, and nodes whose key is not that of their cell. */
export function faultsOfHeap(words: Int32Array, geometry: Geometry): string[] {
  const faults: string[] = []
  const count = nodesIn(words, geometry)
  if (count < 0 || count > geometry.heapSize) return [`${count} nodes in a heap of ${geometry.heapSize}`]
  for (let index = 1; index <= count; index++) {
    const { cell, key } = nodeIn(words, geometry.heapAt, index)
    const parent = nodeIn(words, geometry.heapAt, Math.max(1, index >> 1)).key
    if (comesBefore(key, parent)) faults.push(`node ${index} comes before its parent`)
    const own = geometry.keysAt + cell * KEY_BYTES
    if (key.some((word, at) => word !== wordAt(words, own + at * 4))) {
      faults.push(`node ${index} has not the key of cell ${cell}`)
    }
  }
  return faults
}

function wordAt(words: Int32Array, at: number): number {
  return Atomics.load(words, at >> 2)
}
