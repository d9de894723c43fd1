import { type Geometry, ledgerAt } from './geometry.ts'
import { type Core, instantiate } from './instance.ts'
import type { ParkingLot } from './threads/index.ts'
import { AHEAD, FINISHED, HEAD, LEDGERS_USED, MISSED_WAKES, RETURNED, SHUT, TAIL } from './words/index.ts'

/** One queue's memory in one thread: the operations, and reads and waits beside them. */
export interface Shared {
  readonly core: Core
  readonly geometry: Geometry
  /**
   * Threads that select from this queue sleep on it. It is the parking lot of the thread that made the queue.
   */
  readonly lot: ParkingLot
  load(at: number): number
  /** `Atomics.wait` on the word at byte offset `at`, for at most `ms`. */
  wait(at: number, expected: number, ms: number): void
  /** As `wait`, for a sleep that may end at any time: its thread looks again in any case. */
  nap(at: number, expected: number, ms: number): void
  /** `Atomics.notify` of all threads that sleep on the word at byte offset `at`. */
  notify(at: number): void
  /**
   * The longest sleep of a waiter, in ms: then it looks again without a wake. By design no wake is missing.
   * If a dying sleeper consumed one, its recoverer wakes all waiters, but the main thread may learn of the
   * death late.
   */
  readonly safetyTimeoutMs: number
  /** The owner of `ledger` found something after its safety timeout, for which no thread had woken it. */
  noteMissedWake(ledger: number): void
}

/**
 * A waker publishes first and moves the word of the waiter a moment later, or long after if the system
 * suspends the waker in between. A wake counts as missed if the word does not move within this time after the
 * look.
 */
export const WAKE_UNDER_WAY_MS = 100

/** Tests set the variable to `never`, so that a missing wake makes them fail. */
const SAFETY_TIMEOUT_MS = process.env.MILLRACE_SAFETY_TIMEOUT === 'never' ? Number.POSITIVE_INFINITY : 1000

/**
 * Bytes of other memory that each queue reserves, so that V8 collects dropped queues sooner. Before Node 26
 * V8 does not count shared memory: thousands of dropped queues were kept (1 GB measured; with this 150 MB).
 */
const WEIGHT_BYTES = Number.parseInt(process.versions.node, 10) < 26 ? 2 ** 18 : 0

/** A resizable buffer reserves addresses only: unlike one of fixed size, it is not filled with zeroes. */
function weight(): ArrayBuffer {
  const Resizable = ArrayBuffer as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer
  return new Resizable(WEIGHT_BYTES, { maxByteLength: WEIGHT_BYTES })
}

export class SharedMemory implements Shared {
  readonly weight = weight()
  readonly core: Core
  readonly words: Int32Array
  readonly memory: WebAssembly.Memory
  readonly geometry: Geometry
  readonly lot: ParkingLot
  readonly safetyTimeoutMs = SAFETY_TIMEOUT_MS

  constructor(memory: WebAssembly.Memory, geometry: Geometry, lot: ParkingLot) {
    this.memory = memory
    this.geometry = geometry
    this.lot = lot
    this.core = instantiate(memory, geometry)
    this.words = new Int32Array(memory.buffer)
  }

  load(at: number): number {
    return Atomics.load(this.words, at >> 2)
  }

  wait(at: number, expected: number, ms: number): void {
    Atomics.wait(this.words, at >> 2, expected, ms)
  }

  nap(at: number, expected: number, ms: number): void {
    this.wait(at, expected, ms)
  }

  notify(at: number): void {
    Atomics.notify(this.words, at >> 2)
  }

  noteMissedWake(ledger: number): void {
    this.#count(ledger + MISSED_WAKES)
  }

  /**
   * The owner of `ledger` could not put because the queue was full, or could not pass an item on to the dead
   * letters. `counter` is REJECTED or DROPPED.
   */
  countRefusal(ledger: number, counter: number): void {
    this.#count(ledger + counter)
  }

  #count(at: number): void {
    Atomics.add(this.words, at >> 2, 1)
  }
}

export function isShutDown(shared: Shared): boolean {
  return (shared.load(TAIL) & SHUT) !== 0
}

export function isDiscarding(shared: Shared): boolean {
  return (shared.load(HEAD) & SHUT) !== 0
}

/**
 * Number of items in the ring, deque or heap. An item counts once its slot is claimed, before it is
 * published.
 */
export function queued(shared: Shared): number {
  const head = shared.load(HEAD) & ~SHUT
  return (((shared.load(TAIL) & ~SHUT) - head) | 0) >>> 1
}

/** True if there is no item that a taker could get. */
export function looksDrained(shared: Shared): boolean {
  return queued(shared) === 0 && shared.load(RETURNED) === 0
}

/**
 * Ledgers from this index on were never claimed. A damaged word gives at most all ledgers, never an index
 * outside the memory.
 */
export function ledgersUsed(shared: Shared): number {
  return Math.min(shared.load(LEDGERS_USED) >>> 0, shared.geometry.maxThreads)
}

/** Some thread may have fetched items ahead that any other could take. */
export function someAreAhead(shared: Shared): boolean {
  if (shared.geometry.batch === 0) return false
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    if (shared.load(ledgerAt(shared.geometry, index) + AHEAD) !== 0) return true
  }
  return false
}

/**
 * Number of items put and not finished. The finished counts only grow, and so does the tail. The counts are
 * read first and the tail last, so if the result is 0, it was true at one moment.
 */
export function unfinished(shared: Shared): number {
  const used = ledgersUsed(shared)
  let finished = 0
  for (let index = 0; index < used; index++) {
    finished += shared.load(ledgerAt(shared.geometry, index) + FINISHED)
  }
  return ((shared.load(TAIL) >>> 1) - finished) & 0x7fffffff
}
