import { constants } from 'node:os'
import { clock } from '../clock.ts'
import { nextTick, setTimeout } from '../timers.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

/**
 * A signal that comes again within so many ms is still the first: npx and tsx pass a Ctrl-C on, which the
 * terminal has sent to all processes itself (measured: a second SIGINT after 31 to 36 ms, in some runs).
 */
const SAME = 250

/** How long a process may take to end by a signal, in ms. */
const ENDING = 100

/**
 * One listener of each signal for all supervisors. It lives on `globalThis`: two copies of the library have
 * one.
 */
interface Listening {
  readonly handlers: Set<(signal: Signal) => void>
  readonly listener: (signal: Signal) => void
  /** A signal has come. */
  hasCome: boolean
}

const KEY = Symbol.for('millrace.signals')
const holder = globalThis as { [KEY]?: Listening }
holder[KEY] ??= { handlers: new Set(), listener, hasCome: false }
const listening: Listening = holder[KEY]
const { handlers } = listening

function listener(signal: Signal): void {
  process.exitCode = exitCodeOf(signal)
  listening.hasCome = true
  for (const handle of [...handlers]) {
    if (!handlers.has(handle)) continue
    try {
      handle(signal)
    } catch (error) {
      nextTick(() => {
        throw error
      })
    }
  }
  if (handlers.size > 0) return
  stopListening()
  // Those of the program that still listen have been called.
  if (process.listenerCount(signal) === 0) endBy(signal)
}

/**
 * Listens for SIGINT and SIGTERM: the first asks, by `onFirst`, the second ends, by `onSecond`, and the
 * process with it unless someone else listens too. Sets the exit code that shells know. Returns what ends it.
 */
export function handleSignals(onFirst: (signal: Signal) => void, onSecond: () => void): () => void {
  let asked: { signal: Signal; at: number } | undefined
  const handle = (signal: Signal) => {
    if (asked === undefined) {
      asked = { signal, at: clock.now() }
      onFirst(signal)
      return
    }
    if (asked.signal === signal && clock.now() - asked.at < SAME) return
    handlers.delete(handle)
    onSecond()
  }
  const end = () => {
    if (handlers.delete(handle) && handlers.size === 0 && !actsForSystem()) stopListening()
  }
  handlers.add(handle)
  for (const signal of SIGNALS) {
    const listeners: readonly unknown[] = process.listeners(signal)
    if (!listeners.includes(listening.listener)) process.on(signal, listening.listener)
  }
  return () => {
    const rest = asked === undefined ? 0 : SAME - (clock.now() - asked.at)
    if (rest <= 0) end()
    // With no listener, the second copy of the signal would end the process in the middle of its report.
    else setTimeout(end, rest).unref()
  }
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, listening.listener)
}

/**
 * The system drops a signal to process 1 of a container to which nobody listens. There whoever asked a
 * supervisor to stop, and then sends a second one when that is over, could not end a process that something
 * else keeps alive.
 */
function actsForSystem(): boolean {
  return process.pid === 1 && listening.hasCome
}

function endBy(signal: Signal): void {
  process.kill(process.pid, signal)
  // Dropped, for process 1.
  setTimeout(() => process.exit(exitCodeOf(signal)), ENDING).unref()
}

function exitCodeOf(signal: Signal): number {
  return 128 + constants.signals[signal]
}
