#!/usr/bin/env node
/** The program `millrace`. Nothing imports it. */
import Module from 'node:module'
import { inspect } from 'node:util'
import { mapArguments } from './arguments.ts'
import { HELP, mapHelp } from './help.ts'
import { map } from './map.ts'
import { endOnOutputError } from './output-errors.ts'
import { UsageError, unknownName } from './usage.ts'

const COMMANDS = ['map']

/** Runs the command. Returns the exit code. @throws UsageError if it is called wrongly */
async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case undefined:
      throw new UsageError('a command is missing: map')
    case '--help':
    case '-h':
    case 'help':
      return print(HELP)
    case '--version':
    case '-V':
      return print(`${version()}\n`)
    case 'map': {
      const read = mapArguments(args)
      return read === 'help' ? print(mapHelp()) : await map(read)
    }
    default:
      throw command.startsWith('-')
        ? unknownName('option', command, ['--help', '--version'])
        : unknownName('command', command, COMMANDS)
  }
}

async function print(text: string): Promise<number> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
  return 0
}

function version(): string {
  // The package's own name leads to it, from the sources as from each build.
  return Module.createRequire(import.meta.url)('millrace/package.json').version
}

/** Ends the process once standard error has been written: standard input may still be open. */
function exit(code: number): void {
  process.stderr.write('', () => process.exit(code))
}

endOnOutputError(process.stdout, 'standard output')
// Nobody is left to tell.
process.stderr.on('error', () => {})
main(process.argv.slice(2)).then(exit, (error: unknown) => {
  const isUsage = error instanceof UsageError
  const hint = process.argv[2] === 'map' ? 'millrace map --help' : 'millrace --help'
  const text = isUsage ? `${error.message}\nTry '${hint}'.` : inspect(error)
  process.stderr.write(`millrace: ${text}\n`)
  exit(isUsage ? 2 : 1)
})
