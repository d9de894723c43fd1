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
 * The end of a queue: it is shut down and nothing is left in it, but threads still hold items, which may be
 * requeued. A taker waits there until no other thread holds one. Holders that themselves wait there do not
 * count: when only such are left, the round ends, and all of them leave.
 */

/**
 * This thread arrives at the end. `excused`: it cannot settle what it holds while it waits. Returns the round
 * that it waits for.
 */
export function arriveAtEnd(shared: Shared, ledger: number, excused: boolean): number {
  // Read the round before setting the mark. A thread that sees our mark ends the round after this read, so we
  // notice the change.
  const round = shared.load(END_ROUND)
  shared.core.enterWait(ledger, JOIN, END_BIT, BLOCKED_WAITER)
  shared.core.markAtEnd(ledger, excused ? 1 : 0)
  return round
}

export function leaveEnd(shared: Shared, ledger: number): void {
  shared.core.markAtEnd(ledger, 0)
  shared.core.leaveWait(ledger, JOIN, END_BIT, BLOCKED_WAITER)
}

/** True when this taker, which waits for the end of `round`, may leave. */
export function mayLeaveEnd(shared: Shared, ledger: number, round: number): boolean {
  if (shared.load(END_ROUND) !== round) return true
  const holders = holdersBeside(shared, ledger)
  if (holders === NOBODY) return true
  if (holders === SOMEBODY) return false
  // The others wait for what this thread can still settle, unless it is excused itself.
  if (shared.load(ledger + AT_END) === 0 && heldBy(shared, ledger) > 0) return true
  shared.core.nextRound()
  wakeAllTakers(shared)
  return true
}

/**
 * True on a shut-down queue from which nothing can be had any more: it is empty, and no other thread holds an
 * item. A holder that waits at the end counts here: another thread that arrives there releases it, not one
 * that only looks.
 */
export function hasEnded(shared: Shared, ledger: number): boolean {
  return isShutDown(shared) && holdersBeside(shared, ledger) === NOBODY
}

/**
 * One taker's wait at the end of a queue, from its first look that found the queue shut down and empty to the
 * moment it leaves.
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

  /** True if the taker may leave; until then it waits. */
  mayLeave(): boolean {
    if (this.#round === undefined) {
      this.#since = clock.now()
      this.#warned = false
      this.#timer = setTimeout(() => this.#warn(), LONG_END_WAIT_MS).unref()
    }
    // Set the mark again if a take has cleared it since.
    const excused = this.#excused()
    if (this.#round === undefined || (this.#shared.load(this.#ledger + AT_END) === 1) !== excused) {
      this.#round = arriveAtEnd(this.#shared, this.#ledger, excused)
    }
    if (clock.now() - this.#since >= LONG_END_WAIT_MS) this.#warn()
    return mayLeaveEnd(this.#shared, this.#ledger, this.#round)
  }

  /** How long a blocked thread may sleep until the warning is due. */
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

/** A thread holds items that it can settle, or items are left in the queue. */
const SOMEBODY = 0
/** No thread but this one holds items. */
const NOBODY = 1
/** Only threads that wait at the end hold items. */
const WAITERS_ONLY = 2

/**
 * Tells which other threads hold items. Every count only grows, and AT_END can only be late, so two equal
 * readings show what was true between them. The tail of a shut-down queue stands still: an item that is
 * neither finished nor held is in the queue.
 */
function holdersBeside(shared: Shared, ledger: number): number {
  for (let tries = 0; tries < 100; tries++) {
    const first = readLedgers(shared)
    const deadLettered = readDeadLettered(shared)
    const second = readLedgers(shared)
    if (first.some((count, index) => count !== second[index])) continue
    let finished = 0
    let held = 0
    let holders = NOBODY
    for (let index = 0; index * 4 < second.length; index++) {
      const [taken, done, back, atEnd] = second.slice(index * 4) as [number, number, number, number]
      const holds = (taken - done - back) | 0
      finished += done
      held += holds
      if (holds === 0 || ledgerAt(shared.geometry, index) === ledger) continue
      if (atEnd === 0) holders = SOMEBODY
      else if (holders === NOBODY) holders = WAITERS_ONLY
    }
    const left = ((shared.load(TAIL) >>> 1) - finished - held - deadLettered) & 0x7fffffff
    return left === 0 ? holders : SOMEBODY
  }
  // Other threads change the queue all the time. When they stop, their last change wakes this thread again.
  return SOMEBODY
}

/**
 * Counts the items that wait for room among the dead letters: no taker gets them. It reads while the lock is
 * free. Each change moves a ledger's count as well, so between two equal readings of those the number was
 * that of one moment. It waits for the lock and never gives up: a thread inside may leave without a change,
 * and then it wakes nobody.
 */
function readDeadLettered(shared: Shared): number {
  for (let tries = 0; ; tries++) {
    if (shared.load(LOCK) === 0) {
      // Read DELAYED before RETURNED. An item that becomes due in between counts twice, so it counts as
      // somebody's.
      const delayed = shared.load(DELAYED)
      const deadLettered = shared.load(RETURNS) - delayed - shared.load(RETURNED)
      if (shared.load(LOCK) === 0) return deadLettered
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
 * Wakes the threads that a finished item may have released, while some watch for that. The last of several
 * threads that finish items sees all their counts, and an empty queue: so one of them always wakes.
 */
export function afterFinish(shared: Shared): void {
  if (!looksDrained(shared)) return
  if (isShutDown(shared)) wakeAllTakers(shared)
  if (unfinished(shared) === 0) shared.core.wakeAll(JOIN)
}
