import { threadId } from 'node:worker_threads'
import {
  BUSY,
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
import { backOff } from '../../wait/index.ts'
import { noteIn } from './death-notes.ts'
import type { ErrorSnapshot } from './error-snapshot.ts'
import { reclaim, recover } from './reclaim.ts'

/** A queue object, of whichever copy of the library. */
export interface AttachedQueue {
  readonly hasLetters?: boolean
  /** Moves what other threads have left that waits for room among its dead letters. */
  flushDeadLetters?(): void
}

/**
 * What this thread is attached to. It lives on `globalThis`, so that two copies of the library in one thread
 * agree: one ledger a queue and thread.
 */
export interface Attached {
  /**
   * Weak: a queue nobody uses any more may go, and with it, at the next sweep, this entry. Absent once
   * detached.
   */
  readonly queue: WeakRef<AttachedQueue> | undefined
  /** Strong, while another thread's ledger is in use: its death must be noticed here. */
  readonly shared: SharedMemory
  /** 0 once detached. */
  readonly ledger: number
}

interface Registry {
  readonly attached: Map<string, Attached>
  /** The latest deaths by threadId, oldest first. */
  readonly dead: Map<number, ErrorSnapshot>
}

const KEY = Symbol.for('millrace')
const holder = globalThis as { [KEY]?: Registry }

export function registry(): Registry {
  holder[KEY] ??= { attached: new Map(), dead: new Map() }
  return holder[KEY]
}

/**
 * A thread's death is of interest as long as a notice that it sent before may be under way, some turns of the
 * event loop.
 */
export function rememberDeath(thread: number, death: ErrorSnapshot): void {
  const { dead } = registry()
  if (!dead.has(thread)) setLatest(dead, thread, death)
}

/** Who this thread is in shared memory: 0 there is nobody. */
export const thisThread = threadId + 1

/** Claims a ledger for this thread; `producer` is who its puts are counted for, if not 0. */
export function claimLedger(shared: SharedMemory, label: string, producer = 0): number {
  const vacant = producer === 0 ? 0 : ledgerOf(shared, producer)
  if (vacant !== 0) {
    // Its former owner is dead; whoever winds it up may still be at it.
    for (let tries = 0; shared.core.inherit(vacant, producer, thisThread) !== 1; tries++) backOff(tries)
    return vacant
  }
  const ledger = claimFree(shared, label)
  if (producer !== 0) shared.core.countFor(ledger, producer)
  return ledger
}

function claimFree(shared: SharedMemory, label: string): number {
  const { maxThreads } = shared.geometry
  for (const recovered of [false, true]) {
    for (let index = 0; index < maxThreads; index++) {
      const ledger = ledgerAt(shared.geometry, index)
      if (shared.load(ledger + OWNER) !== 0) continue
      let answer = shared.core.claim(ledger, index, thisThread)
      for (let tries = 0; answer === BUSY; tries++) {
        backOff(tries)
        answer = shared.core.claim(ledger, index, thisThread)
      }
      if (answer === 1) return ledger
    }
    if (recovered) continue
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

/** This thread has detached; while others are attached their deaths are still noticed here. */
export function detachInRegistry(id: string): void {
  const known = registry().attached.get(id)
  if (known === undefined) return
  registry().attached.set(id, { queue: undefined, shared: known.shared, ledger: 0 })
  sweep()
}

/** A thread's place at a queue, while it holds items. */
interface Holder {
  readonly queue: object
  readonly held: number
  /** It is kept no longer, until it takes again. */
  forget(): void
}

const holders = new Set<Holder>()

/**
 * Keeps a holder, and its queue with it, until a sweep finds that it holds nothing: only that queue object
 * can finish what it took.
 */
export function keepWhileHolding(holder: Holder): void {
  holders.add(holder)
  link()?.uses(holder.queue, TAKES)
}

/**
 * A queue object of this id is gone, but not swept yet: what it left is wound up, before the thread attaches
 * again.
 */
export function reclaimFormer(id: string): void {
  const former = registry().attached.get(id)
  if (former === undefined || former.ledger === 0) return
  registry().attached.set(id, { queue: undefined, shared: former.shared, ledger: 0 })
  reclaim(former.shared, former.ledger, thisThread, 0)
}

let onLetGo: (id: string) => void = () => {}

/** `call` is told of each queue from which a sweep detached this thread. */
export function whenLetGo(call: (id: string) => void): void {
  onLetGo = call
}

let sizeAfterSweep = 0

/**
 * Holders looked at for each queue that is made: those of queues that are made and dropped do not pile up.
 */
const LOOKS = 4

function releaseSome(): void {
  let looks = 0
  for (const holder of holders) {
    if (looks++ === LOOKS) return
    holders.delete(holder)
    if (holder.held > 0) holders.add(holder)
    else holder.forget()
  }
}

const collected = new FinalizationRegistry<string>((id) => {
  const known = registry().attached.get(id)
  if (known !== undefined) letGo(id, known)
})

/** This thread is attached by `queue`, until that is collected. */
export function attachInRegistry(
  id: string,
  queue: AttachedQueue,
  shared: SharedMemory,
  ledger: number,
): void {
  registry().attached.set(id, { queue: new WeakRef(queue), shared, ledger })
  collected.register(queue, id)
}

/** Sweeps when there is twice as much as after the last time, so that many queues cost no more than a few. */
export function sweepNowAndThen(): void {
  releaseSome()
  if (registry().attached.size > 2 * sizeAfterSweep + 16) sweep()
}

/** Drops what nobody here uses and no other thread either. */
export function sweep(): void {
  for (const holder of holders) {
    if (holder.held > 0) continue
    holders.delete(holder)
    holder.forget()
  }
  for (const [id, known] of registry().attached) letGo(id, known)
  sizeAfterSweep = registry().attached.size
}

/** Unless its queue is there. */
function letGo(id: string, { queue, shared, ledger }: Attached): void {
  if (queue?.deref() !== undefined) return
  if (ledger !== 0) {
    try {
      reclaim(shared, ledger, thisThread, 0)
    } catch (error) {
      // It comes with calls on other queues, with deaths, and with none.
      if (!(error instanceof QueueCorruptError)) throw error
      process.emitWarning(error)
    }
    onLetGo(id)
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
