import type { Writable } from 'node:stream'

/**
 * Ends the process at once when the output cannot be written. A reader that leaves, as `head`, is no error:
 * the exit code is then that of a signal that came before, or 0.
 */
export function endOnOutputError(stream: Writable, name: string, before?: () => void): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    before?.()
    if (error.code === 'EPIPE') process.exit()
    process.stderr.write(`millrace: ${name}: ${error.message}\n`, () => process.exit(1))
  })
}
