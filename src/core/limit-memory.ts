import type { Core } from './instance.ts'
import { instantiateLimits } from './instance.ts'
import {
  ARRIVAL,
  ASYNC_WAKE,
  BURST,
  CALLED,
  CELL_BYTES,
  CHANGED,
  CONCURRENCY,
  FRESH,
  GRANTED,
  HASH,
  INTERVAL,
  KEY_BYTES,
  LEDGER_BYTES,
  LEDGERS,
  LEDGERS_AT,
  LIMIT,
  LIVE,
  NEXT,
  NOT_BEFORE,
  OWNER,
  PASSED,
  PLACES,
  REFUSED,
  STATE,
  STEP,
  TICKET,
  USED,
  VERSION,
  WAITERS,
  WAITING,
  WAKE,
  WEIGHT,
} from './limits/index.ts'

/** The sizes of a rate limiter, of which its offsets follow. */
export interface LimitGeometry {
  readonly maxThreads: number
  readonly maxKeys: number
}

/** Four words that identify a key. */
export type KeyHash = readonly [number, number, number, number]

/** Allocates the memory of a rate limiter, and reads the words of it. Keys and ledgers are numbers from 0. */
export class LimitMemory {
  readonly memory: WebAssembly.Memory
  readonly geometry: LimitGeometry
  readonly core: Core
  readonly words: Int32Array
  readonly #floats: Float64Array
  readonly buckets: number
  readonly #bucketsAt: number
  readonly keysAt: number
  readonly #cellsAt: number

  constructor(memory: WebAssembly.Memory, geometry: LimitGeometry) {
    const { maxThreads, maxKeys } = geometry
    this.memory = memory
    this.geometry = geometry
    this.core = instantiateLimits(memory)
    this.words = new Int32Array(memory.buffer)
    this.#floats = new Float64Array(memory.buffer)
    this.buckets = bucketsFor(maxKeys)
    this.#bucketsAt = LEDGERS_AT + maxThreads * LEDGER_BYTES
    this.keysAt = this.#bucketsAt + roundUp(this.buckets * 4)
    this.#cellsAt = this.keysAt + maxKeys * KEY_BYTES
  }

  /** The bytes that a limiter of these sizes needs. */
  static bytesFor({ maxThreads, maxKeys }: LimitGeometry): number {
    const table = roundUp(bucketsFor(maxKeys) * 4) + maxKeys * KEY_BYTES
    return LEDGERS_AT + maxThreads * LEDGER_BYTES + table + maxThreads * maxKeys * CELL_BYTES
  }

  ledgerAt(ledger: number): number {
    return LEDGERS_AT + ledger * LEDGER_BYTES
  }

  bucketAt(hash: KeyHash): number {
    return this.#bucketsAt + ((hash[0] & (this.buckets - 1)) << 2)
  }

  keyAt(key: number): number {
    return this.keysAt + key * KEY_BYTES
  }

  cellAt(ledger: number, key: number): number {
    return this.#cellsAt + (ledger * this.geometry.maxKeys + key) * CELL_BYTES
  }

  get version(): number {
    return this.#load(VERSION)
  }

  /** Keys from this number on were never used. */
  get fresh(): number {
    return Math.min(this.#load(FRESH) >>> 0, this.geometry.maxKeys)
  }

  /** The keys in use. */
  get live(): number {
    return this.#load(LIVE)
  }

  /** Ledgers from this number on were never claimed. */
  get ledgersUsed(): number {
    return Math.min(this.#load(LEDGERS) >>> 0, this.geometry.maxThreads)
  }

  /** threadId + 1; 0: none. */
  ownerOf(ledger: number): number {
    return this.#load(this.ledgerAt(ledger) + OWNER)
  }

  /** The number of the key after the one that the word at `link` refers to; -1: none. */
  follow(link: number): number {
    return this.#load(link) - 1
  }

  linkOf(key: number): number {
    return this.keyAt(key) + NEXT
  }

  isLive(key: number): boolean {
    return this.#load(this.keyAt(key) + STATE) === 1
  }

  /** By plain loads: each line that uses the key looks again. */
  holds(key: number, hash: KeyHash): boolean {
    const at = this.keyAt(key) >> 2
    const { words } = this
    return (
      words[at] === hash[0] &&
      words[at + 1] === hash[1] &&
      words[at + 2] === hash[2] &&
      words[at + 3] === hash[3] &&
      words[at + (STATE >> 2)] === 1
    )
  }

  hashOf(key: number): KeyHash {
    const at = this.keyAt(key) + HASH
    return [this.#load(at), this.#load(at + 4), this.#load(at + 8), this.#load(at + 12)]
  }

  /** When a grant of `weight` is due, in ns, if nobody else is granted any. */
  dueAt(key: number, weight: number): number {
    const at = this.keyAt(key) >> 3
    const floats = this.#floats
    const due =
      (floats[at + (ARRIVAL >> 3)] as number) +
      (weight - (floats[at + (BURST >> 3)] as number)) * (floats[at + (STEP >> 3)] as number)
    const notBefore = floats[at + (NOT_BEFORE >> 3)] as number
    return due > notBefore ? due : notBefore
  }

  limitOf(key: number): number {
    return this.#float(this.keyAt(key) + LIMIT)
  }

  grantedOf(key: number): number {
    return this.#float(this.keyAt(key) + GRANTED)
  }

  /** The places of the key; 0: any number. */
  placesOf(key: number): number {
    return this.#load(this.keyAt(key) + CONCURRENCY)
  }

  usedOf(key: number): number {
    return this.#load(this.keyAt(key) + USED)
  }

  hasPlace(key: number): boolean {
    const places = this.placesOf(key)
    return places === 0 || this.usedOf(key) < places
  }

  /** Threads that have waiters for the key. */
  waitersOf(key: number): number {
    return this.#load(this.keyAt(key) + WAITERS)
  }

  /** What can be told without the lock. */
  mayBeIdle(key: number, now: number): boolean {
    const at = this.keyAt(key)
    const paidOff = this.#float(at + ARRIVAL) + this.#float(at + INTERVAL)
    return (
      this.usedOf(key) === 0 &&
      this.waitersOf(key) === 0 &&
      paidOff <= now &&
      this.#float(at + NOT_BEFORE) <= now
    )
  }

  /** The places that the thread of the ledger has. */
  heldBy(ledger: number, key: number): number {
    return this.#load(this.cellAt(ledger, key) + PLACES)
  }

  setWaiting(ledger: number, key: number, count: number): void {
    Atomics.store(this.words, (this.cellAt(ledger, key) + WAITING) >> 2, count)
  }

  waitingOf(ledger: number, key: number): number {
    return this.#load(this.cellAt(ledger, key) + WAITING)
  }

  /**
   * The ledger whose waiter came first, of those other than `own` that are not passed over; -1: none. With a
   * `ticket`, only of those that came before it. `before`: how many these are.
   */
  firstInLine(key: number, own: number, ticket = 0): { first: number; before: number } {
    let first = -1
    let before = 0
    let least = 0
    const used = this.ledgersUsed
    for (let ledger = 0; ledger < used; ledger++) {
      if (ledger === own) continue
      const other = this.ticketOf(ledger, key)
      if (other === 0 || (other & PASSED) !== 0) continue
      if (ticket !== 0 && ((other - ticket) | 0) > 0) continue
      before++
      if (first >= 0 && ((other - least) | 0) > 0) continue
      first = ledger
      least = other
    }
    return { first, before }
  }

  ticketOf(ledger: number, key: number): number {
    return this.#load(this.cellAt(ledger, key) + TICKET)
  }

  /** When the turn of the oldest waiter of the ledger has come, or will come, in ns; if there is a place. */
  turnOf(ledger: number, key: number): number {
    const due = this.dueAt(key, this.#load(this.cellAt(ledger, key) + WEIGHT))
    return Math.max(due, this.#float(this.keyAt(key) + CHANGED))
  }

  /** Read before a look; a sleep on it ends if a wake came since. */
  wakeIndex(ledger: number): number {
    return (this.ledgerAt(ledger) + WAKE) >> 2
  }

  asyncWakeIndex(ledger: number): number {
    return (this.ledgerAt(ledger) + ASYNC_WAKE) >> 2
  }

  /** The thread of the ledger is to look at the key. */
  call(ledger: number, key: number): void {
    Atomics.store(this.words, (this.cellAt(ledger, key) + CALLED) >> 2, 1)
    this.core.wakeLimits(this.ledgerAt(ledger))
  }

  /** True if the thread was to look at the key. To be called before the look. */
  takeCall(ledger: number, key: number): boolean {
    const index = (this.cellAt(ledger, key) + CALLED) >> 2
    return Atomics.load(this.words, index) !== 0 && Atomics.exchange(this.words, index, 0) !== 0
  }

  /** The owner of the ledger was refused. */
  countRefusal(ledger: number): void {
    const index = (this.ledgerAt(ledger) + REFUSED) >> 3
    this.#floats[index] = (this.#floats[index] as number) + 1
  }

  /** Calls that were refused, in all threads so far. */
  get refused(): number {
    let sum = 0
    for (let ledger = this.ledgersUsed - 1; ledger >= 0; ledger--) {
      sum += this.#float(this.ledgerAt(ledger) + REFUSED)
    }
    return sum
  }

  #load(at: number): number {
    return Atomics.load(this.words, at >> 2)
  }

  #float(at: number): number {
    return this.#floats[at >> 3] as number
  }
}

function bucketsFor(maxKeys: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, maxKeys)))
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 128) * 128
}
