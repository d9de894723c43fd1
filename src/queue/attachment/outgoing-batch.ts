import {
  BUSY,
  batchAt,
  CORRUPT,
  type Core,
  clearRecord,
  ENTRY_BYTES,
  type Geometry,
  HEAD,
  LENGTH,
  RETURNS,
  type SharedMemory,
  TAIL,
} from '../../core/index.ts'
import { backOff, pauseForRoom, wakeTakers } from '../../wait/index.ts'
import type { Cells } from './cells.ts'
import type { ItemEncoder } from './encoder.ts'

/**
 * The outgoing cells of batches: several items are encoded into them, and one short operation puts all of
 * them. Nothing here waits for room.
 */
export class OutgoingBatch<T> {
  readonly #shared: SharedMemory
  readonly #core: Core
  readonly #geometry: Geometry
  readonly #ledger: number
  readonly #entries: number
  readonly #cells: Cells
  readonly #encoder: ItemEncoder<T>
  readonly #words: Int32Array
  readonly #hasRecords: boolean
  /** The items are numbers that slots carry. */
  readonly #areNumbers: boolean
  /** HEAD when it was last looked at. */
  #head: number
  /** So many of the next items are put by themselves: one before them was too long for a cell. */
  #alone = 0
  /** The cells are in use. An array whose items are getters, or a proxy, may put while it is read. */
  #isFilling = false
  #isDetached = false

  constructor(shared: SharedMemory, ledger: number, cells: Cells, encoder: ItemEncoder<T>) {
    const { geometry } = shared
    this.#shared = shared
    this.#core = shared.core
    this.#geometry = geometry
    this.#ledger = ledger
    this.#entries = batchAt(geometry, ledger)
    this.#cells = cells
    this.#encoder = encoder
    this.#words = cells.span.words
    this.#head = this.#words[HEAD >> 2] as number
    this.#hasRecords = geometry.recordsAt !== 0
    this.#areNumbers = encoder.areNumbers
  }

  /**
   * Encodes items from index `from` on, while there is room and they fit into cells. Returns how many; 0 if
   * there is no room for two. An item that could not be encoded is left to a put by itself.
   */
  fill(items: ArrayLike<T>, from: number): number {
    if (this.#isFilling) return 0
    const { batch, maxsize } = this.#geometry
    if (this.#alone > 0) {
      this.#alone--
      return 0
    }
    let room = this.#room()
    // Above maxsize: the tail has gone on by 2^30 positions since.
    if (room < batch || room > maxsize) {
      this.#head = this.#words[HEAD >> 2] as number
      room = this.#room()
    }
    const most = Math.min(batch, room, items.length - from)
    if (most < 2) return 0
    this.#isFilling = true
    try {
      return this.#areNumbers ? this.#fillNumbers(items, from, most) : this.#fill(items, from, most)
    } finally {
      this.#isFilling = false
    }
  }

  /** The cells are no longer this thread's: a getter of an item, or its codec, may have detached it. */
  detach(): void {
    this.#isDetached = true
  }

  /** Puts the first `count` cells, or as many as there is room for. Returns how many. */
  put(count: number): number {
    let stored = 0
    for (let tries = 0; stored < count; ) {
      const entry = this.#entries + stored * ENTRY_BYTES
      const answer = this.#core.putBatch(this.#ledger, entry, count - stored)
      if (answer >= 0) {
        stored += answer >> 1
        if ((answer & 1) === 1) wakeTakers(this.#shared)
      } else if (answer === BUSY && tries++ === 0) pauseForRoom(this.#shared)
      else if (answer === BUSY) backOff(tries)
      else if (answer === CORRUPT) throw this.#cells.refused('a put', entry)
      else break
    }
    return stored
  }

  /** The item in the cell number `index`, which was not put, as private bytes. */
  copy(index: number): Buffer {
    const entry = this.#entries + index * ENTRY_BYTES
    const at = this.#cells.payloadAt(entry)
    const length = this.#cells.length(this.#cells.at(entry), this.#geometry.itemBytes)
    return Buffer.from(this.#cells.span.bytes.subarray(at, at + length))
  }

  /**
   * Room at least, without a look at HEAD, which takers write all the time. It only keeps a full queue from
   * having items encoded that must wait in private bytes, so plain reads do.
   */
  #room(): number {
    const words = this.#words
    const ahead = ((words[TAIL >> 2] as number) - this.#head) | 0
    return this.#geometry.maxsize - (ahead >> 1) - (words[RETURNS >> 2] as number)
  }

  #fill(items: ArrayLike<T>, from: number, most: number): number {
    let count = 0
    try {
      // The array may become shorter while it is read.
      while (count < most && from + count < items.length) {
        const item = items[from + count] as T
        if (this.#isDetached || !this.#encode(item, count)) break
        count++
      }
    } catch (error) {
      // The items before it come first. It is encoded again by itself, and that call throws.
      if (count === 0) throw error
    }
    return count
  }

  /** As #fill, up to an item that the codec of numbers refuses. */
  #fillNumbers(items: ArrayLike<T>, from: number, most: number): number {
    const entryBytes = ENTRY_BYTES
    const first = this.#entries
    let count = 0
    try {
      for (; count < most; count++) {
        const item = items[from + count]
        if (this.#isDetached || !this.#cells.writeNumber(first + count * entryBytes, item)) break
      }
    } catch (error) {
      if (count === 0) throw error
    }
    return count
  }

  /** False if the item is too long for a cell. */
  #encode(item: T, index: number): boolean {
    const entry = this.#entries + index * ENTRY_BYTES
    const at = this.#cells.payloadAt(entry)
    const { itemBytes } = this.#geometry
    const length = this.#encoder.encodeAt(item, this.#cells.span, at, at + itemBytes)
    if (length > itemBytes) {
      this.#alone = this.#geometry.batch
      return false
    }
    this.#words[(this.#cells.at(entry) + LENGTH) >> 2] = length
    if (this.#hasRecords) clearRecord(this.#cells.span, this.#cells.recordOf(entry).at)
    return true
  }
}
