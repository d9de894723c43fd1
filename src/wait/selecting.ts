import {
  ASYNC_WAITER,
  ASYNC_WAKING,
  BLOCKED_WAITER,
  GET,
  type ParkingLot,
  SELECT,
  SELECT_BIT,
  SELECT_GET_BIT,
  type Shared,
  WAKE_UNDER_WAY_MS,
} from '../core/index.ts'

/** This thread at one of the queues it waits on. */
export interface Place {
  readonly shared: Shared
  readonly ledger: number
}

/**
 * How long a thread sleeps whose queues wake different lots, in ms: it hears one of them, and looks at the
 * others.
 */
const DEAF = 10

/**
 * Blocks the thread until `attempt`, which looks at all `places`, answers true. Returns false when `deadline`
 * (ms, by `now`) passed first. It looks again after every `slice()` ms, too.
 *
 * The order carries the protocol, as in `block`: counted in every queue, then the lot's word read, then the
 * wakes in flight cleared, then the look. See waking.ts for the other half. Whoever leaves passes no wake on:
 * those it cleared were for all who are counted as asynchronous waiters, and none of them was meant for it
 * alone.
 */
export function blockOnLot(
  places: readonly Place[],
  deadline: number,
  now: () => number,
  attempt: () => boolean,
  slice: () => number,
): boolean {
  const { shared: first, ledger: own } = places[0] as Place
  const { lot } = first
  const differentLots = places.some(({ shared }) => shared.lot.id !== lot.id)
  /** As in `block`. */
  let belted: number | undefined
  try {
    for (const { shared, ledger } of places) enterSelect(shared, ledger)
    for (;;) {
      const epoch = lot.load()
      for (const { shared } of places) clearWake(shared)
      const found = attempt()
      if (found) {
        if (belted !== undefined && wakeIsMissing(lot, belted)) first.noteMissedWake(own)
        return true
      }
      const left = deadline - now()
      if (left <= 0) return false
      const most = Math.min(left, slice(), differentLots ? DEAF : left)
      belted = first.safetyTimeoutMs < most ? epoch : undefined
      lot.wait(epoch, Math.min(most, first.safetyTimeoutMs))
    }
  } finally {
    for (const { shared, ledger } of places) leaveSelect(shared, ledger)
  }
}

function wakeIsMissing(lot: ParkingLot, epoch: number): boolean {
  if (lot.load() !== epoch) return false
  lot.wait(epoch, WAKE_UNDER_WAY_MS)
  return lot.load() === epoch
}

function clearWake(shared: Shared): void {
  if (shared.load(GET + ASYNC_WAKING) !== 0) shared.core.clearAsyncWaking(GET)
}

function enterSelect(shared: Shared, ledger: number): void {
  shared.core.enterWait(ledger, SELECT, SELECT_BIT, BLOCKED_WAITER)
  shared.core.enterWait(ledger, GET, SELECT_GET_BIT, ASYNC_WAITER)
}

/** Done twice, or for a thread that is in no select, it changes nothing. */
export function leaveSelect(shared: Shared, ledger: number): void {
  shared.core.leaveWait(ledger, GET, SELECT_GET_BIT, ASYNC_WAITER)
  shared.core.leaveWait(ledger, SELECT, SELECT_BIT, BLOCKED_WAITER)
}
