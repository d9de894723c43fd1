import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import { type Geometry, SharedMemory } from '../../core/index.ts'
import { SharedParkingLot } from '../../wait/index.ts'
import { INTERNALS } from '../options/index.ts'
import { died, recoverIn } from './deaths.ts'
import type { ErrorSnapshot } from './error-snapshot.ts'
import { ensureLifeline, expectLifeline, hearsMessages } from './lifelines.ts'
import { hearsExit, type OtherThread, others, otherThread, type Recoverable } from './other-threads.ts'
import { wakeEveryone } from './reclaim.ts'
import { registry, whenSweepDetaches } from './registry.ts'

/**
 * Notices tell the main thread, and supervisors in other threads, which memories a thread uses. A thread
 * broadcasts one before it claims a ledger: a broadcast arrives though the thread blocks next.
 */
const CHANNEL = 'millrace:attach'

/** A thread attaches; or detaches, then without a memory; or is dead, and its starter has heard why. */
interface Notice {
  readonly thread: number
  readonly id?: string
  readonly memory?: WebAssembly.Memory
  readonly geometry?: Geometry
  readonly lot?: SharedArrayBuffer
  /** Its `process` hears messages of other threads. */
  readonly hears?: boolean
  readonly death?: ErrorSnapshot
  /** The memory is of this kind, and no queue's; `data` is for whoever opens it. */
  readonly kind?: string
  readonly data?: unknown
}

/** By kind, what opens a memory that is no queue's. */
const openers = new Map<string, (data: never) => Recoverable>()

/** Memories of this kind, which other threads announce, are opened by `open`. */
export function openBy<D>(kind: string, open: (data: D) => Recoverable): void {
  openers.set(kind, open)
}

/** Begins to hear notices. Returns what ends that. */
export function openNotices(): () => void {
  const notices = new BroadcastChannel(CHANNEL)
  notices.onmessage = (event) => hear((event as { data: Notice }).data)
  notices.unref()
  return () => notices.close()
}

/**
 * Tells of a queue before its ledger is claimed: no thread dies with a ledger that the main thread has not
 * heard of.
 */
export function announce(id: string, shared: SharedMemory): void {
  if (isMainThread) return
  ensureLifeline()
  const { memory, geometry, lot } = shared
  broadcast({ thread: threadId, id, memory, geometry, lot: lot.buffer, hears: hearsMessages })
}

/** As `announce`, for a memory that `openBy` opens. */
export function announceMemory(kind: string, id: string, data: unknown): void {
  if (isMainThread) return
  ensureLifeline()
  broadcast({ thread: threadId, id, kind, data, hears: hearsMessages })
}

export function announceDetached(id: string): void {
  if (!isMainThread) broadcast({ thread: threadId, id })
}

/** Tells the main thread, which may know queues of which this thread does not. */
export function announceDeath(thread: number, death: ErrorSnapshot): void {
  if (!isMainThread) broadcast({ thread, death })
}

// Without this the main thread would keep the memory of every queue that this thread has used and dropped.
whenSweepDetaches(announceDetached)

function broadcast(notice: Notice): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(notice)
  channel.close()
}

function hear(notice: Notice): void {
  const { thread, id = '', memory, geometry, lot, death, kind } = notice
  if (death !== undefined) {
    if (isMainThread) died(thread, death)
    return
  }
  if (kind !== undefined) {
    hearMemory(notice, kind)
    return
  }
  if (memory === undefined || geometry === undefined || lot === undefined) {
    others.known.get(thread)?.recoverables.delete(id)
    const memories = others.known.get(thread)?.memories
    const left = memories?.get(id)
    memories?.delete(id)
    left?.queue?.[INTERNALS]?.flushDeadLetters()
    return
  }
  if (!isMainThread && !others.children.has(thread)) return
  const known = registry().attached.get(id)
  const shared = known?.shared ?? new SharedMemory(memory, geometry, new SharedParkingLot(lot))
  const queue = known?.queue?.deref()
  if (registry().dead.has(thread)) {
    recoverIn(shared, thread)
    queue?.[INTERNALS]?.flushDeadLetters()
    return
  }
  const other = otherThread(thread)
  other.memories.set(id, { shared, queue: queue?.[INTERNALS]?.hasDeadLetters ? queue : undefined })
  if (others.stopping.has(thread)) wakeEveryone(shared)
  expectDeath(notice, other)
}

function hearMemory(notice: Notice, kind: string): void {
  const { thread, id = '', data } = notice
  const open = openers.get(kind)
  if (open === undefined || (!isMainThread && !others.children.has(thread))) return
  const memory = openedFor(id) ?? open(data as never)
  if (registry().dead.has(thread)) {
    memory.recover(thread + 1)
    return
  }
  const other = otherThread(thread)
  other.recoverables.set(id, memory)
  if (others.stopping.has(thread)) memory.wake()
  expectDeath(notice, other)
}

/** As other threads use it. The attachment of this thread is not kept for that: it may be dropped. */
function openedFor(id: string): Recoverable | undefined {
  for (const { recoverables } of others.known.values()) {
    const known = recoverables.get(id)
    if (known !== undefined) return known
  }
  return undefined
}

function expectDeath({ thread, hears }: Notice, other: OtherThread): void {
  const isToCome = hearsMessages && hears && other.lifelines.length === 0 && !hearsExit(thread)
  if (isToCome) expectLifeline(thread, other)
}
