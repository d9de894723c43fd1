import { constants } from 'node:os'
import { clock } from '../clock.ts'
import { nextTick, setTimeout } from '../timers.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

/**
 * A signal that comes again within so many ms is still the first: npx and tsx pass a Ctrl-C on, which the terminal has
 * sent to all processes itself (measured: a second SIGINT after 31 to 36 ms, in some runs).
 */
const SAME = 250

/** How long a process may take to end by a signal, in ms. */
const ENDING = 100

/** One listener of each signal for all supervisors. It lives on `globalThis`: two copies of the library have one. */
interface Ears {
  readonly hearers: Set<(signal: Signal) => void>
  readonly listener: (signal: Signal) => void
  wasHeard: boolean
}

const KEY = Symbol.for('millrace.signals')
const holder = globalThis as { [KEY]?: Ears }
holder[KEY] ??= { hearers: new Set(), listener, wasHeard: false }
const ears: Ears = holder[KEY]
const { hearers } = ears

function listener(signal: Signal): void {
  process.exitCode = exitCodeOf(signal)
  ears.wasHeard = true
  for (const hear of [...hearers]) {
    if (!hearers.has(hear)) continue
    try {
      hear(signal)
    } catch (error) {
      nextTick(() => {
        throw error
      })
    }
  }
  if (hearers.size > 0) return
  stopListening()
  // Those who still listen have heard it.
  if (process.listenerCount(signal) === 0) endBy(signal)
}

/**
 * Listens for SIGINT and SIGTERM: the first asks, by `onFirst`, the second ends, by `onSecond`, and the process with
 * it unless someone else listens too. Sets the exit code that shells know. Returns what ends it.
 */
export function handleSignals(onFirst: (signal: Signal) => void, onSecond: () => void): () => void {
  let asked: { signal: Signal; at: number } | undefined
  const hear = (signal: Signal) => {
    if (asked === undefined) {
      asked = { signal, at: clock.now() }
      onFirst(signal)
      return
    }
    if (asked.signal === signal && clock.now() - asked.at < SAME) return
    hearers.delete(hear)
    onSecond()
  }
  const end = () => {
    if (hearers.delete(hear) && hearers.size === 0 && !actsForSystem()) stopListening()
  }
  hearers.add(hear)
  for (const signal of SIGNALS) {
    const listeners: readonly unknown[] = process.listeners(signal)
    if (!listeners.includes(ears.listener)) process.on(signal, ears.listener)
  }
  return () => {
    const rest = asked === undefined ? 0 : SAME - (clock.now() - asked.at)
    if (rest <= 0) end()
    // Unheard, the second copy of the signal would end the process in the middle of its report.
    else setTimeout(end, rest).unref()
  }
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, ears.listener)
}

/**
 * The system drops a signal to process 1 of a container to which nobody listens. There whoever asked a supervisor to stop, and
 * then sends a second one when that is over, could not end a process that something else keeps alive.
 */
function actsForSystem(): boolean {
  return process.pid === 1 && ears.wasHeard
}

function endBy(signal: Signal): void {
  process.kill(process.pid, signal)
  // Dropped, for process 1.
  setTimeout(() => process.exit(exitCodeOf(signal)), ENDING).unref()
}

function exitCodeOf(signal: Signal): number {
  return 128 + constants.signals[signal]
}
