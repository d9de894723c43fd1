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

/** This thread's ledger in the memory of one queue. */
export interface OwnLedger {
  readonly shared: Shared
  readonly ledger: number
}

/**
 * How long a thread sleeps at once if its queues have different parking lots. It is woken by the first
 * queue's parking lot only, and looks at the other queues after this time.
 */
const DIFFERENT_LOTS_SLEEP_MS = 10

/**
 * Blocks the thread until `attempt`, which looks at all queues, answers true. Returns false when `deadline`
 * (ms, by `now`) passed first. The thread also looks again after every `maxSleepMs()`.
 *
 * The order of the loop is the protocol, as in `block`: count in every queue, then read the parking lot's
 * word, then clear the wakes in flight, then look. See waking.ts for the waker's half. A selector that leaves
 * passes no wake on: each wake that it cleared was for all asynchronous waiters, never for this thread alone.
 */
export function blockInSelect(
  ledgers: readonly OwnLedger[],
  deadline: number,
  now: () => number,
  attempt: () => boolean,
  maxSleepMs: () => number,
): boolean {
  const { shared: first, ledger: firstLedger } = ledgers[0] as OwnLedger
  const { lot } = first
  const differentLots = ledgers.some(({ shared }) => shared.lot.id !== lot.id)
  /** As in `block`. */
  let suspectEpoch: number | undefined
  try {
    for (const { shared, ledger } of ledgers) enterSelect(shared, ledger)
    for (;;) {
      const epoch = lot.load()
      for (const { shared } of ledgers) clearWake(shared)
      const found = attempt()
      if (found) {
        if (suspectEpoch !== undefined && wakeIsMissing(lot, suspectEpoch)) first.noteMissedWake(firstLedger)
        return true
      }
      const left = deadline - now()
      if (left <= 0) return false
      const most = Math.min(left, maxSleepMs(), differentLots ? DIFFERENT_LOTS_SLEEP_MS : left)
      suspectEpoch = first.safetyTimeoutMs < most ? epoch : undefined
      lot.wait(epoch, Math.min(most, first.safetyTimeoutMs))
    }
  } finally {
    for (const { shared, ledger } of ledgers) leaveSelect(shared, ledger)
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

/** Changes nothing if the owner of the ledger is in no select. */
export function leaveSelect(shared: Shared, ledger: number): void {
  shared.core.leaveWait(ledger, GET, SELECT_GET_BIT, ASYNC_WAITER)
  shared.core.leaveWait(ledger, SELECT, SELECT_BIT, BLOCKED_WAITER)
}
