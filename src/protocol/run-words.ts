import type { Use } from '../thread-link.ts'

/**
 * The shared words of one run of a function on one thread. They say what no message can that may be late, or
 * lost with a thread:
 *
 *   word 0  STATE    QUEUED → BEGUN, by the thread, or QUEUED → ABANDONED, by the supervisor: one of them only
 *   word 1  THREAD   threadId, once begun: whose `exit` is this run's death
 *   word 2  STOP     1 when the run is asked to stop; looked at before every wait
 *   word 3  CALLS    calls under way in `consume`; written by plain stores, and read once the thread is dead
 *   word 4… USE      what the run has done with the queue of that number: bits of Use
 */
const STATE = 0
const THREAD = 1
const STOP = 2
const CALLS = 3
const USE = 4

const QUEUED = 0
const BEGUN = 1
const ABANDONED = 2

export class RunWords {
  readonly words: Int32Array

  constructor(words: Int32Array) {
    this.words = words
  }

  static create(queues: number): RunWords {
    return new RunWords(new Int32Array(new SharedArrayBuffer((USE + queues) * Int32Array.BYTES_PER_ELEMENT)))
  }

  /** The thread begins. False if the run was abandoned before. */
  begin(thread: number): boolean {
    // Before the state: who sees the run begun knows the thread.
    Atomics.store(this.words, THREAD, thread)
    return Atomics.compareExchange(this.words, STATE, QUEUED, BEGUN) === QUEUED
  }

  /** The run is never to begin. False if it has. */
  abandon(): boolean {
    return Atomics.compareExchange(this.words, STATE, QUEUED, ABANDONED) === QUEUED
  }

  get hasBegun(): boolean {
    return Atomics.load(this.words, STATE) === BEGUN
  }

  get thread(): number {
    return Atomics.load(this.words, THREAD)
  }

  requestStop(): void {
    Atomics.store(this.words, STOP, 1)
  }

  /**
   * As stopRequested, by a plain load, for loops over items: what they do with each of them is more than a
   * compiler could move the load across.
   */
  get stopsSoon(): boolean {
    return this.words[STOP] === 1
  }

  get stopRequested(): boolean {
    return Atomics.load(this.words, STOP) === 1
  }

  get calls(): number {
    return Atomics.load(this.words, CALLS)
  }

  callBegins(): void {
    this.words[CALLS] = (this.words[CALLS] as number) + 1
  }

  callEnds(): void {
    this.words[CALLS] = (this.words[CALLS] as number) - 1
  }

  noteUse(queue: number, how: Use): void {
    Atomics.or(this.words, USE + queue, how)
  }

  useOf(queue: number): number {
    return Atomics.load(this.words, USE + queue)
  }
}
