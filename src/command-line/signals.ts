/** The exit codes of a shell for programs that ended by these signals. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

type StopSignal = keyof typeof EXIT_CODES

export interface StopSignals {
  /** The exit code that the first signal asks for; undefined if none came. */
  readonly exitCode: number | undefined
}

/** Calls `stop` at the first signal, with the exit code. A second one ends the process at once. */
export function handleStopSignals(stop: (exitCode: number) => void): StopSignals {
  const received: { exitCode: number | undefined } = { exitCode: undefined }
  const handle = (signal: StopSignal) => {
    const exitCode = EXIT_CODES[signal]
    if (received.exitCode !== undefined) process.exit(exitCode)
    received.exitCode = exitCode
    stop(exitCode)
  }
  for (const signal of Object.keys(EXIT_CODES) as StopSignal[]) process.on(signal, handle)
  return received
}
