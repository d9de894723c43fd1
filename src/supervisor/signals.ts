import { constants } from 'node:os'
import { clock } from '../clock.ts'
import { nextTick, setTimeout } from '../timers.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

/**
 * A signal that comes again within this time counts as the same: npx and tsx pass a Ctrl-C on, although the
 * terminal has sent it to all processes itself. (Measured: a second SIGINT after 31 to 36 ms, in some runs.)
 */
const SAME_SIGNAL_MS = 250

/** The time that a process may take to end by a signal. */
const SIGNAL_EXIT_MS = 100

/**
 * One listener of each signal for all supervisors. It is on `globalThis`, so that two copies of the library
 * share it.
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
  // A program's own listener has been called, and decides by itself whether the process ends.
  if (process.listenerCount(signal) === 0) endBy(signal)
}

/**
 * Listens for SIGINT and SIGTERM. Calls `onFirst` at the first signal, `onSecond` at the second, which also
 * ends the process unless there is another listener. Sets the exit code that shells expect of a signal.
 * Returns a function that ends the listening.
 */
export function handleSignals(onFirst: (signal: Signal) => void, onSecond: () => void): () => void {
  let asked: { signal: Signal; at: number } | undefined
  const handle = (signal: Signal) => {
    if (asked === undefined) {
      asked = { signal, at: clock.now() }
      onFirst(signal)
      return
    }
    if (asked.signal === signal && clock.now() - asked.at < SAME_SIGNAL_MS) return
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
    const rest = asked === undefined ? 0 : SAME_SIGNAL_MS - (clock.now() - asked.at)
    if (rest <= 0) end()
    // With no listener, the second copy of the signal would end the process in the middle of its report.
    else setTimeout(end, rest).unref()
  }
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, listening.listener)
}

/**
 * The system drops a signal for process 1 of a container that has no listener. Then a second signal, sent
 * after the supervisor is over, could not end a process that something else keeps alive. So the listener
 * stays there.
 */
function actsForSystem(): boolean {
  return process.pid === 1 && listening.hasCome
}

function endBy(signal: Signal): void {
  process.kill(process.pid, signal)
  // The system drops the signal for process 1.
  setTimeout(() => process.exit(exitCodeOf(signal)), SIGNAL_EXIT_MS).unref()
}

function exitCodeOf(signal: Signal): number {
  return 128 + constants.signals[signal]
}
