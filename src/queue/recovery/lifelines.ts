import { runInThisContext } from 'node:vm'
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  postMessageToThread,
  threadId,
} from 'node:worker_threads'
import { link } from '../../thread-link.ts'
import { setTimeout } from '../../timers.ts'
import { deathOf } from './death-notes.ts'
import { died } from './deaths.ts'
import { hearsExit, type OtherThread, otherThread } from './other-threads.ts'
import { registry } from './registry.ts'

/**
 * Lifelines tell the main thread of deaths whose Workers it has not started. A thread hands the main thread
 * one end of a port before it claims a ledger. The end closes when the thread's environment is torn down,
 * after its last JavaScript.
 */
const LIFELINE = 'millrace:lifeline'
/** The main thread asks a thread for its lifeline. */
const ASK = 'millrace:ask'

interface LifelineMessage {
  readonly kind: string
  readonly thread: number
  readonly port: MessagePort
  /** A supervisor started the thread, and hears its exit. */
  readonly isSupervised: boolean
}

/**
 * False in a test of Jest: `process`, however it is imported, is a copy there, to which Node sends no
 * messages.
 */
export const hearsMessages = runInThisContext('globalThis.process') === process

/** The main thread has the other ends. Kept, since a port that is collected would close. */
const lifelines = new Set<MessagePort>()
/** The main thread has received a lifeline of this thread. */
let isReceived = false

/** The code of a message that no thread, or no listener, has received. */
const FAILED = 'ERR_WORKER_MESSAGING_FAILED'

/** How long a thread that is asked for its lifeline may take to answer. */
const ANSWER_MS = 1000

/**
 * How long a supervisor in another thread has to say why one of its threads died: it may block, or have died
 * too.
 */
const REASON_MS = 1000

/** Begins to hear of lifelines, and of questions for one. */
export function hearLifelines(): void {
  process.on('workerMessage', (message: unknown) => {
    const { kind, thread, port, isSupervised } = (message ?? {}) as Partial<LifelineMessage>
    if (kind === ASK && !isMainThread && !isReceived) sendLifeline()
    if (kind !== LIFELINE || thread === undefined || port === undefined) return
    otherThread(thread).lifelines.push(port)
    port.on('close', () => {
      // The exit, which follows, says why.
      if (hearsExit(thread)) return
      // A death that was heard of before changes nothing: the message may have come late.
      const dies = () => died(thread, deathOf(thread))
      if (isSupervised) setTimeout(dies, REASON_MS).unref()
      else dies()
    })
    port.unref()
  })
}

/** Sends the main thread a lifeline, unless it has one. */
export function ensureLifeline(): void {
  if (!isReceived) sendLifeline()
}

/**
 * The message is rejected where the main thread has not loaded millrace: then it cannot help. It may load
 * millrace later, and a notice without a lifeline would look like the death of this thread. So one goes
 * before every notice until one is received.
 */
function sendLifeline(): void {
  const { port1, port2 } = new MessageChannel()
  lifelines.add(port1)
  port1.unref()
  const isSupervised = link() !== undefined
  const message: LifelineMessage = { kind: LIFELINE, thread: threadId, port: port2, isSupervised }
  postMessageToThread(0, message, [port2]).then(
    () => {
      isReceived = true
    },
    ({ code }) => {
      // No thread has the other end. (Where another listener threw, ours has it.)
      if (code !== FAILED) return
      lifelines.delete(port1)
      port1.close()
    },
  )
}

/**
 * Waits for the lifeline that was sent before a notice. If it does not come, Node may have discarded it,
 * since the thread ended before this one read it; then the thread is asked for another. The bound is far
 * above what was measured: 4 turns of the event loop for a thread three levels down. A timer turns the loop
 * itself; an immediate that does not hold the process waits for something else to turn it.
 */
export function expectLifeline(thread: number, other: OtherThread, turns = 100): void {
  if (other.lifelines.length > 0 || registry().dead.has(thread)) return
  if (turns <= 0) askForLifeline(thread, other)
  else setTimeout(expectLifeline, 1, thread, other, turns - 1).unref()
}

/**
 * A thread that blocks answers late, and is alive. Node's answer says that a thread is dead only if it knows
 * none.
 */
function askForLifeline(thread: number, other: OtherThread): void {
  postMessageToThread(thread, { kind: ASK }, [], ANSWER_MS).then(
    () => expectLifeline(thread, other),
    ({ code }) => {
      if (code === FAILED) died(thread, deathOf(thread))
      else expectLifeline(thread, other)
    },
  )
}
