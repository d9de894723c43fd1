import type { Use } from '../../thread-link.ts'
import { allocateWords } from './shared-words.ts'

/**
 * The shared words of one run of a function on one thread. A message may be late, or be lost with its thread;
 * these words are neither.
 *
 *   word 0  STATE    QUEUED → BEGUN, by the thread, or QUEUED → ABANDONED, by the supervisor: never both
 *   word 1  THREAD   threadId, once the run has begun: the `exit` of this thread is the death of the run
 *   word 2  STOP     1 when the run is asked to stop; the thread reads it before every wait
 *   word 3  CALLS    calls under way in `consume`; plain stores: it is read only after the thread's death
 *   word 4  SHARE    threads that its groups have taken of those that the process shares
 *   word 5… USE      what the run has done with the queue of that number: bits of Use
 */
const STATE = 0
const THREAD = 1
const STOP = 2
const CALLS = 3
const SHARE = 4
const USE = 5

const QUEUED = 0
const BEGUN = 1
const ABANDONED = 2

export class RunWords {
  readonly words: Int32Array

  constructor(words: Int32Array) {
    this.words = words
  }

  static create(queues: number): RunWords {
    return new RunWords(allocateWords(USE + queues))
  }

  /** The thread begins. Returns false if the run was abandoned before. */
  begin(thread: number): boolean {
    // Before the exchange of STATE: a thread that reads BEGUN then also reads this id.
    Atomics.store(this.words, THREAD, thread)
    return Atomics.compareExchange(this.words, STATE, QUEUED, BEGUN) === QUEUED
  }

  /** The run must not begin any more. Returns false if it has begun. */
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
   * As stopRequested, by a plain load, for loops over items. The work on each item is more than a compiler
   * can move the load across.
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

  /** The thread has taken so many more of the shared threads. */
  addShare(threads: number): void {
    Atomics.add(this.words, SHARE, threads)
  }

  /** The shared threads that the run has taken and not returned. They are the caller's to return. */
  takeShare(): number {
    return Atomics.exchange(this.words, SHARE, 0)
  }

  noteUse(queue: number, how: Use): void {
    Atomics.or(this.words, USE + queue, how)
  }

  useOf(queue: number): number {
    return Atomics.load(this.words, USE + queue)
  }
}
