import { describe, expect, it } from 'vitest'
import { type Geometry, geometryOf, layOut, ledgerAt } from '../../src/core/geometry.ts'
import { type Core, configureCore, coreOf } from '../../src/core/instance.ts'
import { writeKey } from '../../src/core/keys.ts'
import * as operations from '../../src/core/operations/index.ts'
import { bind } from '../../src/core/words/memory.ts'
import { ENTRIES, ENTRY_BYTES, KEY_BYTES, NOTHING, PAYLOAD, RETRY } from '../../src/core/words/offsets.ts'
import { Random } from '../support/random.mjs'
import { faultsOf, faultsOfHeap } from './cell-places.ts'
import { fresh } from './ledgers.ts'

function heapOf(maxsize: number, maxInFlight: number): Geometry {
  return geometryOf({
    kind: 'priority',
    maxsize,
    itemBytes: 8,
    maxItemBytes: 8,
    memoryBytes: 0,
    maxThreads: 1,
    maxInFlight,
    maxDeliveries: 0,
    hasDeadLetters: false,
  })
}

/** A heap in one thread: ranks are put, and the numbers of their puts are taken. */
class Heap {
  readonly words: Int32Array
  readonly geometry: Geometry
  readonly #core: Core
  readonly #ledger: number
  #count = 0

  constructor(geometry: Geometry, words: Int32Array, core: Core) {
    this.geometry = geometry
    this.words = words
    this.#core = core
    this.#ledger = ledgerAt(geometry, 0)
  }

  put(rank: number): void {
    const cell = this.#cellOf(0)
    writeKey(this.words, this.geometry.keysAt + cell * KEY_BYTES, rank)
    this.words[this.#payloadOf(cell) >> 2] = this.#count++
    if (this.#core.put(this.#ledger, 8) !== 0) throw new Error('a put was refused')
  }

  /** The number of the item that was taken into the entry, or NOTHING. */
  take(entry = 1): number {
    const answer = this.#core.take(this.#ledger, this.#ledger + ENTRIES + entry * ENTRY_BYTES)
    if (answer < 0) return answer
    return this.words[this.#payloadOf(answer >> 1) >> 2] as number
  }

  finish(entry = 1): void {
    this.#core.finish(this.#ledger, this.#ledger + ENTRIES + entry * ENTRY_BYTES)
  }

  requeue(entry: number): void {
    const answer = this.#core.requeue(this.#ledger, this.#ledger + ENTRIES + entry * ENTRY_BYTES, RETRY)
    if (answer !== 0) throw new Error('an item did not come back')
  }

  #cellOf(entry: number): number {
    return this.words[(this.#ledger + ENTRIES + entry * ENTRY_BYTES) >> 2] as number
  }

  #payloadOf(cell: number): number {
    return this.geometry.cellsAt + cell * this.geometry.cellBytes + PAYLOAD
  }
}

function compiled(geometry: Geometry): Heap {
  const { shared, words } = fresh(geometry, 0)
  return new Heap(geometry, words, shared.core)
}

function plain(geometry: Geometry): Heap {
  const words = new Int32Array(new SharedArrayBuffer(geometry.bytes))
  layOut(words.buffer, geometry)
  bind(words.buffer)
  configureCore(operations, geometry)
  return new Heap(geometry, words, coreOf('priority', operations))
}

const AT_THE_EDGES = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1e-310, -1e-310, Number.MIN_VALUE, -Number.MIN_VALUE],
  ...[
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    2 ** 32,
    2 ** 32 + 1,
    -(2 ** 32),
    -(2 ** 32) - 1,
    2 ** 53,
    -(2 ** 53),
  ],
]

describe.each([
  ['WebAssembly', compiled],
  ['Atomics', plain],
] as const)('a heap over %s', (_name, make) => {
  it('hands out ranks of any size and sign in their order, equals in the order of their puts', () => {
    const random = new Random(7)
    const heap = make(heapOf(1000, 1))
    const ranks: number[] = []
    for (let count = 0; count < 1000; count++) {
      ranks.push(random.once(2) ? random.pick(AT_THE_EDGES) : random.below(20) - 10)
      heap.put(ranks.at(-1) as number)
    }
    expect(faultsOf(heap.words, heap.geometry)).toEqual([])
    const expected = ranks.map((rank, index) => ({ rank, index })).sort((a, b) => a.rank - b.rank)
    for (const { index } of expected) {
      expect(heap.take()).toBe(index)
      heap.finish()
    }
    expect(heap.take()).toBe(NOTHING)
    expect(faultsOf(heap.words, heap.geometry)).toEqual([])
  })

  it('puts an item that comes back at its old place', () => {
    const heap = make(heapOf(8, 3))
    for (const rank of [1, 2, 2, 3]) heap.put(rank)
    expect([heap.take(1), heap.take(2), heap.take(3)]).toEqual([0, 1, 2])
    heap.put(2)
    heap.put(0)
    heap.requeue(3)
    heap.requeue(1)
    heap.requeue(2)
    expect(faultsOf(heap.words, heap.geometry)).toEqual([])
    const order = [5, 0, 1, 2, 4, 3]
    for (const expected of order) {
      expect(heap.take()).toBe(expected)
      heap.finish()
    }
  })
})

it('a heap of the largest size stays a heap, with all items that can come back', () => {
  const random = new Random(21)
  const held = 65_536
  const heap = compiled(heapOf(2 ** 20, held))
  const ranks: number[] = []
  const put = () => {
    ranks.push(random.below(2 ** 30))
    heap.put(ranks.at(-1) as number)
  }
  while (ranks.length < 2 ** 20) put()
  for (let entry = 1; entry <= held; entry++) heap.take(entry)
  for (let entry = 1; entry <= held; entry++) put()
  for (let entry = 1; entry <= held; entry++) heap.requeue(entry)
  const order = new Float64Array(ranks.length)
    .map((_, index) => (ranks[index] as number) * 2 ** 21 + index)
    .sort()
  let wrong = 0
  for (const expected of order) {
    if (heap.take() !== expected % 2 ** 21) wrong++
    heap.finish()
  }
  expect(wrong).toBe(0)
  expect(heap.take()).toBe(NOTHING)
})

it('the search for faults finds a node that comes before its parent, and one with the wrong key', () => {
  const heap = compiled(heapOf(8, 1))
  for (const rank of [1, 2, 3]) heap.put(rank)
  const { heapAt, keysAt } = heap.geometry
  const before = heap.words.slice()
  writeKey(heap.words, heapAt + 2 * 20, 0)
  expect(faultsOfHeap(heap.words, heap.geometry).join()).toContain('node 2 comes before its parent')
  heap.words.set(before)
  writeKey(heap.words, keysAt + 16 * ((heap.words[(heapAt + 20 + 16) >> 2] as number) >> 1), 0)
  expect(faultsOfHeap(heap.words, heap.geometry).join()).toContain('node 1 has not the key')
})
