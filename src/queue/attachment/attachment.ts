import type { CellCodec, Span } from '../../codec/index.ts'
import { spanOf } from '../../codec/index.ts'
import type { Core } from '../../core/index.ts'
import {
  ATTEMPTS,
  BEHIND_RETURNED,
  BUSY,
  blocksFor,
  CHAIN,
  CLOSED,
  CORRUPT,
  COUNT,
  DEAD_LETTER,
  DELAYED,
  ENTRIES,
  ENTRY_BYTES,
  FIRST_IN_LINE,
  FULL,
  type Geometry,
  isShutDown,
  KEY_BYTES,
  LENGTH,
  looksDrained,
  MEMORY,
  NOTHING,
  PAYLOAD,
  PUT,
  RELEASE,
  REPLACED,
  RETRY,
  type SharedMemory,
  SUSPECT,
  writeKey,
} from '../../core/index.ts'
import { CodecError, ItemTooLargeError, QueueCorruptError, TooManyInFlightError } from '../../errors.ts'
import { ASKS, link, PUTS } from '../../thread-link.ts'
import type { Side } from '../../wait/index.ts'
import { backOff, wakeTakers } from '../../wait/index.ts'
import {
  addFailure,
  afterFinish,
  clearRecord,
  DueTime,
  type Failure,
  freeBlocks,
  heldBlocks,
  keepWhileHolding,
  type RecordPlace,
  readRecord,
  recordAt,
  snapshotOf,
} from '../recovery/index.ts'

export { DEAD_LETTER, RELEASE, RETRY }

/** Private bytes a long item is encoded into; kept up to this size. */
const KEPT_SCRATCH = 1 << 20

/** An encoded item: its length, if it stands in the staged cell already, else its bytes. */
export type Encoded = number | Buffer

/**
 * This thread at one queue: its ledger, and what can be done at once. Nothing here waits, except for another
 * thread's straight line to end.
 *
 * Of the ledger's entries the first is the stage: an item is encoded into its cell, and the put exchanges the
 * cell for an empty one. The others hold what was taken; `#free` lists those that hold nothing.
 */
export class Attachment<T> {
  readonly shared: SharedMemory
  readonly geometry: Geometry
  readonly ledger: number
  /** threadId + 1. */
  readonly thread: number
  /** So that deliveries and pending calls, and holding an item, keep the queue attached. */
  readonly queue: object
  readonly #label: string
  readonly #core: Core
  readonly #codec: CellCodec<T>
  readonly #span: Span
  readonly #words: Int32Array
  readonly #stage: number
  readonly #free: number[] = []
  /** Items that puts of this thread have dropped to make room. */
  drops = 0
  /** Something stands beside the cells. */
  readonly #stamps: boolean
  #scratch: Span
  /** The bytes whose blocks hang at the staged cell already. */
  #chained: Buffer | undefined
  #encoding = false
  #isKept = false
  #hasPut = false

  constructor(
    shared: SharedMemory,
    codec: CellCodec<T>,
    ledger: number,
    thread: number,
    label: string,
    queue: object,
  ) {
    this.queue = queue
    this.shared = shared
    this.geometry = shared.geometry
    this.ledger = ledger
    this.thread = thread
    this.#label = label
    this.#core = shared.core
    this.#codec = codec
    this.#span = spanOf(shared.memory.buffer)
    this.#words = this.#span.words
    this.#stage = ledger + ENTRIES
    this.#stamps = this.geometry.recordsAt !== 0 || this.geometry.keysAt !== 0
    for (let index = this.geometry.maxInFlight; index > 0; index--) {
      this.#free.push(this.#stage + index * ENTRY_BYTES)
    }
    this.#scratch = spanOf(new ArrayBuffer(0))
  }

  /** Items this thread holds unfinished. */
  get held(): number {
    return this.geometry.maxInFlight - this.#free.length
  }

  get room(): number {
    return this.#free.length
  }

  /**
   * Encodes `item` into the staged cell; one that is too long for it, or while `stageInUse`, into private
   * bytes.
   */
  encode(item: T, stageInUse: boolean): Encoded {
    // A put would take the staged cell away from under the codec that writes into it.
    if (this.#encoding)
      throw new CodecError(`an item was put into ${this.#label} while one was being encoded`)
    const { itemBytes } = this.geometry
    if (stageInUse) return this.#encodePrivately(item, itemBytes)
    if (this.#chained !== undefined) this.unstage()
    const at = this.#cellAt(this.#stage) + PAYLOAD
    const length = this.#write(item, this.#span, at, at + itemBytes)
    return length <= itemBytes ? length : this.#encodePrivately(item, length)
  }

  #encodePrivately(item: T, expected: number): Buffer {
    for (let needed = expected; ; ) {
      this.#refuseTooLong(needed)
      if (this.#scratch.bytes.length < needed) {
        this.#scratch = spanOf(new ArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(4096, needed)))))
      }
      const { bytes } = this.#scratch
      const length = this.#write(item, this.#scratch, 0, bytes.length)
      this.#refuseTooLong(length)
      if (length <= bytes.length) {
        const encoded = Buffer.from(bytes.subarray(0, length))
        if (bytes.length > KEPT_SCRATCH) this.#scratch = spanOf(new ArrayBuffer(0))
        return encoded
      }
      needed = length
    }
  }

  #refuseTooLong(length: number): void {
    const { maxItemBytes } = this.geometry
    if (length <= maxItemBytes) return
    throw new ItemTooLargeError(
      `an item of ${length} bytes is too large for ${this.#label}: maxItemBytes is ${maxItemBytes}`,
    )
  }

  #write(item: T, span: Span, at: number, end: number): number {
    this.#encoding = true
    try {
      return this.#codec.write(item, span, at, end)
    } catch (cause) {
      throw new CodecError(
        `codec ${this.#codec.name} could not encode an item for ${this.#label}${because(cause)}`,
        { cause },
      )
    } finally {
      this.#encoding = false
    }
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
      if (length > this.geometry.itemBytes) {
        let left = this.geometry.cells
        while (this.#chained !== encoded && !this.#chain(encoded, waits || this.geometry.dropsOldest)) {
          if (isShutDown(this.shared)) return this.#closed()
          if (!this.#dropOldestFor(length)) return MEMORY
          // Each item has a cell: a list that goes on runs in a circle.
          if (--left === 0) return MEMORY
        }
      } else {
        if (this.#chained !== undefined) this.unstage()
        this.#span.bytes.set(encoded, this.#cellAt(this.#stage) + PAYLOAD)
      }
    }
    if (this.#stamps) this.#stamp(rank)
    if (!this.#hasPut) {
      this.#hasPut = true
      link()?.uses(this.queue, PUTS)
    }
    let answer = this.#put(length)
    for (let tries = 0; answer === BUSY; tries++) {
      backOff(tries)
      answer = this.#put(length)
    }
    if (answer >= 0) {
      this.#chained = undefined
      if ((answer & 1) === 1) wakeTakers(this.shared)
      if ((answer & REPLACED) !== 0) this.#countDrop()
      return 0
    }
    if (answer === FULL) return PUT
    if (answer === CLOSED) return this.#closed()
    throw this.corrupt()
  }

  #put(length: number): number {
    const answer = this.#core.put(this.ledger, length)
    return answer === FULL && this.geometry.dropsOldest ? this.#core.replace(this.ledger, length) : answer
  }

  /**
   * Drops the oldest item, for the blocks of one of `length` bytes, if this thread is first in line for them.
   * False if there is none, or if too many blocks are in the hands of takers: then others would be dropped in
   * vain.
   */
  #dropOldestFor(length: number): boolean {
    if (!this.geometry.dropsOldest || this.shared.load(FIRST_IN_LINE) !== this.ledger) return false
    if (blocksFor(this.geometry, length) + heldBlocks(this.shared) > this.geometry.blocks) return false
    let answer = this.#core.dropOldest(this.ledger)
    for (let tries = 0; answer === BUSY; tries++) {
      backOff(tries)
      answer = this.#core.dropOldest(this.ledger)
    }
    if (answer === CORRUPT) throw this.corrupt()
    if (answer < 0) return false
    this.#countDrop()
    // It may have been the last one.
    afterFinish(this.shared)
    this.#core.wake(PUT)
    return true
  }

  /** What was dropped stands in the staged cell. */
  #countDrop(): void {
    this.drops++
    this.#freeChain(this.#stage)
  }

  /** A put that found no room and does not wait, by the counter of its kind. */
  countRefusal(counter: number): void {
    Atomics.add(this.#words, (this.ledger + counter) >> 2, 1)
  }

  /** Writes what stands beside the staged cell. */
  #stamp(rank: number): void {
    const { recordsAt, keysAt } = this.geometry
    if (recordsAt !== 0) clearRecord(this.#span, this.#recordAt(this.#stage).at)
    if (keysAt !== 0) writeKey(this.#words, keysAt + this.#cellOf(this.#stage) * KEY_BYTES, rank)
  }

  /** No put succeeds any more: this one's blocks, or its place in line for them, are free. */
  #closed(): -1 {
    this.unstage()
    return -1
  }

  /** Copies a long item into blocks behind the staged cell. False if there are too few just now. */
  #chain(bytes: Buffer, waits: boolean): boolean {
    if (this.#chained !== undefined) this.unstage()
    const { blockBytes, blocksAt } = this.geometry
    const count = blocksFor(this.geometry, bytes.length)
    let answer = this.#core.reserve(this.ledger, count, waits ? 1 : 0)
    for (let tries = 0; answer === BUSY; tries++) {
      backOff(tries)
      answer = this.#core.reserve(this.ledger, count, waits ? 1 : 0)
    }
    if (answer === NOTHING) return false
    // The chain grows at its front, so the last piece goes first.
    for (let piece = count - 1; piece >= 0; piece--) {
      let block = this.#core.pushBlock(this.ledger, this.#stage)
      for (let tries = 0; block === BUSY; tries++) {
        backOff(tries)
        block = this.#core.pushBlock(this.ledger, this.#stage)
      }
      if (block < 0) throw this.corrupt()
      const from = piece * blockBytes
      this.#span.bytes.set(bytes.subarray(from, from + blockBytes), blocksAt + block * blockBytes)
    }
    this.#chained = bytes
    return true
  }

  /** The staged item as private bytes. */
  staged(length: number): Buffer {
    const at = this.#cellAt(this.#stage) + PAYLOAD
    return Buffer.from(this.#span.bytes.subarray(at, at + length))
  }

  /**
   * Gives up a long put: no blocks behind the staged cell, unless they are another's, and no place in line
   * for them.
   */
  unstage(bytes = this.#chained): void {
    let wanted = false
    if (bytes === this.#chained) {
      this.#chained = undefined
      wanted = freeBlocks(this.shared, this.#stage)
    }
    if (this.#core.unreserve(this.ledger) === 1 || wanted) this.#core.wakeAll(MEMORY)
  }

  /** Lets in what is due. Returns in how many ms the next item is due; Infinity if none is delayed. */
  untilDue(): number {
    if (this.#words[DELAYED >> 2] === 0) return Number.POSITIVE_INFINITY
    const { high, low } = DueTime.now()
    for (let tries = 0; ; ) {
      const answer = this.#core.releaseDue(high, low)
      if (answer > 0) return answer
      if (answer === NOTHING) return Number.POSITIVE_INFINITY
      if (answer === CORRUPT) throw this.corrupt()
      // There may be one for another thread, too.
      if (answer === 0) wakeTakers(this.shared)
      else backOff(tries++)
    }
  }

  /** Takes an item. Returns its entry; NOTHING, CLOSED, DISCARDED. */
  take(): number {
    const entry = this.#free[this.#free.length - 1]
    if (entry === undefined) throw this.tooManyInFlight()
    if (this.#words[DELAYED >> 2] !== 0) this.untilDue()
    let answer = this.#core.take(this.ledger, entry)
    for (let tries = 0; answer < 0; tries++) {
      if (answer === BEHIND_RETURNED) {
        answer = this.#core.takeReturned(this.ledger, entry)
        if (answer >= 0) break
        // Another took it first, which says nothing about the ring.
        if (answer === NOTHING) answer = BUSY
      }
      if (answer === CORRUPT) throw this.corrupt()
      if (answer !== BUSY) {
        link()?.uses(this.queue, ASKS)
        return answer
      }
      backOff(tries)
      answer = this.#core.take(this.ledger, entry)
    }
    this.#free.pop()
    if (!this.#isKept) {
      this.#isKept = true
      keepWhileHolding(this)
    }
    if ((answer & 1) === 1) this.#core.wake(PUT)
    return entry
  }

  /** Called by the registry: it no longer keeps this. */
  forget(): void {
    this.#isKept = false
  }

  /** No more may be held, and nothing could be had: a take now would fail for want of room only later. */
  get mustWaitForItem(): boolean {
    return this.#free.length === 0 && looksDrained(this.shared)
  }

  tooManyInFlight(): TooManyInFlightError {
    return new TooManyInFlightError(
      `this thread holds ${this.held} unfinished items of ${this.#label}, and maxInFlight is ${this.geometry.maxInFlight}: ` +
        "call taskDone() after each, raise maxInFlight, or use ack: 'auto'",
    )
  }

  /**
   * Decodes the item of `entry`. An item that cannot be decoded is given up: its bytes go to the dead
   * letters.
   */
  read(entry: number): T {
    try {
      return this.#read(entry)
    } catch (error) {
      if (error instanceof QueueCorruptError) throw error
      const failure = this.#decodeError(error)
      this.requeue(entry, DEAD_LETTER, failure)
      throw failure
    }
  }

  /** Decodes the item of `entry`, which stays as it is. */
  peek(entry: number): T {
    try {
      return this.#read(entry)
    } catch (error) {
      throw error instanceof QueueCorruptError ? error : this.#decodeError(error)
    }
  }

  #decodeError(cause: unknown): CodecError {
    return new CodecError(
      `codec ${this.#codec.name} could not decode an item of ${this.#label}${because(cause)}`,
      { cause },
    )
  }

  #read(entry: number): T {
    const at = this.#cellAt(entry)
    const length = this.#words[(at + LENGTH) >> 2] as number
    const isLong = this.#words[(at + CHAIN) >> 2] !== 0
    if (!isLong && !this.#codec.mayAlias) {
      if (length < 0 || length > this.geometry.itemBytes) throw this.corrupt()
      return this.#codec.read(this.#span, at + PAYLOAD, length)
    }
    const copy = this.bytesOf(entry)
    return this.#codec.read(spanOf(copy.buffer as ArrayBuffer), 0, copy.length)
  }

  /** The encoded item of `entry`, as private bytes at the start of a buffer of their own. */
  bytesOf(entry: number): Buffer {
    const { geometry } = this
    const at = this.#cellAt(entry)
    const length = this.#words[(at + LENGTH) >> 2] as number
    const first = this.#words[(at + CHAIN) >> 2] as number
    if (length < 0 || length > (first === 0 ? geometry.itemBytes : geometry.maxItemBytes))
      throw this.corrupt()
    const copy = Buffer.from(new ArrayBuffer(Math.ceil(length / 8) * 8), 0, length)
    if (first === 0) {
      this.#span.bytes.copy(copy, 0, at + PAYLOAD, at + PAYLOAD + length)
      return copy
    }
    let block = first - 1
    for (let from = 0; from < length; from += geometry.blockBytes) {
      if (block < 0 || block >= geometry.blocks) throw this.corrupt()
      const blockAt = geometry.blocksAt + block * geometry.blockBytes
      this.#span.bytes.copy(copy, from, blockAt, blockAt + Math.min(geometry.blockBytes, length - from))
      block = (this.#words[(geometry.linksAt >> 2) + block] as number) - 1
    }
    return copy
  }

  /** Deliveries of the item of `entry` begun so far, this one included. */
  attempts(entry: number): number {
    return (this.#words[(this.#cellAt(entry) + ATTEMPTS) >> 2] as number) & COUNT
  }

  /** The last thread that held the item of `entry` has died. */
  isSuspect(entry: number): boolean {
    return ((this.#words[(this.#cellAt(entry) + ATTEMPTS) >> 2] as number) & SUSPECT) !== 0
  }

  finish(entry: number): void {
    const watched = this.#core.finish(this.ledger, entry)
    if (this.#words[(this.#cellAt(entry) + CHAIN) >> 2] !== 0) this.#freeChain(entry)
    this.#free.push(entry)
    if (watched === 1) afterFinish(this.shared)
  }

  #freeChain(entry: number): void {
    if (freeBlocks(this.shared, entry)) this.#core.wakeAll(MEMORY)
  }

  /**
   * Gives the item of `entry` back, to be delivered again, after `delay` ms if that is not 0, or given up.
   */
  requeue(entry: number, verdict: number, error?: unknown, delay = 0): void {
    if (error !== undefined && this.geometry.recordsAt !== 0) {
      addFailure(this.#span, this.#recordAt(entry), snapshotOf(error), this.thread - 1)
    }
    const due = delay === 0 ? undefined : DueTime.after(delay)
    const requeue = () =>
      due === undefined
        ? this.#core.requeue(this.ledger, entry, verdict)
        : this.#core.delay(this.ledger, entry, due.high, due.low)
    let answer = requeue()
    for (let tries = 0; answer === BUSY; tries++) {
      backOff(tries)
      answer = requeue()
    }
    if (answer === CORRUPT) throw this.corrupt()
    this.#freeChain(entry)
    this.#free.push(entry)
    wakeTakers(this.shared)
    if (this.geometry.dropsOldest) {
      // Those who found nothing that they could drop.
      this.#core.wakeAll(PUT)
      this.#core.wakeAll(MEMORY)
    }
    afterFinish(this.shared)
  }

  /** Takes a doomed item into an entry; 0 if there is none, or no free entry. */
  takeDeadLettered(): number {
    const entry = this.#free[this.#free.length - 1]
    if (entry === undefined) return 0
    let answer = this.#core.takeDeadLettered(this.ledger, entry)
    for (let tries = 0; answer === BUSY; tries++) {
      backOff(tries)
      answer = this.#core.takeDeadLettered(this.ledger, entry)
    }
    if (answer < 0) return 0
    this.#free.pop()
    if ((answer & 1) === 1) this.#core.wake(PUT)
    return entry
  }

  /** What went wrong with the item of `entry` so far. */
  failures(entry: number): Failure[] {
    return readRecord(this.#span, this.#recordAt(entry))
  }

  corrupt(): QueueCorruptError {
    return new QueueCorruptError(`the shared memory of ${this.#label} is damaged`)
  }

  #cellOf(entry: number): number {
    const cell = this.#words[entry >> 2] as number
    if (cell < 0 || cell >= this.geometry.cells) throw this.corrupt()
    return cell
  }

  #cellAt(entry: number): number {
    return this.geometry.cellsAt + this.#cellOf(entry) * this.geometry.cellBytes
  }

  #recordAt(entry: number): RecordPlace {
    return recordAt(this.geometry, this.#cellOf(entry))
  }
}

function because(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : ''
}
