import {
  DELAYED,
  EPOCH,
  GET,
  MEMORY,
  PUT,
  queued,
  RETURNED,
  RETURNS,
  type Shared,
  someAreAhead,
  WAKE_UNDER_WAY_MS,
  WAKING,
} from '../core/index.ts'
import { BLOCKED_WAITER, blockedBit, type Side } from './side.ts'
import { wakeTakers } from './waking.ts'

/**
 * Blocks the thread until `attempt` answers 0. Otherwise `attempt` answers the side to wait on, or throws.
 * Returns false when `deadline` (ms, by `now`) passed first. The thread also looks again after every
 * `maxSleepMs()`, and after the safety timeout.
 *
 * The order of the loop is the protocol: count, then read the epoch, then clear the wake in flight, then
 * look. If the wake were cleared before the epoch is read, a waker in between would leave WAKING set beside a
 * sleeper.
 */
export function block(
  shared: Shared,
  ledger: number,
  deadline: number,
  now: () => number,
  attempt: () => Side | 0,
  maxSleepMs: () => number = forever,
): boolean {
  let side = attempt()
  while (side !== 0) {
    const bit = blockedBit(side)
    shared.core.enterWait(ledger, side, bit, BLOCKED_WAITER)
    let next: Side | 0
    let lapsed = false
    /** The epoch of the last sleep, if the safety timeout may have ended that sleep. */
    let suspectEpoch: number | undefined
    try {
      for (;;) {
        const epoch = shared.load(side + EPOCH)
        if (shared.load(side + WAKING) !== 0) shared.core.clearWaking(side)
        next = attempt()
        if (next !== side) {
          if (suspectEpoch !== undefined && wakeIsMissing(shared, side, suspectEpoch))
            shared.noteMissedWake(ledger)
          break
        }
        const left = deadline - now()
        if (left <= 0) {
          lapsed = true
          break
        }
        const most = Math.min(left, maxSleepMs())
        suspectEpoch = shared.safetyTimeoutMs < most ? epoch : undefined
        shared.wait(side + EPOCH, epoch, Math.min(most, shared.safetyTimeoutMs))
      }
    } finally {
      shared.core.leaveWait(ledger, side, bit, BLOCKED_WAITER)
      passOn(shared, side)
    }
    if (lapsed) return false
    side = next
  }
  return true
}

/**
 * Leaving has cleared the wake in flight, which may have been meant for another thread. If there is more to
 * do, another thread is woken.
 */
function passOn(shared: Shared, side: Side): void {
  const { core } = shared
  if (side === GET) {
    // A delayed item counts: another thread must sleep until it is due.
    const more = queued(shared) > 0 || shared.load(RETURNED) > 0 || shared.load(DELAYED) > 0
    if (more || someAreAhead(shared)) wakeTakers(shared)
  } else if (side === PUT) {
    if (queued(shared) + shared.load(RETURNS) < shared.geometry.maxsize) core.wake(PUT)
  } else if (side === MEMORY) {
    // The thread that was first in line for blocks may have left the line.
    core.wakeAll(MEMORY)
  }
}

/** The waiter found something published. True if no waker moves `epoch` for it. */
function wakeIsMissing(shared: Shared, side: Side, epoch: number): boolean {
  if (shared.load(side + EPOCH) !== epoch) return false
  shared.wait(side + EPOCH, epoch, WAKE_UNDER_WAY_MS)
  return shared.load(side + EPOCH) === epoch
}

function forever(): number {
  return Number.POSITIVE_INFINITY
}
