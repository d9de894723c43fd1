/**
 * The command line of the examples. This file imports nothing of millrace: loading millrace from TypeScript
 * takes half a second, and an example prints its first line before.
 */
import { parseArgs } from 'node:util'

/**
 * Reads the arguments of an example that takes only `--help`. Returns false if the example shall not run,
 * because help was asked for or the arguments are wrong.
 */
export function isToRun(name: string, help: string): boolean {
  watchOutput(name)
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } })
    if (values.help) process.stdout.write(help)
    return values.help !== true
  } catch (error) {
    fail(name, error, 2)
    return false
  }
}

/**
 * Fails when stdout cannot be written, for example to a full disk. A reader that leaves, as `head`, is no
 * error.
 */
export function watchOutput(name: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    fail(name, new Error(`standard output: ${error.message}`), 1)
    process.exit()
  })
  process.stderr.on('error', () => {})
}

/** Prints the message of `error` on stderr, and sets the exit code. */
export function fail(name: string, error: unknown, exitCode: number): void {
  process.stderr.write(`${name}: ${(error as Error).message}${exitCode === 2 ? '\nTry --help.' : ''}\n`)
  process.exitCode = exitCode
}
