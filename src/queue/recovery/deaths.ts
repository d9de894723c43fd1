import { subscribe } from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import { runInThisContext } from 'node:vm'
import {
  BroadcastChannel,
  isMainThread,
  MessageChannel,
  type MessagePort,
  postMessageToThread,
  threadId,
  type Worker,
} from 'node:worker_threads'
import { invalidType } from '../../check.ts'
import type { Geometry } from '../../core/index.ts'
import { SharedMemory } from '../../core/index.ts'
import { QueueCorruptError } from '../../errors.ts'
import { link } from '../../thread-link.ts'
import { setTimeout } from '../../timers.ts'
import { ownParkingLot, SharedParkingLot } from '../../wait/index.ts'
import { deathOf, type Ending, noteIn } from './death-notes.ts'
import type { ErrorSnapshot } from './error-snapshot.ts'
import { recover, wakeEveryone } from './reclaim.ts'
import { type AttachedQueue, registry, rememberDeath, sweep, thisThread, whenLetGo } from './registry.ts'

/**
 * Who notices that a thread died, and what follows.
 *
 * - Every thread that has loaded millrace hears the `exit` of the Workers it starts, and recovers their
 *   ledgers in
 *   the queues attached here.
 * - The starter may not know the queue, or not have loaded millrace. So a thread tells the main thread,
 *   before it
 *   claims a ledger, which memory it is about to use (a broadcast, which arrives though the thread blocks next), and
 *   hands it one end of a lifeline: a port whose other end closes when the thread's environment is torn down, after
 *   its last JavaScript.
 *
 * Recovery never begins earlier: until then a thread that was told to terminate can still store.
 */
const CHANNEL = 'millrace:attach'
const LIFELINE = 'millrace:lifeline'
/** The main thread asks a thread for its lifeline. */
const ASK = 'millrace:ask'

/** A thread attaches, detaches (then without a memory), or is dead: its starter has heard why. */
interface Notice {
  readonly thread: number
  readonly id?: string
  readonly memory?: WebAssembly.Memory
  readonly geometry?: Geometry
  readonly lot?: SharedArrayBuffer
  /** Its `process` hears messages of other threads. */
  readonly hears?: boolean
  readonly death?: ErrorSnapshot
}

interface LifelineMessage {
  readonly kind: string
  readonly thread: number
  readonly port: MessagePort
  /** A supervisor started it, and hears its exit. */
  readonly isSupervised: boolean
}

interface OtherThread {
  readonly memories: Map<string, Used>
  readonly lifelines: MessagePort[]
}

interface Used {
  readonly shared: SharedMemory
  /** The object by which this thread goes on moving dead letters when the other is gone; kept for that. */
  readonly queue: AttachedQueue | undefined
}

/**
 * What is known of other threads. It lives on `globalThis`: of several copies of the library in a thread one
 * listens.
 */
interface Others {
  /** Worker threads whose own starter is this thread, and alive: whether this thread will hear their exit. */
  readonly children: Map<number, () => boolean>
  /** Who else uses which memory: in the main thread all others, elsewhere the threads it supervises. */
  readonly otherThreads: Map<number, OtherThread>
  /** Threads whose supervisor has asked them to stop. */
  readonly stopping: Set<number>
  /** Called when a thread is dead, before what it holds is given back. */
  readonly looks: Set<(thread: number) => void>
  isListening: boolean
}

const KEY = Symbol.for('millrace.others')
const holder = globalThis as { [KEY]?: Others }
holder[KEY] ??= {
  children: new Map(),
  otherThreads: new Map(),
  stopping: new Set(),
  looks: new Set(),
  isListening: false,
}
const others: Others = holder[KEY]
const { children, otherThreads, stopping, looks } = others

/**
 * False in a test of Jest: `process`, however it is imported, is a copy there, to which Node says nothing.
 */
const hears = runInThisContext('globalThis.process') === process

/**
 * In threads that are not the main one: the far ends are the main thread's; kept, since a collected port
 * would close.
 */
const lifelines = new Set<MessagePort>()
/** The main thread has said that one arrived. */
let isHeld = false

/** The code of a message that no thread, or no listener, has got. */
const FAILED = 'ERR_WORKER_MESSAGING_FAILED'

/** How long a thread that is asked may take to answer, in ms. */
const ANSWER = 1000

/**
 * How long a supervisor in another thread has to say why one of its threads died, in ms: it may block, or
 * have died as well.
 */
const REASON = 1000

/** Begins to listen; once a thread. */
export function listen(): void {
  if (others.isListening) return
  others.isListening = true
  // From now on threads inherit it.
  ownParkingLot()
  subscribe('worker_threads', (message) => watchWorker((message as { worker: Worker }).worker))
  process.on('workerMessage', (message: unknown) => {
    const { kind, thread, port, isSupervised } = (message ?? {}) as Partial<LifelineMessage>
    if (kind === ASK && !isMainThread && !isHeld) sendLifeline()
    if (kind !== LIFELINE || thread === undefined || port === undefined) return
    otherThread(thread).lifelines.push(port)
    port.on('close', () => {
      // The exit, which follows, says why.
      if (hearsExit(thread)) return
      // Heard of already, it is once more: this may have come late.
      const dies = () => died(thread, deathOf(thread))
      if (isSupervised) setTimeout(dies, REASON).unref()
      else dies()
    })
    port.unref()
  })
  if (isMainThread) openNotices()
}

/** `thread` was started here, and the program has not removed all listeners of its Worker. */
function hearsExit(thread: number): boolean {
  return children.get(thread)?.() === true
}

function openNotices(): BroadcastChannel {
  const notices = new BroadcastChannel(CHANNEL)
  notices.onmessage = (event) => hear((event as { data: Notice }).data)
  notices.unref()
  return notices
}

/**
 * Begins to hear what the Workers of this thread attach to, so that `wakeToStop` reaches them. Returns what
 * ends it.
 */
export function hearAttachments(): () => void {
  listen()
  if (isMainThread) return () => {}
  const notices = openNotices()
  return () => notices.close()
}

/**
 * `thread`, a Worker of this thread, has been asked to stop by a word that it looks at before it sleeps:
 * wakes it wherever it sleeps, also in queues of which a notice is still under way.
 */
export function wakeToStop(thread: number): void {
  stopping.add(thread)
  for (const { shared } of otherThreads.get(thread)?.memories.values() ?? []) wakeEveryone(shared)
}

/**
 * Calls `look` when a thread is dead, before what it holds is given back, until the returned function is
 * called.
 */
export function beforeRecovery(look: (thread: number) => void): () => void {
  looks.add(look)
  return () => looks.delete(look)
}

function otherThread(thread: number): OtherThread {
  let ward = otherThreads.get(thread)
  if (ward === undefined) {
    ward = { memories: new Map(), lifelines: [] }
    otherThreads.set(thread, ward)
  }
  return ward
}

function hear(notice: Notice): void {
  const { thread, id = '', memory, geometry, lot, death } = notice
  if (death !== undefined) {
    if (isMainThread) died(thread, death)
    return
  }
  if (memory === undefined || geometry === undefined || lot === undefined) {
    const memories = otherThreads.get(thread)?.memories
    const left = memories?.get(id)
    memories?.delete(id)
    left?.queue?.flushDeadLetters?.()
    return
  }
  if (!isMainThread && !children.has(thread)) return
  const known = registry().attached.get(id)
  const shared = known?.shared ?? new SharedMemory(memory, geometry, new SharedParkingLot(lot))
  if (registry().dead.has(thread)) {
    recoverIn(shared, thread)
    known?.queue?.deref()?.flushDeadLetters?.()
    return
  }
  const ward = otherThread(thread)
  const queue = known?.queue?.deref()
  ward.memories.set(id, { shared, queue: queue?.hasLetters ? queue : undefined })
  if (stopping.has(thread)) wakeEveryone(shared)
  const isToCome = hears && notice.hears && ward.lifelines.length === 0 && !hearsExit(thread)
  if (isToCome) expectLifeline(thread, ward)
}

/**
 * The lifeline was sent before the notice. If it does not come, Node may have discarded it, since the thread
 * ended before this one read it: so the thread is asked for another. The bound is far above what was measured
 * (4 turns of the loop for a thread three levels down). A timer turns the loop itself; an immediate that does
 * not hold the process waits for something else to turn it.
 */
function expectLifeline(thread: number, ward: OtherThread, turns = 100): void {
  if (ward.lifelines.length > 0 || registry().dead.has(thread)) return
  if (turns <= 0) askForLifeline(thread, ward)
  else setTimeout(expectLifeline, 1, thread, ward, turns - 1).unref()
}

/**
 * A thread that blocks answers late, and then it is alive; only of one that Node does not know is it said
 * that it is dead.
 */
function askForLifeline(thread: number, ward: OtherThread): void {
  postMessageToThread(thread, { kind: ASK }, [], ANSWER).then(
    () => expectLifeline(thread, ward),
    ({ code }) => {
      if (code === FAILED) died(thread, deathOf(thread))
      else expectLifeline(thread, ward)
    },
  )
}

/**
 * @internal Before a ledger is claimed: so that no thread can die with one the main thread has not heard of.
 */
export function announce(id: string, shared: SharedMemory): void {
  if (isMainThread) return
  if (!isHeld) sendLifeline()
  const { memory, geometry, lot } = shared
  broadcast({ thread: threadId, id, memory, geometry, lot: lot.buffer, hears })
}

/**
 * Rejected where the main thread has not loaded millrace: then it cannot help. It may load it later, and a
 * notice without a lifeline would look like the death of this thread: so one goes before every notice until
 * one arrived.
 */
function sendLifeline(): void {
  const { port1, port2 } = new MessageChannel()
  lifelines.add(port1)
  port1.unref()
  const isSupervised = link() !== undefined
  const message: LifelineMessage = { kind: LIFELINE, thread: threadId, port: port2, isSupervised }
  postMessageToThread(0, message, [port2]).then(
    () => {
      isHeld = true
    },
    ({ code }) => {
      // Nobody has the far end. (Where another listener threw, ours has it.)
      if (code !== FAILED) return
      lifelines.delete(port1)
      port1.close()
    },
  )
}

export function announceDetached(id: string): void {
  if (!isMainThread) broadcast({ thread: threadId, id })
}

// Else the main thread would keep the memory of every queue this thread has used and dropped.
whenLetGo(announceDetached)

function broadcast(notice: Notice): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(notice)
  channel.close()
}

/**
 * Recovers what `worker` holds when it dies. Needed only for a Worker started before millrace was loaded in
 * its starter, when the main thread has not loaded it: all others are watched without asking.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if `worker` is no Worker.
 */
export function watch(worker: Worker): void {
  if (typeof worker?.prependListener !== 'function' || typeof worker.threadId !== 'number') {
    throw invalidType('worker', 'a Worker', worker)
  }
  watchWorker(worker)
}

function watchWorker(worker: Worker): void {
  // At `exit` it is -1.
  const thread = worker.threadId
  if (thread < 0 || children.has(thread)) return
  let thrown: Ending['thrown']
  const exited = (exitCode: number) => {
    const death = deathOf(thread, { exitCode, thrown })
    died(thread, death)
    // The main thread may know queues of which this one does not.
    if (!isMainThread) broadcast({ thread, death })
  }
  // Weak: whoever has removed the listeners may have dropped the Worker as well.
  const started = new WeakRef(worker)
  children.set(thread, () => started.deref()?.listeners('exit').includes(exited) === true)
  // Handled by nobody for that.
  worker.prependListener(errorMonitor as unknown as 'error', (error: unknown) => {
    thrown ??= { error }
  })
  worker.prependListener('exit', exited)
}

function died(thread: number, death: ErrorSnapshot): void {
  const { attached } = registry()
  rememberDeath(thread, death)
  stopping.delete(thread)
  children.delete(thread)
  for (const look of looks) look(thread)
  for (const { shared } of attached.values()) recoverIn(shared, thread)
  const ward = otherThreads.get(thread)
  otherThreads.delete(thread)
  for (const lifeline of ward?.lifelines ?? []) lifeline.close()
  for (const [id, { shared }] of ward?.memories ?? []) if (!attached.has(id)) recoverIn(shared, thread)
  // It may have given items up for which there was no room, or its death has.
  for (const { queue } of [...attached.values()]) queue?.deref()?.flushDeadLetters?.()
  sweep()
}

function recoverIn(shared: SharedMemory, thread: number): void {
  try {
    recover(shared, thread + 1, thisThread, noteIn(shared, registry().dead))
    wakeEveryone(shared)
  } catch (error) {
    // A damaged queue must not take the thread down that cleans up after another.
    if (!(error instanceof QueueCorruptError)) throw error
    process.emitWarning(error)
  }
}
