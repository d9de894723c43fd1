import { type Span, spanOf } from '../../codec/index.ts'
import {
  ATTEMPTS,
  CHAIN,
  COUNT,
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
  readonly #valueOffset: number
  readonly #isInt32: boolean

  constructor(shared: SharedMemory, label: string) {
    this.geometry = shared.geometry
    this.span = spanOf(shared.memory.buffer)
    this.#words = this.span.words
    this.#label = label
    const { cells, cellsAt, cellBytes, valueBytes, valueOffset } = shared.geometry
    this.#cells = cells
    this.#cellsAt = cellsAt
    this.#cellBytes = cellBytes
    this.#valueOffset = valueOffset
    this.#isInt32 = valueBytes === 4
  }

  /** Where the cell of `entry` begins, in bytes. The methods below take this address. */
  at(entry: number): number {
    return this.#cellsAt + this.#cellOf(entry) * this.#cellBytes
  }

  /** Where the item of `entry` begins, in bytes, unless it lies in blocks. */
  payloadAt(entry: number): number {
    return this.#valueOffset > 0 ? entry + this.#valueOffset : this.at(entry) + PAYLOAD
  }

  /** Bytes of the encoded item, `most` at most: what fits into a cell, or maxItemBytes with a chain. */
  length(at: number, most: number): number {
    if (this.#valueOffset > 0) return this.geometry.valueBytes
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

  /** The number of `entry`, if slots carry values and these are numbers. */
  number(entry: number): number {
    const at = entry + this.#valueOffset
    return (this.#isInt32 ? this.#words[at >> 2] : this.span.doubles[at >> 3]) as number
  }

  /** Reads the numbers of the `count` entries from `first` on into `items`, from index `to` on, likewise. */
  readNumbers(first: number, count: number, items: { [index: number]: unknown }, to: number): void {
    // V8 would load and check fields again for each item.
    const { doubles, words } = this.span
    const at = (first + this.#valueOffset) >> 3
    if (this.#isInt32) for (let index = 0; index < count; index++) items[to + index] = words[(at + index) * 2]
    else for (let index = 0; index < count; index++) items[to + index] = doubles[at + index]
  }

  /** Writes a number likewise, as its codec would. False if the codec would not. */
  writeNumber(entry: number, item: unknown): boolean {
    if (typeof item !== 'number') return false
    const at = entry + this.#valueOffset
    if (!this.#isInt32) this.span.doubles[at >> 3] = item
    else if ((item | 0) === item) this.#words[at >> 2] = item
    else return false
    return true
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
