import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

/**
 * Listens for SIGINT and SIGTERM: the first asks, by `onFirst`, the second ends, by `onSecond`, and the process with
 * it unless someone else listens too. Sets the exit code that shells know. Returns what ends it.
 */
export function handleSignals(onFirst: (signal: Signal) => void, onSecond: () => void): () => void {
  let asked = false
  const listener = (signal: Signal) => {
    process.exitCode = 128 + constants.signals[signal]
    if (!asked) {
      asked = true
      onFirst(signal)
      return
    }
    end()
    onSecond()
    process.kill(process.pid, signal)
  }
  const end = () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return end
}
