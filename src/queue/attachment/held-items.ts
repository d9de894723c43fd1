import { counted } from '../../check.ts'
import { copyOut, newBytes } from '../../codec/index.ts'
import {
  ASIDE,
  BEHIND_RETURNED,
  BUSY,
  CORRUPT,
  type Core,
  DEAD_LETTER,
  DELAYED,
  DISCARDED,
  DROPPED,
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  HAS_BEGUN,
  HELD,
  IS_REVOKING,
  IS_WATCHED,
  looksDrained,
  MAX_BATCH,
  NOTHING,
  PUT,
  RETURNED,
  type SharedMemory,
  STALE,
} from '../../core/index.ts'
import { QueueCorruptError, TooManyInFlightError } from '../../errors.ts'
import { ASKS, link } from '../../thread-link.ts'
import { backOff, untilDone, wakeTakers } from '../../wait/index.ts'
import { FetchedAhead, FreeEntries } from '../entries/index.ts'
import {
  addFailure,
  afterFinish,
  afterRevoking,
  DueTime,
  type Failure,
  keepWhileHolding,
  readRecord,
  revokeEntry,
  revokeOne,
  revokeStale,
  snapshotOf,
  wakeForReturned,
} from '../recovery/index.ts'
import { BlockChain } from './block-chain.ts'
import type { Cells } from './cells.ts'
import type { ItemEncoder } from './encoder.ts'

/** A consumer looks after so many fetches whether others hold back what they fetched. */
const FETCHES_UNTIL_LOOK = 16

/**
 * The items that this thread has taken from one queue and not settled, by the entries of its ledger. Nothing
 * here waits, except for another thread's straight line to end.
 */
export class HeldItems<T> {
  /** The queue object of this thread, kept while it holds items: only by that can they be settled. */
  readonly queue: object
  readonly #shared: SharedMemory
  /** As `#shared` has it, one load nearer on the way of every item. */
  readonly #core: Core
  readonly #ledger: number
  readonly #thread: number
  readonly #cells: Cells
  readonly #encoder: ItemEncoder<T>
  readonly #chain: BlockChain
  readonly #label: string
  readonly #words: Int32Array
  readonly #itemBytes: number
  /** The items are numbers that slots carry: they need no decoding. */
  readonly #areNumbers: boolean
  /** An item may lie in blocks. */
  readonly #hasBlocks: boolean
  readonly #free: FreeEntries
  #firstTaken = 0
  readonly #ahead: FetchedAhead
  /** The fetches of other threads at the last look for stale ones. */
  readonly #fetches: number[] = []
  #untilLook = FETCHES_UNTIL_LOOK
  #isKept = false
  #detachedError: (() => Error) | undefined

  /** `thread`: this thread's id in shared memory, threadId + 1. */
  constructor(
    shared: SharedMemory,
    ledger: number,
    thread: number,
    cells: Cells,
    encoder: ItemEncoder<T>,
    label: string,
    queue: object,
  ) {
    this.queue = queue
    this.#shared = shared
    this.#core = shared.core
    this.#ledger = ledger
    this.#thread = thread
    this.#cells = cells
    this.#encoder = encoder
    this.#chain = new BlockChain(shared, ledger, cells)
    this.#label = label
    this.#words = cells.span.words
    this.#itemBytes = shared.geometry.itemBytes
    this.#areNumbers = encoder.areNumbers
    this.#hasBlocks = shared.geometry.blocks > 0 && shared.geometry.valueBytes === 0
    this.#ahead = new FetchedAhead(shared, ledger)
    this.#free = new FreeEntries(ledger + ENTRIES + ENTRY_BYTES, shared.geometry.maxInFlight)
  }

  /** Items that this thread holds or has fetched ahead. */
  get count(): number {
    if (this.#detachedError !== undefined) return 0
    return this.#shared.geometry.maxInFlight - this.#free.size
  }

  /** The number of an entry, from 1. */
  indexOf(entry: number): number {
    // By 8, as in FreeEntries.
    return (entry - this.#ledger - ENTRIES) >> 3
  }

  /** How many more items it may hold. Those that it has fetched ahead it does not hold yet. */
  get room(): number {
    return this.#free.size + this.#ahead.size
  }

  /**
   * No more may be held, and nothing can be had: a take now would fail for want of room only later. An item
   * that another thread has fetched ahead can be had, so it comes back, for whoever may hold it.
   */
  mustWaitForItem(): boolean {
    if (this.room > 0 || !looksDrained(this.#shared)) return false
    if (!revokeOne(this.#shared, this.#ledger)) return true
    afterRevoking(this.#shared, this.#ledger)
    return false
  }

  /** Takes an item. Returns its entry; NOTHING, CLOSED, DISCARDED. @throws TooManyInFlightError */
  take(): number {
    if (!this.#ahead.isEmpty) {
      const next = this.#takeNext()
      if (next > 0) return next
    }
    const entry = this.#free.next
    if (entry === 0) throw this.#noEntryError()
    if (this.#words[DELAYED >> 2] !== 0) this.untilDueMs()
    const answer = this.#core.take(this.#ledger, entry)
    if (answer < 0) return this.#takeAgain(entry, answer)
    this.#took(answer)
    return entry
  }

  /** As take, after a first try that had this answer. */
  #takeAgain(entry: number, first: number): number {
    const core = this.#core
    let answer = first
    for (let tries = 0; answer < 0; tries++) {
      if (answer === BEHIND_RETURNED) {
        answer = core.takeReturned(this.#ledger, entry)
        if (answer >= 0) break
        // Another thread took it first, which says nothing about the ring.
        if (answer === NOTHING) answer = BUSY
      }
      if (answer === CORRUPT) throw this.#cells.refused('a take', entry)
      if (answer !== BUSY) {
        // Items that another thread has fetched ahead and not begun come last.
        if (answer !== DISCARDED && revokeOne(this.#shared, this.#ledger)) {
          answer = BEHIND_RETURNED
          continue
        }
        link()?.uses(this.queue, ASKS)
        return answer
      }
      backOff(tries)
      answer = core.take(this.#ledger, entry)
    }
    this.#took(answer)
    return entry
  }

  /**
   * As take. If more items are there, it fetches some of them too: the next takes of this thread begin them,
   * unless another thread that finds nothing revokes them.
   */
  takeAhead(): number {
    if (!this.#ahead.isEmpty) {
      const entry = this.#takeNext()
      if (entry > 0) return entry
    }
    this.#lookForStale()
    const width = this.#free.nextRun(this.#ahead.width)
    if (width > 1) {
      const first = this.#free.next
      const count = this.#takeBatch(first, width, this.#ahead.nextFetch())
      if (count === width) this.#ahead.grow()
      if (count > 1) this.#ahead.set(first + ENTRY_BYTES, count - 1)
      if (count > 0) return first
    }
    const taken = this.take()
    if (taken > 0) this.#ahead.grow()
    return taken
  }

  /** takeAhead takes at most `items` at once. */
  limitAhead(items: number): void {
    this.#ahead.limit(items)
  }

  /** The first entry of those that takeRun took last. */
  get firstTaken(): number {
    return this.#firstTaken
  }

  /**
   * Takes up to `max` items at once, into the entries from `firstTaken` on. Returns how many; 0: `take` says
   * why.
   */
  takeRun(max: number): number {
    if (!this.#ahead.isEmpty) return 0
    const width = this.#free.nextRun(Math.min(max, this.#shared.geometry.batch))
    if (width < 2) return 0
    this.#firstTaken = this.#free.next
    return this.#takeBatch(this.#firstTaken, width, 0)
  }

  /** Gives back what was fetched ahead and not begun: other threads may take it. */
  releaseAhead(): void {
    if (this.#detachedError !== undefined || this.#ahead.isEmpty) return
    for (let entry = this.#ahead.shift(); entry > 0; entry = this.#ahead.shift()) {
      revokeEntry(this.#shared, this.#ledger, entry)
      this.#free.free(entry)
    }
    afterRevoking(this.#shared, this.#ledger)
  }

  /** An item that came back comes first, then the next that was fetched ahead; 0 if all were revoked. */
  #takeNext(): number {
    if (this.#words[DELAYED >> 2] !== 0) this.untilDueMs()
    if (this.#words[RETURNED >> 2] !== 0) {
      const entry = this.#takeReturned()
      if (entry > 0) return entry
    }
    return this.#beginNext()
  }

  /** Takes an item that came back. Returns its entry; 0 if there is none, or it cannot be held. */
  #takeReturned(): number {
    const entry = this.#free.next
    if (entry === 0) return 0
    const answer = untilDone(() => this.#core.takeReturned(this.#ledger, entry))
    if (answer === CORRUPT) throw this.#cells.refused('a take', entry)
    if (answer < 0) return 0
    this.#took(answer)
    return entry
  }

  #beginNext(): number {
    for (let entry = this.#ahead.shift(); entry > 0; entry = this.#ahead.shift()) {
      if (this.#begins(entry)) return entry
      this.#free.free(entry)
      this.#ahead.shrink()
    }
    return 0
  }

  #begins(entry: number): boolean {
    for (let tries = 0; ; tries++) {
      const answer = this.#core.begin(entry)
      if (answer !== BUSY) return answer === 1
      backOff(tries)
    }
  }

  /**
   * Takes up to `width` items into the free entries from `entry` on. Returns how many; 0: `take` says why.
   */
  #takeBatch(entry: number, width: number, ahead: number): number {
    if (this.#words[DELAYED >> 2] !== 0) this.untilDueMs()
    let answer = this.#core.takeBatch(this.#ledger, ahead, width, entry)
    for (let tries = 0; answer === BUSY; tries++) {
      backOff(tries)
      answer = this.#core.takeBatch(this.#ledger, ahead, width, entry)
    }
    if (answer < 0) return 0
    this.#free.useRun(answer >> 1)
    if (!this.#isKept) this.#keep()
    if ((answer & 1) === 1) this.#core.wake(PUT)
    return answer >> 1
  }

  /** An item is in the next free entry. `answer` says whether a putter must be woken. */
  #took(answer: number): void {
    this.#free.useNext()
    if (!this.#isKept) this.#keep()
    if ((answer & 1) === 1) this.#core.wake(PUT)
  }

  /**
   * Now and then lets come back what other consumers fetched and have not begun for long: it is older than
   * what this one would take.
   */
  #lookForStale(): void {
    if (--this.#untilLook > 0) return
    this.#untilLook = FETCHES_UNTIL_LOOK
    // The next take gets what came back; more of it is for others.
    if (revokeStale(this.#shared, this.#ledger, this.#fetches)) afterRevoking(this.#shared, this.#ledger)
  }

  #keep(): void {
    this.#isKept = true
    keepWhileHolding(this)
  }

  /** Called by the registry, which no longer keeps the queue object. */
  forget(): void {
    this.#isKept = false
  }

  /** Lets in what is due. Returns in how many ms the next item is due; Infinity if none is delayed. */
  untilDueMs(): number {
    if (this.#words[DELAYED >> 2] === 0) return Number.POSITIVE_INFINITY
    const { high, low } = DueTime.now()
    for (let tries = 0; ; ) {
      const answer = this.#core.releaseDue(high, low)
      if (answer > 0) return answer
      if (answer === NOTHING) return Number.POSITIVE_INFINITY
      if (answer === CORRUPT) throw this.#cells.corrupt('the answer of the list of delayed items', answer)
      // There may be one for another thread, too.
      if (answer === 0) wakeTakers(this.#shared)
      else backOff(tries++)
    }
  }

  /**
   * Decodes the item of `entry`. An item that cannot be decoded is settled: its bytes go to the dead letters,
   * else it is finished. @throws CodecError; DetachedError if the codec itself has detached the thread
   */
  read(entry: number): T {
    return this.#areNumbers ? (this.#cells.number(entry) as T) : this.#decode(entry)
  }

  #decode(entry: number): T {
    let item: T
    try {
      item = this.#read(entry)
    } catch (error) {
      if (error instanceof QueueCorruptError) throw error
      const failure = this.#encoder.decodeError(error)
      if (this.#detachedError === undefined) this.requeue(entry, DEAD_LETTER, failure)
      throw failure
    }
    if (this.#detachedError !== undefined) throw this.#detachedError()
    return item
  }

  /**
   * Decodes the items of the `count` entries from `entry` on into `items`, from index `to` on. Returns how
   * many: the next, if there is one, is for `read`.
   */
  readRun(entry: number, count: number, items: { [index: number]: T }, to: number): number {
    if (!this.#areNumbers) return 0
    this.#cells.readNumbers(entry, count, items, to)
    return count
  }

  /** Decodes the item of `entry`, which stays as it is. @throws CodecError */
  peek(entry: number): T {
    try {
      return this.#read(entry)
    } catch (error) {
      throw error instanceof QueueCorruptError ? error : this.#encoder.decodeError(error)
    }
  }

  /** The encoded item of `entry`, in an ArrayBuffer of its own. */
  bytesOf(entry: number): Uint8Array<ArrayBuffer> {
    const at = this.#cells.at(entry)
    const isLong = this.#cells.chain(at) !== 0
    const { maxItemBytes } = this.#shared.geometry
    const length = this.#cells.length(at, isLong ? maxItemBytes : this.#itemBytes)
    if (!isLong) return copyOut(this.#cells.span.bytes, this.#cells.payloadAt(entry), length)
    const copy = newBytes(length)
    this.#chain.read(entry, length, copy)
    return copy
  }

  attemptsOf(entry: number): number {
    return this.#cells.attempts(this.#cells.at(entry))
  }

  isSuspect(entry: number): boolean {
    return this.#cells.isSuspect(this.#cells.at(entry))
  }

  /** The failures of the item of `entry` so far. */
  failuresOf(entry: number): Failure[] {
    return readRecord(this.#cells.span, this.#cells.recordOf(entry))
  }

  /**
   * Finishes the item of `entry`, and begins the next one that was fetched ahead. Returns the entry of that;
   * 0: a take must say what comes next.
   */
  finishAndBegin(entry: number): number {
    const words = this.#words
    // Those come before what was fetched ahead.
    const areOthers = words[RETURNED >> 2] !== 0 || words[DELAYED >> 2] !== 0
    const next = areOthers || this.#hasBlocks ? 0 : this.#ahead.shift()
    if (next === 0) {
      this.finish(entry)
      return 0
    }
    const answer = this.#core.finishAndBegin(this.#ledger, entry, next)
    if (answer === STALE) throw this.#cells.refused('finishing an item', entry)
    this.#free.free(entry)
    if ((answer & IS_WATCHED) !== 0) afterFinish(this.#shared)
    if ((answer & HAS_BEGUN) !== 0) return next
    if ((answer & IS_REVOKING) !== 0 && this.#begins(next)) return next
    this.#free.free(next)
    this.#ahead.shrink()
    return 0
  }

  /** The item of `entry` is not begun, or it is after all. See ASIDE. */
  setAside(entry: number, isAside: boolean): void {
    Atomics.store(this.#words, (entry + ENTRY_STATE) >> 2, isAside ? ASIDE : HELD)
  }

  finish(entry: number): void {
    const isWatched = this.#core.finish(this.#ledger, entry)
    if (this.#hasBlocks) this.#chain.freeIfLong(entry)
    this.#free.free(entry)
    if (isWatched === 1) afterFinish(this.#shared)
  }

  /** Finishes the items of the `count` entries from `entry` on. */
  finishRun(entry: number, count: number): void {
    for (let done = 0; done < count; done += MAX_BATCH) {
      this.#finishBatch(entry + done * ENTRY_BYTES, Math.min(MAX_BATCH, count - done))
    }
  }

  /** Finishes the items of `entries`. */
  finishAll(entries: readonly number[]): void {
    for (let from = 0; from < entries.length; ) {
      const first = entries[from] as number
      let count = 1
      while (entries[from + count] === first + count * ENTRY_BYTES) count++
      this.finishRun(first, count)
      from += count
    }
  }

  #finishBatch(entry: number, count: number): void {
    const isWatched = this.#core.finishBatch(this.#ledger, count, entry)
    if (isWatched === STALE) throw this.#cells.refused('finishing items', entry)
    if (this.#hasBlocks) {
      for (let index = 0; index < count; index++) this.#chain.freeIfLong(entry + index * ENTRY_BYTES)
    }
    this.#free.freeRun(entry, count)
    if (isWatched === 1) afterFinish(this.#shared)
  }

  /** Finishes an item that no dead-letter queue takes, and counts it as dropped. */
  drop(entry: number): void {
    this.finish(entry)
    this.#shared.countRefusal(this.#ledger, DROPPED)
  }

  /**
   * Requeues the item of `entry` by a verdict: RETRY after `delay` ms, RELEASE, or DEAD_LETTER. `error` is
   * added to its failure history.
   */
  requeue(entry: number, verdict: number, error?: unknown, delay = 0): void {
    const { core, geometry } = this.#shared
    if (error !== undefined && geometry.recordsAt !== 0) {
      addFailure(this.#cells.span, this.#cells.recordOf(entry), snapshotOf(error), this.#thread - 1)
    }
    const due = delay === 0 ? undefined : DueTime.after(delay)
    const answer = untilDone(() =>
      due === undefined
        ? core.requeue(this.#ledger, entry, verdict)
        : core.delay(this.#ledger, entry, due.high, due.low),
    )
    if (answer === CORRUPT) throw this.#cells.refused('requeuing an item', entry)
    this.#chain.free(entry)
    this.#free.free(entry)
    wakeForReturned(this.#shared)
    afterFinish(this.#shared)
  }

  /**
   * Takes an item that waits for room among the dead letters. Returns its entry; 0 if there is none, or no
   * room.
   */
  takeDeadLettered(): number {
    const { core } = this.#shared
    const entry = this.#free.next
    if (entry === 0) return 0
    const answer = untilDone(() => core.takeDeadLettered(this.#ledger, entry))
    if (answer < 0) return 0
    // No delivery: a thread that only puts moves letters, too, and is no taker by that.
    this.#free.useNext()
    if ((answer & 1) === 1) core.wake(PUT)
    return entry
  }

  /** The thread has detached: no more can be taken. So a take needs no other look at that. */
  detach(error: () => Error): void {
    this.#free.clear()
    this.#ahead.clear()
    this.#detachedError = error
  }

  #noEntryError(): Error {
    return this.#detachedError?.() ?? this.tooManyInFlight()
  }

  tooManyInFlight(): TooManyInFlightError {
    return new TooManyInFlightError(
      `this thread holds ${counted(this.count, 'unfinished item')} of ${this.#label}, and maxInFlight is ` +
        `${this.#shared.geometry.maxInFlight}: call taskDone() after each, raise maxInFlight, or use ack: 'auto'`,
    )
  }

  #read(entry: number): T {
    const at = this.#cells.at(entry)
    if (this.#cells.chain(at) === 0) {
      const length = this.#cells.length(at, this.#itemBytes)
      return this.#encoder.decode(this.#cells.span, this.#cells.payloadAt(entry), length)
    }
    const length = this.#cells.length(at, this.#shared.geometry.maxItemBytes)
    return this.#encoder.decodePieces(length, (bytes) => this.#chain.read(entry, length, bytes))
  }
}
