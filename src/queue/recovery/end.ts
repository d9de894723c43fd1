import { clock } from '../../clock.ts'
import {
  AT_END,
  DELAYED,
  END_ROUND,
  FINISHED,
  GAVE_BACK,
  isShutDown,
  JOIN,
  LOCK,
  ledgerAt,
  ledgersUsed,
  looksDrained,
  RETURNED,
  RETURNS,
  type Shared,
  TAIL,
  TAKEN,
  unfinished,
} from '../../core/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import { BLOCKED_WAITER, backOff, END_BIT, wakeAllTakers } from '../../wait/index.ts'

/**
 * The end of a queue: it is shut down, nothing is left in it, but threads still hold items, which may come
 * back. A taker waits there until no other thread holds one. Holders that themselves wait there do not count;
 * when only such are left, all of them leave.
 */

/**
 * This thread arrives at the end. `excused`: it cannot finish what it holds while it waits. Returns the
 * round.
 */
export function arriveAtEnd(shared: Shared, ledger: number, excused: boolean): number {
  // The round before the mark: whoever ends the round with this thread's mark seen, ends it after this read.
  const round = shared.load(END_ROUND)
  shared.core.enterWait(ledger, JOIN, END_BIT, BLOCKED_WAITER)
  shared.core.markAtEnd(ledger, excused ? 1 : 0)
  return round
}

export function leaveEnd(shared: Shared, ledger: number): void {
  shared.core.markAtEnd(ledger, 0)
  shared.core.leaveWait(ledger, JOIN, END_BIT, BLOCKED_WAITER)
}

/** True when this taker, at the end since `round`, may go. */
export function isOver(shared: Shared, ledger: number, round: number): boolean {
  if (shared.load(END_ROUND) !== round) return true
  const standing = whoHolds(shared, ledger)
  if (standing === NOBODY) return true
  if (standing === SOMEBODY) return false
  // The others wait for what this thread can still settle, if it is not excused itself.
  if (shared.load(ledger + AT_END) === 0 && heldBy(shared, ledger) > 0) return true
  shared.core.nextRound()
  wakeAllTakers(shared)
  return true
}

/**
 * True on a shut-down queue from which nothing can be had any more: empty, and no other thread holds an item.
 * One that waits at the end counts here: it is released by who arrives there, not by who just looks.
 */
export function hasEnded(shared: Shared, ledger: number): boolean {
  return isShutDown(shared) && whoHolds(shared, ledger) === NOBODY
}

/**
 * One taker's stay at the end, from its first look that found the queue shut down and empty to the moment it
 * leaves.
 */
export class EndWait {
  readonly #shared: Shared
  readonly #ledger: number
  readonly #excused: () => boolean
  readonly #onLongWait: () => void
  #round: number | undefined
  #since = 0
  #warned = false
  #timer: NodeJS.Timeout | undefined

  /**
   * `excused`: see arriveAtEnd. `onLongWait` is called once, after 5 s, if the event loop or `maxSleepMs`
   * allows.
   */
  constructor(shared: Shared, ledger: number, excused: () => boolean, onLongWait: () => void) {
    this.#shared = shared
    this.#ledger = ledger
    this.#excused = excused
    this.#onLongWait = onLongWait
  }

  get arrived(): boolean {
    return this.#round !== undefined
  }

  /** True if the taker may go; until then it stays. */
  mayLeave(): boolean {
    if (this.#round === undefined) {
      this.#since = clock.now()
      this.#warned = false
      this.#timer = setTimeout(() => this.#warn(), LONG_END_WAIT_MS).unref()
    }
    // A take in between has cleared the mark.
    const excused = this.#excused()
    if (this.#round === undefined || (this.#shared.load(this.#ledger + AT_END) === 1) !== excused) {
      this.#round = arriveAtEnd(this.#shared, this.#ledger, excused)
    }
    if (clock.now() - this.#since >= LONG_END_WAIT_MS) this.#warn()
    return isOver(this.#shared, this.#ledger, this.#round)
  }

  /** How long a blocked thread may sleep until it should look at the time, in ms. */
  maxSleepMs(): number {
    if (this.#round === undefined || this.#warned) return Number.POSITIVE_INFINITY
    return Math.max(1, this.#since + LONG_END_WAIT_MS - clock.now())
  }

  leave(): void {
    if (this.#round === undefined) return
    this.#round = undefined
    clearTimeout(this.#timer)
    leaveEnd(this.#shared, this.#ledger)
  }

  #warn(): void {
    if (this.#warned) return
    this.#warned = true
    this.#onLongWait()
  }
}

const LONG_END_WAIT_MS = 5000

/** Items left in the queue count as somebody's. */
const SOMEBODY = 0
/** Nobody but this thread. */
const NOBODY = 1
/** Only threads that wait at the end. */
const WAITERS_ONLY = 2

/**
 * A snapshot: every count only grows (and AT_END may only be late), so readings that agree show what was true
 * between them. The tail of a shut-down queue stands still; what is neither finished nor held is then in the
 * queue.
 */
function whoHolds(shared: Shared, ledger: number): number {
  for (let tries = 0; tries < 100; tries++) {
    const first = readLedgers(shared)
    const doomed = readDeadLettered(shared)
    const second = readLedgers(shared)
    if (first.some((count, index) => count !== second[index])) continue
    let finished = 0
    let held = 0
    let verdict = NOBODY
    for (let index = 0; index * 4 < second.length; index++) {
      const [taken, done, back, atEnd] = second.slice(index * 4) as [number, number, number, number]
      const holds = (taken - done - back) | 0
      finished += done
      held += holds
      if (holds === 0 || ledgerAt(shared.geometry, index) === ledger) continue
      if (atEnd === 0) verdict = SOMEBODY
      else if (verdict === NOBODY) verdict = WAITERS_ONLY
    }
    const left = ((shared.load(TAIL) >>> 1) - finished - held - doomed) & 0x7fffffff
    return left === 0 ? verdict : SOMEBODY
  }
  // Someone is at work on this queue all the time: whatever ends that wakes this thread again.
  return SOMEBODY
}

/**
 * Items that wait for room among the dead letters: no taker gets them. Read while nobody is in the backlog;
 * each change moves a ledger's count as well, so between two equal readings of those this was one moment's
 * number. Waited for, not given up: who is inside may leave without a change, and then wakes nobody.
 */
function readDeadLettered(shared: Shared): number {
  for (let tries = 0; ; tries++) {
    if (shared.load(LOCK) === 0) {
      // DELAYED before RETURNED: what is released between the two counts twice, and so as somebody's.
      const delayed = shared.load(DELAYED)
      const doomed = shared.load(RETURNS) - delayed - shared.load(RETURNED)
      if (shared.load(LOCK) === 0) return doomed
    }
    backOff(tries)
  }
}

function heldBy(shared: Shared, ledger: number): number {
  return (shared.load(ledger + TAKEN) - shared.load(ledger + FINISHED) - shared.load(ledger + GAVE_BACK)) | 0
}

function readLedgers(shared: Shared): number[] {
  const counts: number[] = []
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    const at = ledgerAt(shared.geometry, index)
    counts.push(shared.load(at + TAKEN))
    counts.push(shared.load(at + FINISHED))
    counts.push(shared.load(at + GAVE_BACK))
    counts.push(shared.load(at + AT_END))
  }
  return counts
}

/**
 * Something was finished while someone watches: wakes those it may have released. The last of several
 * finishers sees all their counts, and an empty queue, so one of them always does it.
 */
export function afterFinish(shared: Shared): void {
  if (!looksDrained(shared)) return
  if (isShutDown(shared)) wakeAllTakers(shared)
  if (unfinished(shared) === 0) shared.core.wakeAll(JOIN)
}
