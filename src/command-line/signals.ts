import { clock } from '../clock.ts'

/** The exit codes of a shell for programs that ended by these signals. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

type StopSignal = keyof typeof EXIT_CODES

/** npx and tsx pass a Ctrl-C on that the terminal has sent to all processes: it comes twice. */
const SAME_SIGNAL_MS = 250

export interface StopSignals {
  /** The exit code that the first signal asks for; undefined if none came. */
  readonly exitCode: number | undefined
}

/**
 * Calls `stop` at the first signal, with the exit code. A second one ends the process at once, but for the
 * same signal within 250 ms.
 */
export function handleStopSignals(stop: (exitCode: number) => void): StopSignals {
  let first: { readonly signal: StopSignal; readonly at: number } | undefined
  const handle = (signal: StopSignal) => {
    if (first === undefined) {
      first = { signal, at: clock.now() }
      stop(EXIT_CODES[signal])
    } else if (first.signal !== signal || clock.now() - first.at >= SAME_SIGNAL_MS) {
      process.exit(EXIT_CODES[signal])
    }
  }
  for (const signal of Object.keys(EXIT_CODES) as StopSignal[]) process.on(signal, handle)
  return {
    get exitCode() {
      return first && EXIT_CODES[first.signal]
    },
  }
}
