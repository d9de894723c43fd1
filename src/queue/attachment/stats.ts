import {
  DELAYED,
  DROPPED,
  FINISHED,
  FREE_BLOCKS,
  GAVE_BACK,
  type Geometry,
  HEAD,
  isDiscarding,
  isShutDown,
  ledgerAt,
  ledgersUsed,
  MISSED_WAKES,
  OWNER,
  queued,
  REJECTED,
  RESERVED,
  RETURNED,
  RETURNS,
  type Shared,
  STORED,
  TAKEN,
  unfinished,
  WAITS,
} from '../../core/index.ts'
import { SIDES, waitBits } from '../../wait/index.ts'

/**
 * A snapshot: each figure was true at some moment of the call. Counts are of items; totals since the ledger
 * was first used, modulo 2^32.
 */
export interface QueueStats {
  readonly name: string
  readonly maxsize: number
  /** queued + returned + delayed + doomed: a put counts them against maxsize. */
  readonly size: number
  /** Never taken yet. */
  readonly queued: number
  /** Came back and wait to be delivered again. */
  readonly returned: number
  /** Came back with a delay, and not to be delivered yet. */
  readonly delayed: number
  /** Given up, and waiting for room in the dead-letter queue. */
  readonly doomed: number
  /** Taken and not settled, those included that consumers have fetched and not begun. */
  readonly held: number
  /** Put and not finished. */
  readonly unfinished: number
  /** Given up with no dead-letter queue that takes them, or dropped because the queue was full. */
  readonly dropped: number
  /** Puts that failed at once because the queue was full: with `whenFull: 'reject'`. */
  readonly rejected: number
  /**
   * Waits that ended by the waiter's own look, a second after it fell asleep, and not by a wake: 0 where
   * nobody dies. A thread that dies asleep may take a wake along that was meant for another, until its exit
   * is heard of.
   */
  readonly missedWakes: number
  readonly shutDown: 'no' | 'drain' | 'immediate'
  /** Budget for items above itemBytes, in bytes, and how much of it is free. */
  readonly memoryBytes: number
  readonly freeMemoryBytes: number
  /** Threads attached now. */
  readonly threads: readonly ThreadStats[]
}

/** One attached thread. Counts since its ledger was first used, modulo 2^32. */
export interface ThreadStats {
  /** threadId. */
  readonly thread: number
  /** Items that it holds or, as a consumer, has fetched and not begun. */
  readonly held: number
  readonly stored: number
  readonly taken: number
  readonly finished: number
  readonly waiting: readonly ('get' | 'put' | 'memory' | 'join')[]
}

/** @internal Items queued, come back, or waiting for room among the dead letters. */
export function sizeOf(shared: Shared): number {
  return queuedNow(shared) + shared.load(RETURNS)
}

/** `queued`, of one moment: what is put and taken between its two loads must not count twice. */
function queuedNow(shared: Shared): number {
  let count = 0
  for (let tries = 0; tries < 10; tries++) {
    const head = shared.load(HEAD)
    count = queued(shared)
    if (shared.load(HEAD) === head) break
  }
  // A put that drops the oldest item claims the tail first, and puts and takes may never pause.
  return Math.min(count, shared.geometry.maxsize)
}

const SIDE_NAMES = ['get', 'put', 'memory', 'join'] as const

/** @internal */
export function statsOf(shared: Shared, name: string): QueueStats {
  const { geometry } = shared
  const threads: ThreadStats[] = []
  let held = 0
  let dropped = 0
  let rejected = 0
  let missedWakes = 0
  for (const ledger of usedLedgers(shared, geometry)) {
    const taken = shared.load(ledger + TAKEN)
    const finished = shared.load(ledger + FINISHED)
    const holds = (taken - finished - shared.load(ledger + GAVE_BACK)) | 0
    dropped += shared.load(ledger + DROPPED)
    rejected += shared.load(ledger + REJECTED)
    missedWakes += shared.load(ledger + MISSED_WAKES)
    held += holds
    const owner = shared.load(ledger + OWNER)
    if (owner === 0 || owner === RESERVED) continue
    const waits = shared.load(ledger + WAITS)
    threads.push({
      thread: owner - 1,
      held: holds,
      stored: shared.load(ledger + STORED) >>> 0,
      taken: taken >>> 0,
      finished: finished >>> 0,
      waiting: SIDE_NAMES.filter((_, index) => {
        const side = SIDES[index] as number
        return (waits & waitBits(side)) !== 0
      }),
    })
  }
  const inRing = queuedNow(shared)
  const returns = shared.load(RETURNS)
  const returned = shared.load(RETURNED)
  const delayed = shared.load(DELAYED)
  return {
    name,
    maxsize: geometry.maxsize,
    size: inRing + returns,
    queued: inRing,
    returned,
    delayed,
    doomed: Math.max(0, returns - returned - delayed),
    held,
    unfinished: unfinished(shared),
    dropped,
    rejected,
    missedWakes,
    shutDown: isDiscarding(shared) ? 'immediate' : isShutDown(shared) ? 'drain' : 'no',
    memoryBytes: geometry.blocks * geometry.blockBytes,
    freeMemoryBytes: shared.load(FREE_BLOCKS) * geometry.blockBytes,
    threads,
  }
}

function usedLedgers(shared: Shared, geometry: Geometry): number[] {
  return Array.from({ length: ledgersUsed(shared) }, (_, index) => ledgerAt(geometry, index))
}
