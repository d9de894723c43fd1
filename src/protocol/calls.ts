import { clock } from '../clock.ts'
import { clearTimeout, setTimeout } from '../timers.ts'

/**
 * The calls under way in one run of `consume`, in shared words, so that its supervisor sees one that takes
 * too long though its thread may never turn its event loop again. Each lane, which makes one call after the
 * other, has
 *
 *   word 0  CALL   even: none is under way; odd: one is; both count up. TIMED_OUT: it took too long
 *   word 1  ENTRY  where its item is held
 *   word 2  BEGAN  ms of the clock of all threads, 32 bits
 *
 * The last word is the number of the lane, from 1, whose call has not come back to the event loop since it
 * began, if one has not: the other calls of its thread cannot go on, and are not to blame.
 *
 * Whether a call has ended in time is decided by one exchange of CALL: the thread's, after the call and
 * before its item is settled, or the supervisor's.
 */
const CALL = 0
const ENTRY = 1
const BEGAN = 2
const WORDS = 3

const TIMED_OUT = -1
/** How soon a call is looked at again that is late since another blocks its thread, in ms. */
const BLOCKED = 20
const MASK = 0x7fffffff

export function callWords(lanes: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer((lanes * WORDS + 1) * Int32Array.BYTES_PER_ELEMENT))
}

/** One lane, in its thread. */
export class Lane {
  readonly #words: Int32Array
  readonly #at: number
  readonly #number: number

  constructor(words: Int32Array, index: number) {
    this.#words = words
    this.#at = index * WORDS
    this.#number = index + 1
  }

  /** A call with the item of `entry` begins. */
  begin(entry: number): void {
    const words = this.#words
    const at = this.#at
    words[at + ENTRY] = entry
    words[at + BEGAN] = clock.shared() | 0
    Atomics.store(words, words.length - 1, this.#number)
    // After what it says of the call.
    Atomics.store(words, at + CALL, ((words[at + CALL] as number) + 1) & MASK)
  }

  /** The call goes on later: the event loop turns. */
  waits(): void {
    Atomics.store(this.#words, this.#words.length - 1, 0)
  }

  /**
   * The call has ended. False if it took too long: its item is not this thread's any more, which is about to
   * be terminated.
   */
  end(): boolean {
    this.waits()
    const call = this.#words[this.#at + CALL] as number
    return (
      call !== TIMED_OUT &&
      Atomics.compareExchange(this.#words, this.#at + CALL, call, (call + 1) & MASK) === call
    )
  }
}

/** Watches the calls of one run, in the supervisor's thread, until one has taken longer than `limit` ms. */
export class CallWatch {
  readonly #words: Int32Array
  readonly #limit: number
  readonly #onOverdue: (entry: number) => void
  #timer: NodeJS.Timeout | undefined

  constructor(words: Int32Array, limit: number, onOverdue: (entry: number) => void) {
    this.#words = words
    this.#limit = limit
    this.#onOverdue = onOverdue
    this.#lookIn(limit)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** No call that begins after a look is due before the next one. */
  #lookIn(ms: number): void {
    // The group keeps the process alive.
    this.#timer = setTimeout(() => this.#look(), ms).unref()
  }

  #look(): void {
    const words = this.#words
    const blocking = Atomics.load(words, words.length - 1)
    let next = this.#limit
    for (let at = 0; at + WORDS <= words.length; at += WORDS) {
      const call = Atomics.load(words, at + CALL)
      if ((call & 1) === 0) continue
      const entry = words[at + ENTRY] as number
      const left = this.#limit - (((clock.shared() | 0) - (words[at + BEGAN] as number)) | 0)
      if (left > 0) next = Math.min(next, left)
      else if (blocking !== 0 && at !== (blocking - 1) * WORDS) next = Math.min(next, BLOCKED)
      // Where it fails the call has ended, and what was read of it may be the next one's.
      else if (Atomics.compareExchange(words, at + CALL, call, TIMED_OUT) === call) {
        this.#onOverdue(entry)
        return
      } else next = Math.min(next, 1)
    }
    this.#lookIn(next)
  }
}
