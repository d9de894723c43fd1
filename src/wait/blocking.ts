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
  WAKE_UNDER_WAY_MS,
  WAKING,
} from '../core/index.ts'
import { BLOCKED_WAITER, blockedBit, type Side } from './side.ts'
import { wakeTakers } from './waking.ts'

/**
 * Blocks the thread until `attempt` answers 0. `attempt` answers the side to wait on otherwise, or throws.
 * Returns false when `deadline` (ms, by `now`) passed first. It looks again after every `slice()` ms, too,
 * and, as a seat belt, after `shared.safetyTimeoutMs`.
 *
 * The order in the loop carries the protocol: counted, then the epoch read, then the wake in flight cleared,
 * then the look. Cleared before the epoch is read, a waker between the two would leave WAKING set beside a
 * sleeper.
 */
export function block(
  shared: Shared,
  ledger: number,
  deadline: number,
  now: () => number,
  attempt: () => Side | 0,
  slice: () => number = forever,
): boolean {
  let side = attempt()
  while (side !== 0) {
    const bit = blockedBit(side)
    shared.core.enterWait(ledger, side, bit, BLOCKED_WAITER)
    let next: Side | 0
    let lapsed = false
    /** The epoch it last slept on, if a look of its own may have ended that sleep. */
    let belted: number | undefined
    try {
      for (;;) {
        const epoch = shared.load(side + EPOCH)
        if (shared.load(side + WAKING) !== 0) shared.core.clearWaking(side)
        next = attempt()
        if (next !== side) {
          if (belted !== undefined && wakeIsMissing(shared, side, belted)) shared.noteMissedWake(ledger)
          break
        }
        const left = deadline - now()
        if (left <= 0) {
          lapsed = true
          break
        }
        const most = Math.min(left, slice())
        belted = shared.safetyTimeoutMs < most ? epoch : undefined
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
 * Leaving cleared the wake in flight, which may have been meant for another: if there is more, another is
 * woken.
 */
function passOn(shared: Shared, side: Side): void {
  const { core } = shared
  if (side === GET) {
    // Another must know when the next delayed item is due.
    if (queued(shared) > 0 || shared.load(RETURNED) > 0 || shared.load(DELAYED) > 0) wakeTakers(shared)
  } else if (side === PUT) {
    if (queued(shared) + shared.load(RETURNS) < shared.geometry.maxsize) core.wake(PUT)
  } else if (side === MEMORY) {
    // Whoever stood first in line for blocks may have left it.
    core.wakeAll(MEMORY)
  }
}

/** What the waiter found was published, and `epoch` is not moved for it. */
function wakeIsMissing(shared: Shared, side: Side, epoch: number): boolean {
  if (shared.load(side + EPOCH) !== epoch) return false
  shared.wait(side + EPOCH, epoch, WAKE_UNDER_WAY_MS)
  return shared.load(side + EPOCH) === epoch
}

function forever(): number {
  return Number.POSITIVE_INFINITY
}
