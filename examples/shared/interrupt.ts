/**
 * The signal is aborted by the first Ctrl-C, and the exit code is then 130. The second Ctrl-C ends the
 * process at once, as without this.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => {
    process.exitCode = 130
    controller.abort()
  })
  return controller.signal
}
