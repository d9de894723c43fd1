import { type Span, spanOf } from '../../codec/index.ts'
import {
  ATTEMPTS,
  CHAIN,
  COUNT,
  ENTRY_BYTES,
  type Geometry,
  KEY_BYTES,
  LENGTH,
  PAYLOAD,
  type RecordPlace,
  recordAt,
  type SharedMemory,
  SUSPECT,
} from '../../core/index.ts'
import { QueueCorruptError } from '../../errors.ts'

/**
 * The cells that entries hold, those of this thread's ledger above all. A cell in an entry is private memory:
 * only the owner of the ledger, or the recoverer of a dead one, reads and writes it, so plain loads and
 * stores do. Every number that comes from shared memory is checked before it is used.
 */
export class Cells {
  readonly geometry: Geometry
  readonly span: Span
  readonly #words: Int32Array
  readonly #label: string
  // From the geometry: they are read for every item.
  readonly #cells: number
  readonly #cellsAt: number
  readonly #cellBytes: number

  constructor(shared: SharedMemory, label: string) {
    this.geometry = shared.geometry
    this.span = spanOf(shared.memory.buffer)
    this.#words = this.span.words
    this.#label = label
    const { cells, cellsAt, cellBytes } = shared.geometry
    this.#cells = cells
    this.#cellsAt = cellsAt
    this.#cellBytes = cellBytes
  }

  /** Where the cell of `entry` begins, in bytes. The methods below take this address. */
  at(entry: number): number {
    return this.#cellsAt + this.#cellOf(entry) * this.#cellBytes
  }

  /** Bytes of the encoded item, `most` at most: what fits into a cell, or maxItemBytes with a chain. */
  length(at: number, most: number): number {
    const length = this.#words[(at + LENGTH) >> 2] as number
    if (length < 0 || length > most) throw this.#badLength(at, most, length)
    return length
  }

  /** The first block of the item, plus 1; 0 if the item is in its cell. */
  chain(at: number): number {
    return this.#words[(at + CHAIN) >> 2] as number
  }

  /** Deliveries of the item begun so far, this one included. */
  attempts(at: number): number {
    return (this.#words[(at + ATTEMPTS) >> 2] as number) & COUNT
  }

  /** The last thread that held the item has died. */
  isSuspect(at: number): boolean {
    return ((this.#words[(at + ATTEMPTS) >> 2] as number) & SUSPECT) !== 0
  }

  /** The failure history beside the cell of `entry`. */
  recordOf(entry: number): RecordPlace {
    return recordAt(this.geometry, this.#cellOf(entry))
  }

  /** Where the key beside the cell of `entry` begins, in a priority queue. */
  keyOf(entry: number): number {
    return this.geometry.keysAt + this.#cellOf(entry) * KEY_BYTES
  }

  /** The number in the cell of `entry`, an integer of 4 bytes or a double of 8. */
  number(entry: number, bytes: number): number {
    const at = this.at(entry) + PAYLOAD
    return (bytes === 4 ? this.#words[at >> 2] : this.span.doubles[at >> 3]) as number
  }

  /** Writes a number into the cell of `entry`, as its codec would. False if the codec would not. */
  writeNumber(codec: 'int32' | 'float64', entry: number, item: unknown): boolean {
    if (typeof item !== 'number') return false
    const at = this.at(entry)
    if (codec === 'int32') {
      if ((item | 0) !== item) return false
      this.#words[(at + LENGTH) >> 2] = 4
      this.#words[(at + PAYLOAD) >> 2] = item
    } else {
      this.#words[(at + LENGTH) >> 2] = 8
      this.span.doubles[(at + PAYLOAD) >> 3] = item
    }
    return true
  }

  /**
   * Reads the numbers of the `count` entries from `first` on into `items`, from index `to` on. Returns how
   * many: a cell that holds no number ends it.
   */
  readNumbers(
    codec: 'int32' | 'float64',
    first: number,
    count: number,
    items: { [index: number]: unknown },
    to: number,
  ): number {
    // Copies of fields and imports, which V8 would load and check again for each item.
    const words = this.#words
    const [entryBytes, chain, payload] = [ENTRY_BYTES, CHAIN, PAYLOAD]
    const isInt32 = codec === 'int32'
    const length = isInt32 ? 4 : 8
    const { doubles } = this.span
    for (let index = 0; index < count; index++) {
      const at = this.at(first + index * entryBytes)
      if (words[at >> 2] !== length || words[(at + chain) >> 2] !== 0) return index
      items[to + index] = isInt32 ? words[(at + payload) >> 2] : doubles[(at + payload) >> 3]
    }
    return count
  }

  /** `what` a word means and where it is, and the impossible `value` that it holds. */
  corrupt(what: string, value: number): QueueCorruptError {
    return new QueueCorruptError(`the shared memory of ${this.#label} is damaged: ${what} is ${value}`)
  }

  /** An operation of the core on `entry` met an impossible word. */
  refused(operation: string, entry: number): QueueCorruptError {
    const where = `a word that ${operation} met; its entry at byte ${entry}, where cells are below ${this.#cells},`
    return this.corrupt(where, this.#words[entry >> 2] as number)
  }

  #cellOf(entry: number): number {
    const cell = this.#words[entry >> 2] as number
    if (cell < 0 || cell >= this.#cells) throw this.#noCell(entry, cell)
    return cell
  }

  #badLength(at: number, most: number, length: number): QueueCorruptError {
    return this.corrupt(`the length of an item at byte ${at}, at most ${most},`, length)
  }

  #noCell(entry: number, cell: number): QueueCorruptError {
    return this.corrupt(`the cell of the entry at byte ${entry}, below ${this.#cells},`, cell)
  }
}
