import { constants } from 'node:os'
import { clock } from '../clock.ts'
import { setTimeout } from '../timers.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

/**
 * A signal that comes again within so many ms is still the first: npx and tsx pass a Ctrl-C on, which the terminal has
 * sent to all processes itself (measured: a second SIGINT after 31 to 36 ms, in some runs).
 */
const SAME = 250

/**
 * Listens for SIGINT and SIGTERM: the first asks, by `onFirst`, the second ends, by `onSecond`, and the process with
 * it unless someone else listens too. Sets the exit code that shells know. Returns what ends it.
 */
export function handleSignals(onFirst: (signal: Signal) => void, onSecond: () => void): () => void {
  let asked: { signal: Signal; at: number } | undefined
  const listener = (signal: Signal) => {
    process.exitCode = 128 + constants.signals[signal]
    if (asked === undefined) {
      asked = { signal, at: clock.now() }
      onFirst(signal)
      return
    }
    if (asked.signal === signal && clock.now() - asked.at < SAME) return
    end()
    onSecond()
    // Those who still listen have heard it.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  }
  const end = () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return () => {
    const rest = asked === undefined ? 0 : SAME - (clock.now() - asked.at)
    if (rest <= 0) end()
    // Unheard, the second copy of the signal would end the process in the middle of its report.
    else setTimeout(end, rest).unref()
  }
}
