/**
 * What the examples do at the command line. Nothing of millrace is imported here: loading it from TypeScript
 * takes half a second, and the first line of an example is there before.
 */
import { parseArgs } from 'node:util'

/**
 * Reads the arguments of an example that takes none. False if that is all: help was asked for, or they are
 * wrong.
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

/** A reader that has seen enough, as `| head`, is no error; a full disk is. */
export function watchOutput(name: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    fail(name, new Error(`standard output: ${error.message}`), 1)
    process.exit()
  })
  process.stderr.on('error', () => {})
}

export function fail(name: string, error: unknown, exitCode: number): void {
  process.stderr.write(`${name}: ${(error as Error).message}${exitCode === 2 ? '\nTry --help.' : ''}\n`)
  process.exitCode = exitCode
}
