import { batchAt, entriesOf, type Kind, ledgerAt } from '../../src/core/geometry.ts'
import {
  ASYNC_WAITER,
  BLOCK_FRESH,
  BLOCK_STACK,
  CHAIN,
  DEAD_LETTER,
  DEAD_LETTERED_FIRST,
  DEAD_LETTERED_LAST,
  EMPTY_ENTRY,
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  FETCHED,
  FIRST_IN_LINE,
  FREE_BLOCKS,
  FULL,
  GET,
  HEAD,
  HELD,
  JOIN,
  KEY_BYTES,
  KEY_HIGH,
  KEY_LOW,
  LENGTH,
  LINK_BYTES,
  LOCK,
  MAX_BATCH,
  MEMORY,
  NEXT,
  NODE_BYTES,
  NODE_CELL,
  OWNER,
  PRODUCER,
  PUT,
  RECOVERER,
  RELEASE,
  REPLACED,
  RESERVED_BLOCKS,
  RETRY,
  RETURNED,
  RETURNED_FIRST,
  RETURNED_LAST,
  SLOT_CELL,
  SPARE_FIRST,
  SPARE_FRESH,
  TAIL,
} from '../../src/core/words/offsets.ts'
import { asyncBit, BLOCKED_WAITER, blockedBit, END_BIT, SIDES } from '../../src/wait/side.ts'
import type { Random } from '../support/random.mjs'
import type { BackEnds } from './back-ends.ts'

/** The operations by which a queue of each kind puts, takes, requeues and discards. */
export const OF_KIND = {
  fifo: {
    putBatch: 'putBatch',
    takeBatch: 'takeBatch',
    begin: 'begin',
    finishAndBegin: 'finishAndBegin',
    revoke: 'revoke',
    forgetAhead: 'forgetAhead',
    put: 'put',
    take: 'take',
    requeue: 'requeue',
    discardQueued: 'discardQueued',
    replace: 'replace',
    dropOldest: 'dropOldest',
  },
  lifo: {
    put: 'putDeque',
    take: 'takeDeque',
    requeue: 'requeue',
    discardQueued: 'discardDeque',
    replace: 'replaceDeque',
    dropOldest: 'dropBottom',
  },
  priority: {
    put: 'putHeap',
    take: 'takeHeap',
    requeue: 'requeueHeap',
    discardQueued: 'discardHeap',
    replace: undefined,
    dropOldest: undefined,
  },
} as const

/** Random operations on several ledgers, each one that the library could make at that moment. */
export class RandomOperations {
  readonly #ends: BackEnds
  readonly #random: Random
  readonly #ledgers: readonly number[]
  readonly #named: (typeof OF_KIND)[Kind]
  /**
   * How often each operation did something, by name: an operation that never did anything was not compared.
   */
  readonly effects = new Map<string, number>()

  constructor(ends: BackEnds, random: Random) {
    this.#ends = ends
    this.#random = random
    const { geometry } = ends
    this.#named = OF_KIND[geometry.kind]
    this.#ledgers = Array.from({ length: geometry.maxThreads }, (_, index) => ledgerAt(geometry, index))
    for (const index of this.#ledgers.keys()) this.claim(index)
  }

  step(): void {
    const random = this.#random
    const index = random.below(this.#ledgers.length)
    const ledger = this.#ledgers[index] as number
    const roll = random.below(1000)
    if (roll < 230) this.#put(ledger)
    else if (roll < 300) this.#putBatch(ledger)
    else if (roll < 440) this.#take(ledger)
    else if (roll < 480) this.#takeBatch(ledger)
    else if (roll < 490) this.#fetched(ledger, 'begin')
    else if (roll < 500) this.#finishAndBegin(ledger)
    else if (roll < 518) this.#fetched(random.pick(this.#ledgers), 'revoke')
    else if (roll < 520 && this.#ends.geometry.kind === 'fifo')
      this.#ask('forgetAhead', ledger, random.below(4))
    else if (roll < 560) this.#ask('takeReturned', ledger, this.#entry(ledger, false))
    else if (roll < 580) this.#ask('takeDeadLettered', ledger, this.#entry(ledger, false))
    else if (roll < 660) this.#finish(ledger)
    else if (roll < 680) this.#finishBatch(ledger)
    else if (roll < 735) this.#requeue(ledger)
    else if (roll < 750) this.#delay(ledger)
    else if (roll < 760) this.#ask('releaseDue', ...this.#time())
    else if (roll < 800) this.#ask('reserve', ledger, 1 + random.below(4), random.below(2))
    else if (roll < 845) this.#ask('pushBlock', ledger, ledger + ENTRIES)
    else if (roll < 850) this.#dropOldest(ledger)
    else if (roll < 870) this.#ask('unreserve', ledger)
    else if (roll < 890) this.#popBlocks(this.#anyEntry(ledger), 1 + random.below(4))
    else if (roll < 960) this.#wait(ledger)
    else if (roll < 970) this.#ask(random.pick(['wake', 'wakeAll'] as const), random.pick(SIDES))
    else if (roll < 978)
      this.#ask(random.pick(['clearWaking', 'clearAsyncWaking'] as const), random.pick(SIDES))
    else if (roll < 982) this.#ask('markAtEnd', ledger, random.below(2))
    else if (roll < 985) this.#ask('nextRound')
    else if (roll < 990) this.#die(index)
    else if (roll < 997)
      this.#ask(random.pick([this.#named.discardQueued, 'discardReturned'] as const), ledger)
    else this.#ends.write(LOCK, random.below(4) === 0 ? 1 : 0)
  }

  shut(): void {
    this.#ask('shut', this.#random.once(2) ? 1 : 0)
  }

  /** The thread that held the lock releases it. */
  unlock(): void {
    this.#ends.write(LOCK, 0)
  }

  claim(index: number): void {
    this.#ask('claim', this.#ledgers[index] as number, index, 1 + this.#random.below(1000))
  }

  /** Writes a wrong value into one word that operations must check before they trust it. */
  damage(): void {
    const { geometry } = this.#ends
    const random = this.#random
    const cell = geometry.cellsAt + random.below(geometry.cells) * geometry.cellBytes
    const words = [
      ...[TAIL, HEAD, LOCK, RETURNED, RETURNED_FIRST, RETURNED_LAST, DEAD_LETTERED_FIRST, DEAD_LETTERED_LAST],
      ...[SPARE_FIRST, SPARE_FRESH, FREE_BLOCKS, FIRST_IN_LINE, BLOCK_FRESH, BLOCK_STACK],
      ...(geometry.ringSize > 0
        ? [
            geometry.ringAt + random.below(geometry.ringSize) * geometry.slotBytes,
            geometry.ringAt + random.below(geometry.ringSize) * geometry.slotBytes + SLOT_CELL,
          ]
        : [geometry.heapAt + random.below(geometry.heapSize) * NODE_BYTES + NODE_CELL]),
      this.#anyEntry(random.pick(this.#ledgers)),
      this.#anyEntry(random.pick(this.#ledgers)) + ENTRY_STATE,
      random.pick(this.#ledgers) + RESERVED_BLOCKS,
      cell + CHAIN,
      cell + NEXT,
      ...(geometry.blocks > 0 ? [geometry.linksAt + random.below(geometry.blocks) * 4] : []),
    ]
    const values = [-1, 0, 1, 2, geometry.cells, geometry.cells + 1, geometry.blocks, geometry.blocks + 1]
    // Not near the limits of 32 bits: there, sums that are checked only afterwards wrap in one back end
    // alone.
    const value = random.once(2) ? random.pick(values) : random.below(2 ** 31) - 2 ** 30
    this.#ends.write(random.pick(words), value)
  }

  /** As `run`; also counts the effect. */
  #ask(...[name, ...args]: Parameters<BackEnds['run']>): number {
    const answer = this.#ends.run(name, ...args)
    if (answer >= 0) this.effects.set(name, (this.effects.get(name) ?? 0) + 1)
    return answer
  }

  #put(ledger: number): void {
    const { geometry } = this.#ends
    if (geometry.kind === 'priority') this.#writeKeyOfOutgoing(ledger)
    const length = this.#random.below(geometry.itemBytes + 1)
    let answer = this.#ask(this.#named.put, ledger, length)
    const { replace } = this.#named
    if (geometry.dropsOldest && replace !== undefined && (answer === FULL || this.#random.once(20))) {
      answer = this.#ask(replace, ledger, length)
      if (answer > 0 && (answer & REPLACED) !== 0) this.#freeChain(ledger + ENTRIES)
    }
    if (answer > 0 && (answer & 1) === 1) this.#ask('wake', GET)
  }

  #putBatch(ledger: number): void {
    const { geometry } = this.#ends
    if (geometry.batch === 0) {
      this.#put(ledger)
      return
    }
    const first = this.#random.below(geometry.batch)
    const count = this.#random.below(geometry.batch - first + 1)
    const entry = batchAt(geometry, ledger) + first * ENTRY_BYTES
    for (let index = 0; index < count; index++) this.#writeLength(entry + index * ENTRY_BYTES)
    const answer = this.#ask('putBatch', ledger, entry, count)
    if (answer > 0 && (answer & 1) === 1) this.#ask('wake', GET)
  }

  #writeLength(entry: number): void {
    const { geometry } = this.#ends
    const cell = this.#ends.load(entry)
    // The entry is damaged.
    if (cell < 0 || cell >= geometry.cells) return
    const at = geometry.cellsAt + cell * geometry.cellBytes + LENGTH
    this.#ends.write(at, this.#random.below(geometry.itemBytes + 1))
  }

  #takeBatch(ledger: number): void {
    if (this.#ends.geometry.kind !== 'fifo') {
      this.#take(ledger)
      return
    }
    const entries = this.#entries(ledger, EMPTY_ENTRY)
    const ahead = this.#random.below(4)
    const answer = this.#ask('takeBatch', ledger, ahead, entries.length, entries[0] ?? 0)
    if (answer > 0 && (answer & 1) === 1) this.#ask('wake', PUT)
  }

  #finishBatch(ledger: number): void {
    const entries = this.#entries(ledger, HELD)
    if (this.#ask('finishBatch', ledger, entries.length, entries[0] ?? 0) < 0) return
    for (const entry of entries) this.#freeChain(entry)
  }

  /** Begins or revokes an item that was fetched ahead; sometimes one that was not. */
  #fetched(ledger: number, operation: 'begin' | 'revoke'): void {
    const entry = this.#entries(ledger, FETCHED)[0] ?? this.#entry(ledger, true)
    if (this.#ends.geometry.kind !== 'fifo') return
    if (operation === 'begin') this.#ask('begin', entry)
    else this.#ask('revoke', ledger, entry)
  }

  #finishAndBegin(ledger: number): void {
    const entry = this.#entry(ledger, true)
    const next = this.#entries(ledger, FETCHED)[0] ?? this.#entry(ledger, true)
    if (this.#ends.geometry.kind !== 'fifo') return
    if (this.#ask('finishAndBegin', ledger, entry, next) >= 0) this.#freeChain(entry)
  }

  /** At most MAX_BATCH entries in this state, one behind the other. */
  #entries(ledger: number, state: number): number[] {
    const { maxInFlight } = this.#ends.geometry
    const most = this.#random.below(MAX_BATCH + 1)
    const is = (index: number) => this.#ends.load(heldEntry(ledger, index) + ENTRY_STATE) === state
    let index = this.#random.below(maxInFlight)
    while (index < maxInFlight && !is(index)) index++
    const entries: number[] = []
    for (; index < maxInFlight && entries.length < most && is(index); index++)
      entries.push(heldEntry(ledger, index))
    return entries
  }

  /** The outgoing cell must have no blocks. */
  #dropOldest(ledger: number): void {
    const { dropOldest } = this.#named
    if (!this.#ends.geometry.dropsOldest || dropOldest === undefined) return
    this.#freeChain(ledger + ENTRIES)
    if (this.#ask(dropOldest, ledger) >= 0) this.#freeChain(ledger + ENTRIES)
  }

  /** Few different keys, so that equals are frequent. */
  #writeKeyOfOutgoing(ledger: number): void {
    const { geometry } = this.#ends
    const cell = this.#ends.load(ledger + ENTRIES)
    // The entry is damaged.
    if (cell < 0 || cell >= geometry.cells) return
    const key = geometry.keysAt + cell * KEY_BYTES
    this.#ends.write(key + KEY_HIGH, this.#random.below(5) - 2)
    this.#ends.write(key + KEY_LOW, this.#random.below(3) - 1)
  }

  #take(ledger: number): void {
    const answer = this.#ask(this.#named.take, ledger, this.#entry(ledger, false))
    if (answer >= 0 && (answer & 1) === 1) this.#ask('wake', PUT)
  }

  #finish(ledger: number): void {
    const entry = this.#entry(ledger, true)
    if (this.#ask('finish', ledger, entry) >= 0) this.#freeChain(entry)
  }

  #requeue(ledger: number): void {
    const entry = this.#entry(ledger, true)
    if (
      this.#ask(
        this.#named.requeue,
        ledger,
        entry,
        this.#random.pick([RETRY, RETRY, DEAD_LETTER, RELEASE]),
      ) >= 0
    ) {
      this.#freeChain(entry)
    }
  }

  /** Times near each other, on both sides of the wrap of the low word. */
  #time(): [high: number, low: number] {
    const ms = this.#random.below(20) - 10
    return [ms < 0 ? 0 : 1, (ms | 0) ^ 0x80000000]
  }

  #delay(ledger: number): void {
    const entry = this.#entry(ledger, true)
    if (this.#ask('delay', ledger, entry, ...this.#time()) >= 0) this.#freeChain(entry)
  }

  #freeChain(entry: number): void {
    const { blocks } = this.#ends.geometry
    // A damaged chain may run in a circle.
    for (let left = blocks; left > 0 && this.#popBlocks(entry, blocks) >= 0; left--);
  }

  /** Frees up to `most` blocks of the chain of `entry` at once. */
  #popBlocks(entry: number, most: number): number {
    const { blocks, cells, cellsAt, cellBytes, linksAt } = this.#ends.geometry
    const cell = this.#ends.load(entry)
    const isCell = cell >= 0 && cell < cells
    let next = isCell ? this.#ends.load(cellsAt + cell * cellBytes + CHAIN) - 1 : -1
    let last = -1
    let count = 0
    for (; next >= 0 && next < blocks && count < most; count++) {
      last = next
      next = this.#ends.load(linksAt + next * LINK_BYTES) - 1
    }
    return this.#ask('popBlocks', entry, last, count)
  }

  #wait(ledger: number): void {
    const side = this.#random.pick(SIDES)
    const how = this.#random.pick([
      [side, blockedBit(side), BLOCKED_WAITER],
      [side, asyncBit(side), ASYNC_WAITER],
      [JOIN, END_BIT, BLOCKED_WAITER],
      [MEMORY, blockedBit(MEMORY), BLOCKED_WAITER],
    ] as const)
    this.#ask(this.#random.once(2) ? 'enterWait' : 'leaveWait', ledger, ...how)
  }

  /** The owner has died: another thread reclaims its ledger, and a new owner claims it. */
  #die(index: number): void {
    const ledger = this.#ledgers[index] as number
    const owner = this.#ends.load(ledger + OWNER)
    const recoverer = 1 + this.#random.below(1000)
    if (this.#random.once(3)) this.#ask('countFor', ledger, recoverer)
    if (this.#ask('takeOver', ledger, owner, this.#ends.load(ledger + RECOVERER), recoverer) !== 1) return
    // Sometimes the recoverer dies too, and leaves the rest to another.
    if (this.#random.once(4)) return
    for (const side of SIDES) {
      this.#ask('leaveWait', ledger, side, blockedBit(side), BLOCKED_WAITER)
      this.#ask('leaveWait', ledger, side, asyncBit(side), ASYNC_WAITER)
    }
    this.#ask('leaveWait', ledger, JOIN, END_BIT, BLOCKED_WAITER)
    this.#ask('unreserve', ledger)
    this.unlock()
    for (let index = 0; index < this.#ends.geometry.maxInFlight; index++) {
      const entry = heldEntry(ledger, index)
      if (this.#ends.load(entry + ENTRY_STATE) === FETCHED) this.#ask('revoke', ledger, entry)
      else this.#ask(this.#named.requeue, ledger, entry, RETRY)
    }
    for (let number = 0; number < entriesOf(this.#ends.geometry); number++) {
      this.#freeChain(ledger + ENTRIES + number * ENTRY_BYTES)
    }
    this.#ask('release', ledger, owner, recoverer)
    const producer = this.#ends.load(ledger + PRODUCER)
    if (producer !== 0 && this.#random.once(2)) this.#ask('inherit', ledger, producer, recoverer)
    if (this.#random.once(2)) this.#ask('closeProducer', ledger)
    this.claim(index)
    // A reserved ledger cannot be claimed, and every step needs a ledger that has an owner.
    if (producer !== 0) this.#ask('inherit', ledger, producer, recoverer)
  }

  /** An entry that holds an item, or one that is empty; any entry if no entry holds one. */
  #entry(ledger: number, held: boolean): number {
    const { maxInFlight } = this.#ends.geometry
    const first = this.#random.below(maxInFlight)
    const state = held ? HELD : EMPTY_ENTRY
    for (let ahead = 0; ahead < maxInFlight; ahead++) {
      const entry = heldEntry(ledger, (first + ahead) % maxInFlight)
      if (this.#ends.load(entry + ENTRY_STATE) === state) return entry
    }
    // No entry is empty: one is finished first, or a take would lose its cell.
    const entry = heldEntry(ledger, first)
    if (held) return entry
    if (this.#ends.load(entry + ENTRY_STATE) === FETCHED) this.#ask('begin', entry)
    if (this.#ask('finish', ledger, entry) >= 0) this.#freeChain(entry)
    return entry
  }

  #anyEntry(ledger: number): number {
    return ledger + ENTRIES + this.#random.below(entriesOf(this.#ends.geometry)) * ENTRY_BYTES
  }
}

/** The entry of a ledger for held items, numbered from 0. */
function heldEntry(ledger: number, index: number): number {
  return ledger + ENTRIES + (1 + index) * ENTRY_BYTES
}
