import { describe, expect, it } from 'vitest'
import { entriesOf, type Geometry, geometryOf, layOut, ledgerAt, MAX_BYTES } from '../../src/core/geometry.ts'
import { unfinished } from '../../src/core/shared.ts'
import * as layout from '../../src/core/words/offsets.ts'
import { faultsOf } from './cell-places.ts'
import { fresh, STARTS } from './ledgers.ts'

const { ENTRIES, ENTRY_BYTES, LINE_BYTES, PAYLOAD } = layout

/** Dimensions at the limits, and some between. */
const geometries: readonly Geometry[] = (['fifo', 'lifo', 'priority'] as const).flatMap((kind) =>
  [1, 2, 3, 5, 8, 1000].flatMap((maxsize) =>
    [1, 12, 128, 5000].flatMap((itemBytes) =>
      [0, 3].flatMap((maxDeliveries) =>
        [1, 7].map((maxThreads) =>
          geometryOf({
            kind,
            maxsize,
            itemBytes,
            maxItemBytes: itemBytes === 12 ? 12 : 1 << 16,
            memoryBytes: 1 << 18,
            maxThreads,
            maxInFlight: maxThreads === 1 ? 1 : 64,
            maxDeliveries,
            hasDeadLetters: maxDeliveries > 0,
            dropsOldest: kind !== 'priority' && maxThreads > 1,
          }),
        ),
      ),
    ),
  ),
)

/** Every region of a queue's memory: name, first byte, bytes. */
function regionsOf(geometry: Geometry): [string, number, number][] {
  const { ringSize, maxThreads, ledgerBytes, cells, cellBytes, blocks, blockBytes } = geometry
  const regions: [string, number, number][] = [
    ['control words', 0, layout.CONTROL_BYTES],
    ['ring', geometry.ringAt, ringSize * geometry.slotBytes],
    ['links', geometry.linksAt, blocks * 4],
    ['heap', geometry.heapAt, geometry.heapSize === 0 ? 0 : (1 + geometry.heapSize) * layout.NODE_BYTES],
    ['delayed', geometry.delayedAt, (1 + geometry.delayedSize) * layout.NODE_BYTES],
    ['keys', geometry.keysAt, geometry.heapSize === 0 ? 0 : cells * layout.KEY_BYTES],
    ['cells', geometry.cellsAt, cells * cellBytes],
    ['records', geometry.recordsAt, cells * geometry.recordBytes],
    ['blocks', geometry.blocksAt, blocks * blockBytes],
  ]
  for (let index = 0; index < maxThreads; index++) {
    regions.push([`ledger ${index}`, ledgerAt(geometry, index), ledgerBytes])
  }
  return regions.filter(([, , bytes]) => bytes > 0)
}

describe('the layout of a memory', () => {
  it('gives each region its own bytes, from the start of a line', () => {
    for (const geometry of geometries) {
      let end = 0
      for (const [name, at, bytes] of regionsOf(geometry).sort((a, b) => a[1] - b[1])) {
        expect(at, `${name} of ${JSON.stringify(geometry)}`).toBeGreaterThanOrEqual(end)
        expect(at % LINE_BYTES, name).toBe(0)
        end = at + bytes
      }
      expect(end).toBeLessThanOrEqual(geometry.bytes)
      expect(geometry.bytes).toBeLessThanOrEqual(MAX_BYTES)
    }
  })

  it('has room for all that its dimensions promise', () => {
    for (const geometry of geometries) {
      const { kind, ringSize, maxsize, maxThreads, maxInFlight, itemBytes, cells, firstSpare } = geometry
      if (kind === 'priority') {
        expect([ringSize, geometry.heapSize]).toEqual([0, cells - firstSpare])
      } else {
        expect(ringSize).toBeGreaterThanOrEqual(geometry.dropsOldest ? maxsize + 1 : maxsize)
        expect(Math.log2(ringSize) % 1).toBe(0)
      }
      expect(firstSpare).toBe((geometry.valueBytes > 0 ? 0 : ringSize) + maxThreads * entriesOf(geometry))
      expect(cells - firstSpare).toBe(maxsize + maxThreads * maxInFlight)
      expect(geometry.cellBytes - PAYLOAD).toBeGreaterThanOrEqual(itemBytes)
      expect(geometry.cellBytes % 8).toBe(0)
      expect(geometry.ledgerBytes).toBeGreaterThanOrEqual(ENTRIES + entriesOf(geometry) * ENTRY_BYTES)
      if (geometry.blocks > 0) {
        expect(geometry.blocks * geometry.blockBytes).toBeGreaterThanOrEqual(geometry.maxItemBytes)
      }
    }
  })

  it('keeps control words of different writers out of each other’s lines', () => {
    const writers: Record<string, readonly number[]> = {
      putters: [layout.TAIL],
      takers: [layout.HEAD],
      'the holder of the lock': [
        layout.LOCK,
        layout.RETURNED,
        layout.RETURNS,
        layout.RETURNED_FIRST,
        layout.RETURNED_LAST,
        layout.DEAD_LETTERED_FIRST,
        layout.DEAD_LETTERED_LAST,
        layout.SPARE_FIRST,
        layout.SPARE_FRESH,
        layout.ARRIVED_HIGH,
        layout.ARRIVED_LOW,
        layout.DELAYED,
        layout.BOTTOM,
      ],
      'putters of long items': [
        layout.FREE_BLOCKS,
        layout.FIRST_IN_LINE,
        layout.BLOCK_FRESH,
        layout.BLOCK_STACK,
        layout.BLOCK_STACK + 4,
        // Written only when a thread attaches.
        layout.LEDGERS_USED,
      ],
      'the get side': side(layout.GET),
      'the put side': side(layout.PUT),
      'the memory side': side(layout.MEMORY),
      'the join side': [...side(layout.JOIN), layout.END_ROUND],
    }
    const owners = new Map<number, string>()
    const taken = new Set<number>()
    for (const [writer, words] of Object.entries(writers)) {
      for (const at of words) {
        expect(taken.has(at), `two words at ${at}`).toBe(false)
        taken.add(at)
        expect(at % 4).toBe(0)
        expect(at + 4).toBeLessThanOrEqual(layout.CONTROL_BYTES)
        const line = Math.floor(at / LINE_BYTES)
        expect(owners.get(line) ?? writer).toBe(writer)
        owners.set(line, writer)
      }
    }
    expect(layout.BLOCK_STACK % 8).toBe(0)
    expect(layout.OWNER % 8).toBe(0)
    expect(layout.RECOVERER).toBe(layout.OWNER + 4)
  })

  it('keeps the words of a ledger apart from each other and from the entries', () => {
    const words = [
      layout.OWNER,
      layout.RECOVERER,
      layout.STORED,
      layout.TAKEN,
      layout.FINISHED,
      layout.GAVE_BACK,
      layout.AT_END,
      layout.WAITS,
      layout.RESERVED_BLOCKS,
      layout.DROPPED,
      layout.REJECTED,
      layout.PRODUCER,
      layout.STORED_BEFORE,
    ]
    expect(new Set(words).size).toBe(words.length)
    expect(Math.max(...words) + 4).toBeLessThanOrEqual(ENTRIES)
  })

  it('gives every cell exactly one place, and every slot its first sequence, from any first position', () => {
    for (const geometry of geometries.filter(({ bytes }) => bytes < 1 << 22)) {
      for (const start of STARTS) {
        const words = new Int32Array(new SharedArrayBuffer(geometry.bytes))
        layOut(words.buffer, geometry, start)
        expect(faultsOf(words, geometry)).toEqual([])
      }
    }
  })

  it('begins with nothing unfinished', () => {
    for (const start of STARTS) {
      const { shared } = fresh(geometries[0] as Geometry, start)
      shared.core.claim(ledgerAt(shared.geometry, 0), 0, 1)
      expect(unfinished(shared)).toBe(0)
    }
  })
})

describe('the search for faults', () => {
  const { shared, words } = fresh(geometries[40] as Geometry, 5)
  const { ringAt } = shared.geometry
  const damages: [string, number, number, RegExp][] = [
    ['a cell with two places', ringAt + layout.SLOT_CELL, (words[(ringAt + 12) >> 2] as number) + 0, /is in/],
    ['a cell that does not exist', ringAt + layout.SLOT_CELL, -7, /does not exist/],
    ['a claimed slot that was not published', layout.TAIL, 12, /torn/],
    ['a miscounted list', layout.RETURNED, 1, /counted otherwise/],
    ['a lost list', layout.SPARE_FRESH, 2, /nowhere/],
  ]

  it.each(damages)('finds %s', (_name, at, value, message) => {
    const before = words[at >> 2] as number
    words[at >> 2] = value
    expect(faultsOf(words, shared.geometry).join('\n')).toMatch(message)
    words[at >> 2] = before
    expect(faultsOf(words, shared.geometry)).toEqual([])
  })
})

function side(at: number): number[] {
  const { WAITERS, EPOCH, WAKING, ASYNC_EPOCH, ASYNC_WAKING } = layout
  return [WAITERS, EPOCH, WAKING, ASYNC_EPOCH, ASYNC_WAKING].map((offset) => at + offset)
}
