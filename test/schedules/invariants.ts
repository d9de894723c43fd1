import type { Geometry } from '../../src/core/geometry.ts'
import { entriesOf, ledgerAt } from '../../src/core/geometry.ts'
import * as layout from '../../src/core/words/offsets.ts'
import { END_BIT, SELECT_BIT, SELECT_GET_BIT } from '../../src/core/words/offsets.ts'
import { asyncBit, blockedBit, SIDES } from '../../src/wait/side.ts'

/** Invariants of a queue's memory. They hold whenever no thread is inside a straight line. */

const { ENTRIES, ENTRY_BYTES, ENTRY_STATE, HELD, SLOT_BYTES, SLOT_CELL } = layout

export type Words = Int32Array

/** The words by which nodes compare, in their order. */
const KEY = [layout.KEY_HIGH, layout.KEY_LOW, layout.ORDER_HIGH, layout.ORDER_LOW]

function parentOf(geometry: Geometry, index: number): number {
  return geometry.heapAt + Math.max(1, index >> 1) * layout.NODE_BYTES
}

export function at(words: Words, address: number): number {
  return words[address >> 2] as number
}

export function queuedIn(words: Words): number {
  return (((at(words, layout.TAIL) & ~1) - (at(words, layout.HEAD) & ~1)) | 0) >>> 1
}

function itemIn(words: Words, geometry: Geometry, cell: number): number {
  return at(words, geometry.cellsAt + cell * geometry.cellBytes + layout.PAYLOAD)
}

/** The item that an entry of a ledger holds. */
export function itemOf(words: Words, geometry: Geometry, entry: number): number {
  if (geometry.valueBytes > 0) return at(words, entry + geometry.valueOffset)
  return itemIn(words, geometry, at(words, entry))
}

const TAKEN_STATES = [HELD, layout.FETCHED]

/** The entries of the items that a ledger holds, begun or fetched ahead. */
export function heldIn(
  words: Words,
  geometry: Geometry,
  ledger: number,
  states: readonly number[] = TAKEN_STATES,
): number[] {
  const held: number[] = []
  for (let index = 1; index <= geometry.maxInFlight; index++) {
    const entry = ledger + ENTRIES + index * ENTRY_BYTES
    if (states.includes(at(words, entry + ENTRY_STATE))) held.push(entry)
  }
  return held
}

export class Invariants {
  readonly #geometry: Geometry
  readonly #start: number
  readonly #places: Uint8Array
  readonly #blocks: Uint8Array
  readonly #items = new Set<number>()

  /** `start`: the first position. */
  constructor(geometry: Geometry, start = 0) {
    this.#geometry = geometry
    this.#start = start
    this.#places = new Uint8Array(geometry.cells)
    this.#blocks = new Uint8Array(geometry.blocks)
  }

  /** @throws Error for the first invariant that does not hold */
  check(words: Words): void {
    const geometry = this.#geometry
    const places = this.#places.fill(0)
    const items = this.#items
    items.clear()
    const place = (cell: number, where: string) => {
      if (!(cell >= 0 && cell < geometry.cells)) fail(`${where} has cell ${cell}`)
      if (places[cell] !== 0) fail(`cell ${cell} has two places, one is ${where}`)
      places[cell] = 1
    }
    const item = (cell: number, where: string) => noteItem(itemIn(words, geometry, cell), where)
    const noteItem = (id: number, where: string) => {
      if (items.has(id)) fail(`item ${id} is in two places, one is ${where}`)
      items.add(id)
    }
    if (at(words, layout.LOCK) !== 0) fail('the lock is taken and no thread is inside')

    const head = at(words, layout.HEAD) & ~1
    const queued = queuedIn(words)
    if (queued > geometry.maxsize) fail(`${queued} items in a queue bounded to ${geometry.maxsize}`)
    for (let depth = 0; geometry.kind === 'lifo' && depth < geometry.ringSize; depth++) {
      const slot = (at(words, layout.BOTTOM) + depth) & (geometry.ringSize - 1)
      const cell = at(words, geometry.ringAt + slot * SLOT_BYTES + SLOT_CELL)
      place(cell, 'the deque')
      if (depth < queued) item(cell, 'the deque')
    }
    let cameBack = 0
    const nodes = geometry.kind === 'priority' ? queued + at(words, layout.RETURNED) : 0
    for (let index = 1; index <= nodes; index++) {
      const node = geometry.heapAt + index * layout.NODE_BYTES
      const word = at(words, node + layout.NODE_CELL)
      cameBack += word & layout.CAME_BACK
      place(word >> 1, 'the heap')
      item(word >> 1, 'the heap')
      const differs = KEY.find(
        (offset) => at(words, node + offset) !== at(words, parentOf(geometry, index) + offset),
      )
      if (differs !== undefined && at(words, node + differs) < at(words, parentOf(geometry, index) + differs))
        fail(`node ${index} comes before its parent`)
      const own = geometry.keysAt + (word >> 1) * layout.KEY_BYTES
      if (KEY.some((offset) => at(words, own + offset) !== at(words, node + offset)))
        fail(`node ${index} has not the key of its cell`)
    }
    for (let ahead = 0; geometry.kind === 'fifo' && ahead < geometry.ringSize; ahead++) {
      const position = (head + ahead * 2) | 0
      const slot = geometry.ringAt + ((position >>> 1) & (geometry.ringSize - 1)) * geometry.slotBytes
      const sequence = ahead < queued ? position | 1 : position
      if (at(words, slot) !== sequence)
        fail(`slot of ${position >>> 1}: sequence ${at(words, slot)}, not ${sequence}`)
      if (geometry.valueBytes > 0) {
        if (ahead < queued) noteItem(at(words, slot + layout.SLOT_VALUE), 'the ring')
        continue
      }
      const cell = at(words, slot + SLOT_CELL)
      place(cell, 'the ring')
      if (ahead < queued) item(cell, 'the ring')
    }

    let held = 0
    let stored = 0
    let finished = 0
    const waiters = SIDES.map(() => 0)
    let reserved = 0
    let selectors = 0
    let urgent = 0
    for (let index = 0; index < geometry.maxThreads; index++) {
      const ledger = ledgerAt(geometry, index)
      for (let entry = 0; entry < entriesOf(geometry); entry++) {
        place(at(words, ledger + ENTRIES + entry * ENTRY_BYTES), `entry ${entry} of ledger ${index}`)
      }
      const entries = heldIn(words, geometry, ledger)
      for (const entry of entries) noteItem(itemOf(words, geometry, entry), `ledger ${index}`)
      const counted =
        at(words, ledger + layout.TAKEN) -
        at(words, ledger + layout.FINISHED) -
        at(words, ledger + layout.GAVE_BACK)
      if ((counted | 0) !== entries.length)
        fail(`ledger ${index} counts ${counted | 0} held, and holds ${entries.length}`)
      held += entries.length
      stored += at(words, ledger + layout.STORED)
      finished = (finished + at(words, ledger + layout.FINISHED)) | 0
      reserved += at(words, ledger + layout.RESERVED_BLOCKS)
      const waits = at(words, ledger + layout.WAITS)
      if (at(words, ledger + layout.OWNER) === 0 && waits !== 0)
        fail(`ledger ${index} is free, and counts as waiting`)
      if (at(words, ledger + layout.OWNER) === 0 && at(words, ledger + layout.AHEAD) !== 0)
        fail(`ledger ${index} is free, and counts as fetching ahead`)
      SIDES.forEach((side, which) => {
        if ((waits & blockedBit(side)) !== 0) waiters[which] = (waiters[which] as number) + 1
        if ((waits & asyncBit(side)) !== 0) waiters[which] = (waiters[which] as number) + layout.ASYNC_WAITER
        if (side === layout.JOIN && (waits & END_BIT) !== 0) waiters[which] = (waiters[which] as number) + 1
        if (side === layout.GET && (waits & SELECT_GET_BIT) !== 0)
          waiters[which] = (waiters[which] as number) + layout.ASYNC_WAITER
      })
      if ((waits & SELECT_BIT) !== 0) selectors++
      if ((waits & layout.URGENT_BIT) !== 0) urgent++
    }
    if (at(words, layout.URGENT + layout.WAITERS) !== urgent)
      fail(`URGENT counts ${at(words, layout.URGENT + layout.WAITERS)} threads, the ledgers ${urgent}`)
    const put = ((at(words, layout.TAIL) >>> 1) - this.#start) & 0x7fffffff
    if (stored !== put) fail(`${put} items were put, and the ledgers count ${stored}`)
    if (at(words, layout.SELECT + layout.WAITERS) !== selectors)
      fail(`SELECT counts ${at(words, layout.SELECT + layout.WAITERS)} threads, the ledgers ${selectors}`)
    SIDES.forEach((side, which) => {
      const counted = at(words, side + layout.WAITERS)
      if (counted !== waiters[which])
        fail(`side ${side} counts ${counted} waiters, the ledgers ${waiters[which]}`)
    })

    const list = (first: number, last: number, where: string): number => {
      let count = 0
      let end = 0
      for (let link = at(words, first); link !== 0; count++) {
        end = link
        place(link - 1, where)
        if (last !== 0) item(link - 1, where)
        link = at(words, geometry.cellsAt + (link - 1) * geometry.cellBytes + layout.NEXT)
      }
      if (last !== 0 && at(words, last) !== end) fail(`the end of ${where} is ${at(words, last)}, not ${end}`)
      return count
    }
    const delayed = at(words, layout.DELAYED)
    for (let index = 1; index <= delayed; index++) {
      const cell = at(words, geometry.delayedAt + index * layout.NODE_BYTES + layout.NODE_CELL) >> 1
      place(cell, 'the delayed')
      item(cell, 'the delayed')
    }
    const returned = cameBack + list(layout.RETURNED_FIRST, layout.RETURNED_LAST, 'the returned')
    const deadLettered = list(layout.DEAD_LETTERED_FIRST, layout.DEAD_LETTERED_LAST, 'the dead-lettered')
    list(layout.SPARE_FIRST, 0, 'the spare')
    for (let cell = geometry.firstSpare + at(words, layout.SPARE_FRESH); cell < geometry.cells; cell++) {
      place(cell, 'the fresh spare')
    }
    const missing = places.indexOf(0)
    // After an immediate shutdown, the cells of discarded items are in no place.
    if (missing >= 0 && (at(words, layout.HEAD) & layout.SHUT) === 0) fail(`cell ${missing} has no place`)
    if (at(words, layout.RETURNED) !== returned)
      fail(`${returned} returned, counted ${at(words, layout.RETURNED)}`)
    if (at(words, layout.RETURNS) !== returned + delayed + deadLettered)
      fail(`returns ${returned + delayed + deadLettered}, counted ${at(words, layout.RETURNS)}`)
    const unfinished = ((at(words, layout.TAIL) >>> 1) - finished) & 0x7fffffff
    if (unfinished !== queued + returned + delayed + deadLettered + held) {
      fail(
        `${unfinished} unfinished, but ${queued} queued, ${returned} returned, ${deadLettered} dead-lettered, ${held} held`,
      )
    }
    if (geometry.blocks > 0) this.#checkBlocks(words, reserved)
  }

  #checkBlocks(words: Words, reserved: number): void {
    const geometry = this.#geometry
    const seen = this.#blocks.fill(0)
    const follow = (first: number, where: string): number => {
      let count = 0
      for (let link = first; link !== 0; count++) {
        const block = link - 1
        if (!(block >= 0 && block < geometry.blocks)) fail(`${where} has block ${block}`)
        if (seen[block] !== 0) fail(`block ${block} has two places, one is ${where}`)
        seen[block] = 1
        link = at(words, geometry.linksAt + block * 4)
      }
      return count
    }
    let chained = 0
    for (let cell = 0; cell < geometry.cells; cell++) {
      chained += follow(
        at(words, geometry.cellsAt + cell * geometry.cellBytes + layout.CHAIN),
        `cell ${cell}`,
      )
    }
    const unused = geometry.blocks - at(words, layout.BLOCK_FRESH)
    const stacked = follow(at(words, layout.BLOCK_STACK), 'the stack')
    const free = at(words, layout.FREE_BLOCKS)
    if (chained + stacked + unused !== geometry.blocks)
      fail(`${chained} blocks chained, ${stacked} stacked, ${unused} unused`)
    if (free + reserved !== stacked + unused)
      fail(`${free} blocks free and ${reserved} reserved, but ${stacked} + ${unused} there`)
  }
}

export function fail(what: string): never {
  throw new Error(what)
}
