import { blockingLane, callsUnderWay, timeOut } from '../core/index.ts'
import { clearTimeout, setTimeout } from '../timers.ts'

/** A late call whose thread is blocked by another call is read again after this time. */
const BLOCKED_LOOK_MS = 20
/** A call that ended between the reading and the exchange is followed by a look after this time. */
const NEXT_LOOK_MS = 1

/** Watches the calls of one run, in the supervisor's thread, until one has taken longer than `limitMs`. */
export class CallWatch {
  readonly #words: Int32Array
  readonly #limitMs: number
  readonly #onTimeout: (entry: number) => void
  #timer: NodeJS.Timeout | undefined

  constructor(words: Int32Array, limitMs: number, onTimeout: (entry: number) => void) {
    this.#words = words
    this.#limitMs = limitMs
    this.#onTimeout = onTimeout
    this.#lookIn(limitMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** `ms` is at most the limit: a call that begins after a look cannot be late before the next one. */
  #lookIn(ms: number): void {
    // The timer need not keep the process alive: the group does.
    this.#timer = setTimeout(() => this.#look(), ms).unref()
  }

  #look(): void {
    const words = this.#words
    const blocking = blockingLane(words)
    let nextMs = this.#limitMs
    for (const call of callsUnderWay(words)) {
      const leftMs = this.#limitMs - call.ageMs
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs)
      else if (blocking >= 0 && call.lane !== blocking) nextMs = Math.min(nextMs, BLOCKED_LOOK_MS)
      else if (timeOut(words, call)) {
        this.#onTimeout(call.entry)
        return
      } else nextMs = Math.min(nextMs, NEXT_LOOK_MS)
    }
    this.#lookIn(nextMs)
  }
}
