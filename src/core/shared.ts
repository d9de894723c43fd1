import { type Geometry, ledgerAt } from './geometry.ts'
import { type Core, instantiate } from './instance.ts'
import type { ParkingLot } from './threads/index.ts'
import { FINISHED, HEAD, LEDGERS_USED, MISSED_WAKES, RETURNED, SHUT, TAIL } from './words/index.ts'

/** One queue's memory as one thread sees it: the operations, and the plain reads around them. */
export interface Shared {
  readonly core: Core
  readonly geometry: Geometry
  /** Where the threads sleep that select from this queue: the lot of the thread that made it. */
  readonly lot: ParkingLot
  load(at: number): number
  /** `Atomics.wait` on the word at byte offset `at`, for at most `ms`. */
  wait(at: number, expected: number, ms: number): void
  /** `Atomics.notify` of all who sleep on the word at byte offset `at`. */
  notify(at: number): void
  /**
   * A seat belt: how long who waits sleeps without a wake before it looks again by itself, in ms. No wake is
   * ever missing by design; one that a dying sleeper ate is made up for at its exit, which the main thread
   * may hear of late.
   */
  readonly safetyTimeoutMs: number
  /** The owner of `ledger` looked again by itself, and there was what nobody had woken it for. */
  noteMissedWake(ledger: number): void
}

/**
 * Who wakes publishes first and moves the word that the waiter sleeps on a little later, long only where the
 * system takes its core away in between. A wait counts as missedWakes if the word does not move for so many ms
 * after it ended.
 */
export const WAKE_UNDER_WAY_MS = 100

/** Tests set it to `never`: a wake that is missing is to be seen. */
const SAFETY_TIMEOUT_MS = process.env.MILLRACE_SAFETY_TIMEOUT === 'never' ? Number.POSITIVE_INFINITY : 1000

/**
 * What V8 is told that a queue weighs, in bytes. Before Node 26 it does not count shared memory, and lets
 * thousands of dropped queues pile up before it collects one (1 GB, measured; with this 150 MB).
 */
const WEIGHT = Number.parseInt(process.versions.node, 10) < 26 ? 2 ** 18 : 0

/** Addresses only: a resizable buffer is never cleared, as one of fixed size may be. */
function weight(): ArrayBuffer {
  const Resizable = ArrayBuffer as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer
  return new Resizable(WEIGHT, { maxByteLength: WEIGHT })
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

  notify(at: number): void {
    Atomics.notify(this.words, at >> 2)
  }

  noteMissedWake(ledger: number): void {
    this.#count(ledger + MISSED_WAKES)
  }

  /** The owner of `ledger` could not put because the queue was full. `counter` is REJECTED or DROPPED. */
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

/** Items in the ring; a claimed slot counts, a moment before it is published. */
export function queued(shared: Shared): number {
  const head = shared.load(HEAD) & ~SHUT
  return (((shared.load(TAIL) & ~SHUT) - head) | 0) >>> 1
}

/** Nothing that a taker could get. */
export function looksDrained(shared: Shared): boolean {
  return queued(shared) === 0 && shared.load(RETURNED) === 0
}

/**
 * Ledgers from this index on were never claimed. A damaged count costs a look at all of them, never one
 * outside the memory.
 */
export function ledgersUsed(shared: Shared): number {
  return Math.min(shared.load(LEDGERS_USED) >>> 0, shared.geometry.maxThreads)
}

/**
 * Items put and not finished. The finished counts only grow and so does the tail: reading the counts first
 * and then the tail, a zero was true at one moment.
 */
export function unfinished(shared: Shared): number {
  const used = ledgersUsed(shared)
  let finished = 0
  for (let index = 0; index < used; index++) {
    finished += shared.load(ledgerAt(shared.geometry, index) + FINISHED)
  }
  return ((shared.load(TAIL) >>> 1) - finished) & 0x7fffffff
}
