import { type Geometry, ledgerAt } from '../../src/core/geometry.ts'
import * as layout from '../../src/core/words/offsets.ts'
import type { Random } from '../support/random.mjs'

/** A stray store into the memory of a queue. */
export interface Damage {
  /** The index of the word. */
  readonly region: string
  readonly at: number
  readonly value: number
}

const CONTROL = [
  ...[layout.TAIL, layout.HEAD, layout.LOCK, layout.RETURNED, layout.RETURNS, layout.RETURNED_FIRST],
  ...[
    layout.RETURNED_LAST,
    layout.DEAD_LETTERED_FIRST,
    layout.DEAD_LETTERED_LAST,
    layout.SPARE_FIRST,
    layout.SPARE_FRESH,
  ],
  ...[layout.ARRIVED_HIGH, layout.ARRIVED_LOW, layout.DELAYED, layout.BOTTOM, layout.FREE_BLOCKS],
  ...[
    layout.FIRST_IN_LINE,
    layout.BLOCK_FRESH,
    layout.BLOCK_STACK,
    layout.BLOCK_STACK + 4,
    layout.LEDGERS_USED,
  ],
  ...[layout.GET, layout.PUT, layout.MEMORY, layout.JOIN, layout.SELECT].flatMap((side) =>
    [layout.WAITERS, layout.EPOCH, layout.WAKING, layout.ASYNC_EPOCH, layout.ASYNC_WAKING].map(
      (word) => side + word,
    ),
  ),
  layout.END_ROUND,
]

const LEDGER = [
  ...[layout.OWNER, layout.RECOVERER, layout.STORED, layout.TAKEN, layout.FINISHED, layout.GAVE_BACK],
  ...[
    layout.AT_END,
    layout.WAITS,
    layout.RESERVED_BLOCKS,
    layout.DROPPED,
    layout.PRODUCER,
    layout.STORED_BEFORE,
  ],
]

const CELL_HEADER = [layout.LENGTH, layout.ATTEMPTS, layout.CHAIN, layout.NEXT]

/** Damages one word of the queue, often one that matters. */
export function damageOne(random: Random, words: Int32Array, geometry: Geometry): Damage {
  const { region, at } = place(random, geometry)
  const value = damaged(random, words[at >> 2] as number, geometry)
  Atomics.store(words, at >> 2, value)
  return { region, at, value }
}

function place(random: Random, geometry: Geometry): { region: string; at: number } {
  const { ringSize, ringAt, maxThreads, maxInFlight, heapSize, heapAt, keysAt, cells, cellsAt, cellBytes } =
    geometry
  const cell = cellsAt + random.below(cells) * cellBytes
  const word = (bytes: number) => random.below(bytes >> 2) * 4
  const kind = random.below(100)
  if (kind < 38) return { region: 'control', at: random.pick(CONTROL) }
  if (kind < 40) return { region: 'control', at: word(layout.CONTROL_BYTES) }
  // The first ledgers are those in use.
  const ledger = ledgerAt(geometry, random.below(random.chance(0.8) ? Math.min(3, maxThreads) : maxThreads))
  if (kind < 52) return { region: 'ledger', at: ledger + random.pick(LEDGER) }
  if (kind < 62)
    return { region: 'entry', at: ledger + layout.ENTRIES + word((maxInFlight + 1) * layout.ENTRY_BYTES) }
  if (kind < 72) {
    if (ringSize > 0) return { region: 'slot', at: ringAt + word(ringSize * layout.SLOT_BYTES) }
    return { region: 'node', at: heapAt + word(Math.min(10, 1 + heapSize) * layout.NODE_BYTES) }
  }
  if (kind < 82) return { region: 'header', at: cell + random.pick(CELL_HEADER) }
  if (kind < 86) return { region: 'payload', at: cell + layout.PAYLOAD + word(cellBytes - layout.PAYLOAD) }
  if (kind < 89) return { region: 'delayed', at: geometry.delayedAt + word(5 * layout.NODE_BYTES) }
  if (kind < 91 && keysAt !== 0) return { region: 'key', at: keysAt + word(cells * layout.KEY_BYTES) }
  if (kind < 94 && geometry.recordsAt !== 0)
    return { region: 'record', at: geometry.recordsAt + word(cells * geometry.recordBytes) }
  if (geometry.blocks > 0) {
    if (kind < 98) return { region: 'link', at: geometry.linksAt + word(geometry.blocks * 4) }
    return { region: 'block', at: geometry.blocksAt + word(geometry.blocks * geometry.blockBytes) }
  }
  return { region: 'anything', at: word(geometry.bytes) }
}

function damaged(random: Random, word: number, { cells, blocks, ledgersAt }: Geometry): number {
  const kind = random.below(100)
  if (kind < 45) return word ^ (1 << random.below(32))
  if (kind < 65)
    return random.pick([0, 1, -1, 2, 2 ** 31 - 1, -(2 ** 31), 2 ** 30, -(2 ** 30), word + 2, word - 2])
  // Numbers of cells and blocks make lists lead elsewhere, or in a circle.
  if (kind < 85) return random.below(Math.max(cells, blocks) + 3)
  if (kind < 90) return random.pick([cells, cells - 1, cells + 1, blocks, blocks + 1, ledgersAt])
  return random.below(2 ** 32) | 0
}
