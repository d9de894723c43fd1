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
  URGENT,
  URGENT_BIT,
  WAITERS,
  WAKE_UNDER_WAY_MS,
  WAKING,
} from '../core/index.ts'
import { ASYNC_WAITER, BLOCKED_WAITER, blockedBit, type Side } from './side.ts'
import { wakeTakers } from './waking.ts'

/**
 * A putter naps unless its last nap passed without a wake. It is woken when half of the slots, or of the
 * blocks, are free; with less it looks by itself. Up to 20 napping putters together look once a millisecond.
 */
const NAP_MS = 1
const LONGEST_NAP_MS = 20

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
    const naps = side === PUT || side === MEMORY
    shared.core.enterWait(ledger, side, bit, BLOCKED_WAITER)
    let next: Side | 0
    let lapsed = false
    /** The epoch of the last sleep, if the safety timeout may have ended that sleep. */
    let suspectEpoch: number | undefined
    /** The epoch of the last nap; it may have ended without a wake. */
    let napEpoch: number | undefined
    try {
      for (;;) {
        const isUrgent = naps && napEpoch !== undefined && shared.load(side + EPOCH) === napEpoch
        if (isUrgent) shared.core.enterWait(ledger, URGENT, URGENT_BIT, BLOCKED_WAITER)
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
        if (naps && !isUrgent) {
          leaveUrgent(shared, ledger)
          napEpoch = epoch
          suspectEpoch = undefined
          shared.nap(side + EPOCH, epoch, Math.min(most, napMs(shared, side)))
          continue
        }
        suspectEpoch = shared.safetyTimeoutMs < most ? epoch : undefined
        shared.wait(side + EPOCH, epoch, Math.min(most, shared.safetyTimeoutMs))
        // It stays counted as urgent until it has looked: a take, or a freed block, in between must wake it.
        napEpoch = undefined
      }
    } finally {
      if (naps) leaveUrgent(shared, ledger)
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
    const { maxsize } = shared.geometry
    const size = queued(shared) + shared.load(RETURNS)
    // As putNeedsWake: the others nap, or half is free.
    if (size < maxsize && (size <= maxsize >> 1 || shared.load(URGENT + WAITERS) !== 0)) core.wake(PUT)
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

function napMs(shared: Shared, side: Side): number {
  const putters = shared.load(side + WAITERS) & (ASYNC_WAITER - 1)
  return Math.min(NAP_MS * putters, LONGEST_NAP_MS)
}

function leaveUrgent(shared: Shared, ledger: number): void {
  shared.core.leaveWait(ledger, URGENT, URGENT_BIT, BLOCKED_WAITER)
}

function forever(): number {
  return Number.POSITIVE_INFINITY
}
