import {
  ASIDE,
  BUSY,
  blocksFor,
  CHAIN,
  DEAD_LETTER,
  DEAD_LETTER_DELAY,
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  entriesOf,
  FETCHED,
  GET,
  HELD,
  HOLDER_DIED,
  isDiscarding,
  JOIN,
  LENGTH,
  LINK_BYTES,
  ledgerAt,
  ledgersUsed,
  MEMORY,
  OWNER,
  PUT,
  RECOVERER,
  RELEASE,
  RETRY,
  REVOKING,
  type RunTimeout,
  runTimeoutOf,
  SHUT_DOWN,
  type Shared,
  URGENT,
  URGENT_BIT,
  unfinished,
} from '../../core/index.ts'
import { QueueCorruptError } from '../../errors.ts'
import {
  ASYNC_WAITER,
  asyncBit,
  BLOCKED_WAITER,
  backOff,
  blockedBit,
  END_BIT,
  leaveSelect,
  SIDES,
  untilDone,
  wakeAllTakers,
  wakeTakers,
} from '../../wait/index.ts'
import { DueTime } from './due-time.ts'
import { revokeAll, revokeEntry } from './revoke.ts'

/**
 * Told of each entry whose item failed because its holder (threadId + 1) died, before the item is requeued.
 * `timedOut`: the holder was terminated, since its call for that item took too long.
 */
export type Note = (entry: number, holder: number, timedOut: RunTimeout | undefined) => void

const nothing: Note = () => {}

/**
 * Reclaims a ledger: its waits are no longer counted, its blocks are free, the items it held are requeued,
 * and another thread can claim it. Each step is one straight line, and done twice it changes nothing. So a
 * recoverer may die anywhere, and the next one goes on. `recoverer` is 0 for a thread that detaches and
 * reclaims its own. `ofHeld`: the verdict for the items that it held.
 */
export function reclaim(
  shared: Shared,
  ledger: number,
  thread: number,
  recoverer: number,
  note: Note = nothing,
  ofHeld = recoverer === 0 ? RETRY : HOLDER_DIED,
): void {
  const { core, geometry } = shared
  for (const side of SIDES) {
    core.leaveWait(ledger, side, blockedBit(side), BLOCKED_WAITER)
    core.leaveWait(ledger, side, asyncBit(side), ASYNC_WAITER)
  }
  core.leaveWait(ledger, JOIN, END_BIT, BLOCKED_WAITER)
  core.leaveWait(ledger, URGENT, URGENT_BIT, BLOCKED_WAITER)
  leaveSelect(shared, ledger)
  core.unreserve(ledger)
  const entries = ledger + ENTRIES
  const timedOut = runTimeoutOf(shared, ledger, thread)
  for (let index = 1; index <= geometry.maxInFlight; index++) {
    const entry = entries + index * ENTRY_BYTES
    const state = shared.load(entry + ENTRY_STATE)
    // It was never begun, so it comes back as if it had not been taken.
    if (state === FETCHED || state === REVOKING) revokeEntry(shared, ledger, entry)
    if (state === ASIDE) untilDone(() => core.requeue(ledger, entry, RELEASE))
    if (state !== HELD) continue
    if (timedOut === undefined) {
      note(entry, thread, undefined)
      untilDone(() => core.requeue(ledger, entry, ofHeld))
    } else requeueAfterTimeout(shared, ledger, entry, timedOut, () => note(entry, thread, timedOut))
  }
  discardAll(shared, ledger)
  for (let index = 0; index < entriesOf(geometry); index++) freeBlocks(shared, entries + index * ENTRY_BYTES)
  core.release(ledger, thread, recoverer)
  wakeEveryone(shared)
}

/** Requeues an item of a thread that was terminated, since its call for one item took too long. */
function requeueAfterTimeout(
  shared: Shared,
  ledger: number,
  entry: number,
  timedOut: RunTimeout,
  note: () => void,
): void {
  const { core } = shared
  const { delay } = timedOut
  if (entry !== timedOut.entry) {
    // The thread's other items are not to blame.
    untilDone(() => core.requeue(ledger, entry, RELEASE))
    return
  }
  note()
  if (delay > 0) {
    const { high, low } = DueTime.after(delay)
    untilDone(() => core.delay(ledger, entry, high, low))
  } else {
    const verdict = delay === DEAD_LETTER_DELAY ? DEAD_LETTER : RETRY
    untilDone(() => core.requeue(ledger, entry, verdict))
  }
}

/**
 * After an immediate shutdown: discards what is left, items that threads have fetched ahead included; it
 * counts as finished in `ledger`. Each step discards one item, and any number of threads may take part: so
 * one that began it may die.
 */
export function discardAll(shared: Shared, ledger: number): void {
  if (!isDiscarding(shared)) return
  revokeAll(shared)
  const { core, geometry } = shared
  let discarded = 0
  for (let tries = 0; discarded <= geometry.cells; ) {
    const answer = core.discardQueued(ledger)
    if (answer === BUSY) backOff(tries++)
    else if (answer === 1) discarded++
    else break
  }
  for (let tries = 0; discarded <= geometry.cells; ) {
    const answer = core.discardReturned(ledger)
    if (answer === BUSY) backOff(tries++)
    else if (answer === 1) discarded++
    else break
  }
  // Each item has a cell: a longer list runs in a circle, or a position is wrong.
  if (discarded > geometry.cells) {
    throw new QueueCorruptError(
      `the shared memory of a queue is damaged: the items to discard are more than its ${geometry.cells} cells`,
    )
  }
  // The thread that shut the queue down may have woken the joins before this count. The last of several
  // threads that discard sees all counts, so one of them always wakes the joins.
  if (discarded > 0 && unfinished(shared) === 0) core.wakeAll(JOIN)
}

/** An item came back: wakes the threads that it may be for. */
export function wakeForReturned(shared: Shared): void {
  wakeTakers(shared)
  if (!shared.geometry.dropsOldest) return
  // Puts that found nothing they could drop look again.
  shared.core.wakeAll(PUT)
  shared.core.wakeAll(MEMORY)
}

/** The owner of `ledger` has revoked items that were fetched ahead, and takes none of them. */
export function afterRevoking(shared: Shared, ledger: number): void {
  wakeForReturned(shared)
  // An immediate shutdown may have looked for them before they came back.
  discardAll(shared, ledger)
}

/** Blocks of items that threads hold. While the threads go on, the number is approximate. */
export function heldBlocks(shared: Shared): number {
  const { geometry } = shared
  let count = 0
  for (let index = ledgersUsed(shared) - 1; index >= 0; index--) {
    const entries = ledgerAt(geometry, index) + ENTRIES
    for (let number = 1; number <= geometry.maxInFlight; number++) {
      const entry = entries + number * ENTRY_BYTES
      const cell = shared.load(entry)
      const state = shared.load(entry + ENTRY_STATE)
      if ((state !== HELD && state !== ASIDE) || cell < 0 || cell >= geometry.cells) continue
      const length = shared.load(geometry.cellsAt + cell * geometry.cellBytes + LENGTH)
      if (length > geometry.itemBytes) count += blocksFor(geometry, length)
    }
  }
  return count
}

/** Frees the blocks of the cell of `entry`. Returns true if someone waits for blocks. */
export function freeBlocks(shared: Shared, entry: number): boolean {
  const { core, geometry } = shared
  const { cells, cellsAt, cellBytes, linksAt, blocks } = geometry
  const cell = shared.load(entry)
  // A damaged word: reading or putting the item of this entry throws.
  if (cell < 0 || cell >= cells) return false
  const first = shared.load(cellsAt + cell * cellBytes + CHAIN) - 1
  let last = -1
  let count = 0
  // A chain longer than there are blocks runs in a circle; the rest of it is left.
  for (let block = first; block >= 0 && block < blocks && count < blocks; count++) {
    last = block
    block = shared.load(linksAt + block * LINK_BYTES) - 1
  }
  return count > 0 && untilDone(() => core.popBlocks(entry, last, count)) === 1
}

/**
 * Reclaims what the dead `thread` (threadId + 1) leaves in this queue: its own ledger, and each whose
 * recoverer it was. Any number of threads may call this at once; one of them takes a ledger over.
 */
export function recover(
  shared: Shared,
  thread: number,
  recoverer: number,
  note: Note = nothing,
  ofHeld: number = HOLDER_DIED,
): void {
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    const ledger = ledgerAt(shared.geometry, index)
    const owner = shared.load(ledger + OWNER)
    const former = shared.load(ledger + RECOVERER)
    if (owner === 0 || !(former === thread || (former === 0 && owner === thread))) continue
    if (shared.core.takeOver(ledger, owner, former, recoverer) === 1)
      reclaim(shared, ledger, owner, recoverer, note, ofHeld)
  }
}

/**
 * Wakes all waiters. A thread that dies asleep may take a wake with it that was meant for another, so after
 * every death all look again.
 */
export function wakeEveryone(shared: Shared): void {
  wakeAllTakers(shared)
  for (const side of SIDES) if (side !== GET) shared.core.wakeAll(side)
  shared.notify(SHUT_DOWN)
}
