import { clock } from '../../clock.ts'
import { allocateWords } from './shared-words.ts'

/**
 * The calls under way in one run of `consume`. The words are shared, so that the supervisor sees a call that
 * takes too long even if the event loop of its thread is blocked. A lane makes one call after the other; it
 * has
 *
 *   word 0  CALL   even: no call is under way; odd: one is; counts up. TIMED_OUT: the call took too long
 *   word 1  ENTRY  the entry that holds the item of the call
 *   word 2  BEGAN  ms of the clock of all threads, 32 bits
 *
 * The last word is BLOCKING: the number of a lane, from 1, or 0. The call of that lane has not returned to
 * the event loop since it began. The other calls of the thread cannot go on meanwhile, so they must not time
 * out.
 *
 * One exchange of CALL decides whether a call has ended in time. The thread makes it after the call and
 * before it settles the item; the supervisor makes it when the call has taken too long.
 */
const CALL = 0
const ENTRY = 1
const BEGAN = 2
const LANE_WORDS = 3

const TIMED_OUT = -1
/** CALL counts within these bits, so it never equals TIMED_OUT. */
const CALL_MASK = 0x7fffffff

export function callWords(lanes: number): Int32Array {
  return allocateWords(lanes * LANE_WORDS + 1)
}

function blockingAt(words: Int32Array): number {
  return words.length - 1
}

/** One lane, in its thread. */
export class Lane {
  readonly #words: Int32Array
  readonly #at: number
  readonly #number: number
  /** The time that the call had taken when it paused, and its entry. */
  #pausedMs = 0
  #entry = 0

  constructor(words: Int32Array, index: number) {
    this.#words = words
    this.#at = index * LANE_WORDS
    this.#number = index + 1
  }

  /** A call with the item of `entry` begins. */
  begin(entry: number): void {
    this.#beginAt(entry, clock.shared() | 0)
  }

  #beginAt(entry: number, began: number): void {
    const words = this.#words
    const at = this.#at
    words[at + ENTRY] = entry
    words[at + BEGAN] = began
    Atomics.store(words, blockingAt(words), this.#number)
    // Last: a thread that reads the odd number also reads the words above.
    Atomics.store(words, at + CALL, ((words[at + CALL] as number) + 1) & CALL_MASK)
  }

  /** The call has returned to the event loop and goes on later. */
  waits(): void {
    Atomics.store(this.#words, blockingAt(this.#words), 0)
  }

  /**
   * The call has ended. Returns false if it took too long: the item is no longer this thread's, and the
   * thread is about to be terminated. Called again, it returns true if the call ended in time.
   */
  end(): boolean {
    this.waits()
    const call = Atomics.load(this.#words, this.#at + CALL)
    if (call === TIMED_OUT) return false
    if ((call & 1) === 0) return true
    return Atomics.compareExchange(this.#words, this.#at + CALL, call, (call + 1) & CALL_MASK) === call
  }

  /** The call waits for others, and takes no time until `resume`. Returns false as `end`. */
  pause(): boolean {
    this.#entry = this.#words[this.#at + ENTRY] as number
    this.#pausedMs = ((clock.shared() | 0) - (this.#words[this.#at + BEGAN] as number)) | 0
    return this.end()
  }

  resume(): void {
    this.#beginAt(this.#entry, ((clock.shared() | 0) - this.#pausedMs) | 0)
  }
}

/** A call as another thread reads it. ENTRY and BEGAN belong to it only if CALL still has the same value. */
export interface CallUnderWay {
  readonly lane: number
  readonly call: number
  readonly entry: number
  readonly ageMs: number
}

/** The index of the lane whose call has not returned to the event loop, or -1. */
export function blockingLane(words: Int32Array): number {
  return Atomics.load(words, blockingAt(words)) - 1
}

/** The calls under way. Each is read when the iterator comes to its lane. */
export function* callsUnderWay(words: Int32Array): Generator<CallUnderWay, void, undefined> {
  for (let lane = 0; lane * LANE_WORDS < blockingAt(words); lane++) {
    const at = lane * LANE_WORDS
    const call = Atomics.load(words, at + CALL)
    if ((call & 1) === 0) continue
    const entry = words[at + ENTRY] as number
    const ageMs = ((clock.shared() | 0) - (words[at + BEGAN] as number)) | 0
    yield { lane, call, entry, ageMs }
  }
}

/** Returns true if the call is now timed out; false if it ended first. */
export function timeOut(words: Int32Array, { lane, call }: CallUnderWay): boolean {
  return Atomics.compareExchange(words, lane * LANE_WORDS + CALL, call, TIMED_OUT) === call
}
