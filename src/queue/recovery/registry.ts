import { threadId } from 'node:worker_threads'
import {
  ledgerAt,
  ledgersUsed,
  OWNER,
  PRODUCER,
  RESERVED,
  type Shared,
  type SharedMemory,
  STORED,
  STORED_BEFORE,
} from '../../core/index.ts'
import { QueueCorruptError, TooManyThreadsError } from '../../errors.ts'
import { setLatest } from '../../latest.ts'
import { forgetCause, link, TAKES } from '../../thread-link.ts'
import { backOff, untilDone } from '../../wait/index.ts'
import { INTERNALS } from '../options/index.ts'
import { noteIn } from './death-notes.ts'
import type { ErrorSnapshot } from './error-snapshot.ts'
import { reclaim, recover } from './reclaim.ts'

/** A queue object, of whichever copy of the library. */
export interface RegisteredQueue {
  readonly [INTERNALS]?: {
    readonly hasDeadLetters: boolean
    /** Moves what other threads have left that waits for room among its dead letters. */
    flushDeadLetters(): void
  }
}

/**
 * This thread's attachment to one queue. It lives on `globalThis`, so that two copies of the library in one
 * thread agree: one ledger for each queue and thread.
 */
export interface RegisteredAttachment {
  /**
   * Weak: a queue that nothing uses any more may be collected, and then the next sweep drops this entry.
   * Absent once the thread has detached.
   */
  readonly queue: WeakRef<RegisteredQueue> | undefined
  /** Strong while another thread's ledger is in use: its death must be noticed here. */
  readonly shared: SharedMemory
  /** 0 once the thread has detached. */
  readonly ledger: number
}

interface Registry {
  /** By the queues' ids. */
  readonly attached: Map<string, RegisteredAttachment>
  /** The latest deaths by threadId, oldest first. */
  readonly dead: Map<number, ErrorSnapshot>
  /** The program itself has made or attached a queue in this thread. */
  isUsedByHand?: boolean
}

const KEY = Symbol.for('millrace')
const holder = globalThis as { [KEY]?: Registry }

export function registry(): Registry {
  holder[KEY] ??= { attached: new Map(), dead: new Map() }
  return holder[KEY]
}

/** The program makes or attaches a queue in this thread, which no supervisor knows of. */
export function noteUseByHand(): void {
  registry().isUsedByHand = true
}

/** Whether the program itself has made or attached a queue in this thread. */
export function isUsedByHand(): boolean {
  return registry().isUsedByHand === true
}

/** A notice that the thread sent before its death may arrive some turns of the event loop later. */
export function rememberDeath(thread: number, death: ErrorSnapshot): void {
  const { dead } = registry()
  if (!dead.has(thread)) setLatest(dead, thread, death)
}

/** This thread's id in shared memory, threadId + 1; 0 means none. */
export const thisThread = threadId + 1

/** Claims a ledger for this thread. `producer`: the number for which its puts are counted, or 0. */
export function claimLedger(shared: SharedMemory, label: string, producer = 0): number {
  const reserved = producer === 0 ? 0 : ledgerOf(shared, producer)
  if (reserved !== 0) {
    // Its former owner is dead; the thread that reclaims the ledger may not have ended yet.
    for (let tries = 0; shared.core.inherit(reserved, producer, thisThread) !== 1; tries++) backOff(tries)
    return reserved
  }
  const ledger = claimFree(shared, label)
  if (producer !== 0) shared.core.countFor(ledger, producer)
  return ledger
}

function claimFree(shared: SharedMemory, label: string): number {
  const { maxThreads } = shared.geometry
  for (const hasRecovered of [false, true]) {
    for (let index = 0; index < maxThreads; index++) {
      const ledger = ledgerAt(shared.geometry, index)
      if (shared.load(ledger + OWNER) !== 0) continue
      if (untilDone(() => shared.core.claim(ledger, index, thisThread)) === 1) return ledger
    }
    if (hasRecovered) continue
    const { dead } = registry()
    for (const thread of dead.keys()) recover(shared, thread + 1, thisThread, noteIn(shared, dead))
  }
  throw new TooManyThreadsError(
    `${maxThreads} threads are attached to ${label} already; its option maxThreads sets how many may be`,
  )
}

/** The ledger in which the puts of `producer` are counted, or 0. */
function ledgerOf(shared: Shared, producer: number): number {
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    const ledger = ledgerAt(shared.geometry, index)
    if (shared.load(ledger + PRODUCER) === producer) return ledger
  }
  return 0
}

/** Items stored for `producer` by all its threads so far, modulo 2^32. */
export function storedFor(shared: Shared, producer: number): number {
  const ledger = ledgerOf(shared, producer)
  return ledger === 0 ? 0 : (shared.load(ledger + STORED) - shared.load(ledger + STORED_BEFORE)) >>> 0
}

/** No thread of `producer` follows: its ledger is free for others. */
export function closeProducer(shared: Shared, producer: number): void {
  const ledger = ledgerOf(shared, producer)
  if (ledger !== 0) shared.core.closeProducer(ledger)
}

/** This thread has detached. While others are attached, their deaths are still noticed here. */
export function detachInRegistry(id: string): void {
  const known = registry().attached.get(id)
  if (known === undefined) return
  registry().attached.set(id, { queue: undefined, shared: known.shared, ledger: 0 })
  sweep()
}

/** The items that this thread holds of one queue. */
interface Holding {
  readonly queue: object
  readonly count: number
  /** The registry keeps it no longer, until it takes again. */
  forget(): void
}

const holdings = new Set<Holding>()

/**
 * Keeps the queue object, until a sweep finds that this thread holds nothing of its items: only that object
 * can settle them.
 */
export function keepWhileHolding(holding: Holding): void {
  holdings.add(holding)
  link()?.uses(holding.queue, TAKES)
}

/**
 * Reclaims what a queue object of this id has left that was collected but not swept yet, before the thread
 * attaches again.
 */
export function reclaimFormer(id: string): void {
  const former = registry().attached.get(id)
  if (former === undefined || former.ledger === 0) return
  registry().attached.set(id, { queue: undefined, shared: former.shared, ledger: 0 })
  reclaim(former.shared, former.ledger, thisThread, 0)
}

let onDetached: (id: string) => void = () => {}

/** `call` is told of each queue from which a sweep has detached this thread. */
export function whenSweepDetaches(call: (id: string) => void): void {
  onDetached = call
}

let sizeAfterSweep = 0

/**
 * Holdings looked at for each queue that is made: those of queues that are made and dropped do not pile up.
 */
const LOOKS_PER_QUEUE = 4

function releaseSome(): void {
  let looks = 0
  for (const holding of holdings) {
    if (looks++ === LOOKS_PER_QUEUE) return
    holdings.delete(holding)
    if (holding.count > 0) holdings.add(holding)
    else holding.forget()
  }
}

const collected = new FinalizationRegistry<string>((id) => {
  const known = registry().attached.get(id)
  if (known !== undefined) dropIfUnused(id, known)
})

/** This thread is attached by `queue`, until that is collected. */
export function attachInRegistry(
  id: string,
  queue: RegisteredQueue,
  shared: SharedMemory,
  ledger: number,
): void {
  registry().attached.set(id, { queue: new WeakRef(queue), shared, ledger })
  collected.register(queue, id)
}

/**
 * Sweeps when there is twice as much as after the last sweep, so that many queues cost no more than a few.
 */
export function sweepNowAndThen(): void {
  releaseSome()
  if (registry().attached.size > 2 * sizeAfterSweep + 16) sweep()
}

/** Drops what neither this thread nor another one uses. */
export function sweep(): void {
  for (const holding of holdings) {
    if (holding.count > 0) continue
    holdings.delete(holding)
    holding.forget()
  }
  for (const [id, known] of registry().attached) dropIfUnused(id, known)
  sizeAfterSweep = registry().attached.size
}

/**
 * Detaches the thread from a queue whose object was collected, and forgets it if no other thread is attached.
 */
function dropIfUnused(id: string, { queue, shared, ledger }: RegisteredAttachment): void {
  if (queue?.deref() !== undefined) return
  if (ledger !== 0) {
    try {
      reclaim(shared, ledger, thisThread, 0)
    } catch (error) {
      // The sweep comes with calls on other queues, with deaths, and with none: no caller is to blame.
      if (!(error instanceof QueueCorruptError)) throw error
      process.emitWarning(error)
    }
    onDetached(id)
  }
  if (othersAttached(shared)) {
    registry().attached.set(id, { queue: undefined, shared, ledger: 0 })
  } else {
    registry().attached.delete(id)
    forgetCause(id)
  }
}

function othersAttached(shared: SharedMemory): boolean {
  const used = ledgersUsed(shared)
  for (let index = 0; index < used; index++) {
    const owner = shared.load(ledgerAt(shared.geometry, index) + OWNER)
    if (owner !== 0 && owner !== thisThread && owner !== RESERVED) return true
  }
  return false
}
