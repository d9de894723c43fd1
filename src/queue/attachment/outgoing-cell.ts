import { copyBytes } from '../../codec/index.ts'
import {
  BUSY,
  blocksFor,
  CLOSED,
  CORRUPT,
  type Core,
  clearRecord,
  ENTRIES,
  FIRST_IN_LINE,
  FULL,
  type Geometry,
  isShutDown,
  MEMORY,
  PUT,
  REPLACED,
  type SharedMemory,
  writeKey,
} from '../../core/index.ts'
import { link, PUTS } from '../../thread-link.ts'
import { pauseForRoom, type Side, untilDone, wakeTakers } from '../../wait/index.ts'
import { afterFinish, freeBlocks, heldBlocks } from '../recovery/index.ts'
import { BlockChain } from './block-chain.ts'
import type { Cells } from './cells.ts'
import type { ItemEncoder } from './encoder.ts'

/** The core writes no length beside a value. */
const VALUE_LENGTH = 0

/** An encoded item: its length, if it lies in the outgoing cell, else its bytes, which may be lent. */
export type Encoded = number | Buffer

/**
 * The cell of this thread's entry 0. An item is encoded into it at leisure, and one short operation of the
 * core exchanges it for the empty cell of a slot.
 */
export class OutgoingCell<T> {
  /** Items that puts of this thread have dropped to make room. */
  drops = 0
  readonly #shared: SharedMemory
  /** As `#shared` has them, one load nearer on the way of every item. */
  readonly #core: Core
  readonly #geometry: Geometry
  readonly #ledger: number
  readonly #entry: number
  readonly #cells: Cells
  readonly #encoder: ItemEncoder<T>
  readonly #chain: BlockChain
  readonly #queue: object
  /** The items are numbers that slots carry, and this thread is attached. */
  #putsNumbers: boolean
  /** A failure history or a key lies beside the cells. */
  readonly #hasMore: boolean
  /** The bytes that lie in blocks behind the cell already. */
  #chained: Buffer | undefined
  #hasPut = false
  #defersWakes = false
  #hasDeferred = false

  /** `queue`: the queue object of this thread, by which its supervisor knows it. */
  constructor(shared: SharedMemory, ledger: number, cells: Cells, encoder: ItemEncoder<T>, queue: object) {
    this.#shared = shared
    this.#core = shared.core
    this.#geometry = shared.geometry
    this.#ledger = ledger
    this.#entry = ledger + ENTRIES
    this.#cells = cells
    this.#encoder = encoder
    this.#chain = new BlockChain(shared, ledger, cells)
    this.#queue = queue
    this.#putsNumbers = encoder.areNumbers
    this.#hasMore = shared.geometry.recordsAt !== 0 || shared.geometry.keysAt !== 0
  }

  /**
   * Encodes `item` into the cell; one that is too long for it, or while the cell `isInUse`, into lent bytes.
   */
  encode(item: T, isInUse: boolean): Encoded {
    const { itemBytes } = this.#geometry
    if (isInUse) return this.#encoder.encodePrivately(item, itemBytes)
    if (this.#chained !== undefined) this.abandon()
    const at = this.#cells.payloadAt(this.#entry)
    const length = this.#encoder.encodeAt(item, this.#cells.span, at, at + itemBytes)
    return length <= itemBytes ? length : this.#encoder.encodePrivately(item, length)
  }

  /** Puts a number if it can be put at once. If not, `encode` and `store` must say why. */
  putNumber(item: unknown): boolean {
    if (!this.#putsNumbers || !this.#cells.writeNumber(this.#entry, item)) return false
    if (!this.#hasPut) this.notePut()
    let answer = this.#core.put(this.#ledger, VALUE_LENGTH)
    if (answer === BUSY) answer = this.#putAgain(VALUE_LENGTH)
    if (answer === 1) wakeTakers(this.#shared)
    return answer >= 0
  }

  /** The cell is no longer this thread's. */
  detach(): void {
    this.#putsNumbers = false
  }

  /**
   * Puts an encoded item. Returns 0, or the side to wait on; -1 if the queue is shut down. `waits`: the
   * caller is going to wait, and so may stand first in line for blocks. `rank`: among the others, in a
   * priority queue.
   */
  store(encoded: Encoded, waits: boolean, rank: number): Side | 0 | -1 {
    let length: number
    if (typeof encoded === 'number') {
      length = encoded
    } else {
      length = encoded.length
      const side = this.#fill(encoded, waits)
      if (side !== 0) return side
    }
    if (this.#hasMore) this.#writeBeside(rank)
    if (!this.#hasPut) this.notePut()
    let answer = this.#put(length)
    if (answer === BUSY) answer = this.#putAgain(length)
    if (answer >= 0) {
      this.#chained = undefined
      if (typeof encoded !== 'number') this.#encoder.release(encoded)
      if ((answer & 1) === 1) this.#wakeTakers()
      if ((answer & REPLACED) !== 0) this.#countDrop()
      return 0
    }
    if (answer === FULL) return PUT
    if (answer === CLOSED) return this.#closed()
    throw this.#cells.refused('a put', this.#entry)
  }

  /** From now on, puts of long items or of any codec wake takers only when `wakeDeferred` is called. */
  deferWakes(): void {
    this.#defersWakes = true
  }

  /** Wakes the takers that no put since the last call has woken. */
  wakeDeferred(): void {
    if (!this.#hasDeferred) return
    this.#hasDeferred = false
    wakeTakers(this.#shared)
  }

  #wakeTakers(): void {
    if (this.#defersWakes) this.#hasDeferred = true
    else wakeTakers(this.#shared)
  }

  /** The supervisor hears that this thread puts into the queue; to be called before its first put. */
  notePut(): void {
    if (this.#hasPut) return
    this.#hasPut = true
    link()?.uses(this.#queue, PUTS)
  }

  /** An encoded item as bytes of its own, for a put that waits while other code runs. */
  owned(encoded: Encoded): Buffer {
    if (typeof encoded === 'number') {
      const at = this.#cells.payloadAt(this.#entry)
      return Buffer.from(this.#cells.span.bytes.subarray(at, at + encoded))
    }
    const bytes = this.#encoder.owned(encoded)
    if (this.#chained === encoded) this.#chained = bytes
    return bytes
  }

  /** Gives up a long put: frees its blocks, unless they are another put's, and its place in line for them. */
  abandon(bytes = this.#chained): void {
    if (bytes !== undefined) this.#encoder.release(bytes)
    let isWanted = false
    if (bytes === this.#chained) {
      this.#chained = undefined
      isWanted = freeBlocks(this.#shared, this.#entry)
    }
    if (this.#core.unreserve(this.#ledger) === 1 || isWanted) this.#core.wakeAll(MEMORY)
  }

  /** Copies bytes into the cell, or into blocks behind it. Answers as `store`. */
  #fill(bytes: Buffer, waits: boolean): Side | 0 | -1 {
    const geometry = this.#geometry
    if (bytes.length <= geometry.itemBytes) {
      if (this.#chained !== undefined) this.abandon()
      copyBytes(this.#cells.span.bytes, this.#cells.payloadAt(this.#entry), bytes, 0, bytes.length)
      return 0
    }
    // Each item has a cell: a list of items to drop that is longer than that runs in a circle.
    for (let left = geometry.cells; left > 0; left--) {
      if (this.#chained === bytes || this.#chainUp(bytes, waits || geometry.dropsOldest)) return 0
      if (isShutDown(this.#shared)) return this.#closed()
      if (!this.#dropOldestFor(bytes.length)) break
    }
    return MEMORY
  }

  #chainUp(bytes: Buffer, waits: boolean): boolean {
    if (this.#chained !== undefined) this.abandon()
    if (!this.#chain.write(this.#entry, bytes, waits)) return false
    this.#chained = bytes
    return true
  }

  #put(length: number): number {
    const answer = this.#core.put(this.#ledger, length)
    return answer === FULL && this.#geometry.dropsOldest ? this.#core.replace(this.#ledger, length) : answer
  }

  /** The put met another thread. In a method of its own: its closure would cost every put an allocation. */
  #putAgain(length: number): number {
    pauseForRoom(this.#shared)
    return untilDone(() => this.#put(length))
  }

  /**
   * Drops the oldest item, for the blocks of one of `length` bytes, if this thread is first in line for them.
   * False if there is none, or if too many blocks are held: then others would be dropped in vain.
   */
  #dropOldestFor(length: number): boolean {
    const core = this.#core
    const geometry = this.#geometry
    if (!geometry.dropsOldest || this.#shared.load(FIRST_IN_LINE) !== this.#ledger) return false
    if (blocksFor(geometry, length) + heldBlocks(this.#shared) > geometry.blocks) return false
    const answer = untilDone(() => core.dropOldest(this.#ledger))
    if (answer === CORRUPT) throw this.#cells.refused('dropping the oldest item', this.#entry)
    if (answer < 0) return false
    this.#countDrop()
    // It may have been the last one.
    afterFinish(this.#shared)
    core.wake(PUT)
    return true
  }

  /** The dropped item's cell is the outgoing cell now. */
  #countDrop(): void {
    this.drops++
    this.#chain.free(this.#entry)
  }

  #writeBeside(rank: number): void {
    const { recordsAt, keysAt } = this.#geometry
    const { span } = this.#cells
    if (recordsAt !== 0) clearRecord(span, this.#cells.recordOf(this.#entry).at)
    if (keysAt !== 0) writeKey(span.words, this.#cells.keyOf(this.#entry), rank)
  }

  /** No put succeeds any more: this one's blocks, or its place in line for them, are free. */
  #closed(): -1 {
    this.abandon()
    return -1
  }
}
