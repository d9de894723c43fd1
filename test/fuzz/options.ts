import { parseArgs } from 'node:util'
import { UsageError, usageOf } from '../support/usage.ts'

/** The options of a script, each of which takes a text; 'help' if that is wanted. */
export function optionsOf<K extends string>(
  args: string[],
  names: readonly K[],
): Partial<Record<K, string>> | 'help' {
  const options: Record<string, { type: 'string' } | { type: 'boolean'; short: string }> = {
    help: { type: 'boolean', short: 'h' },
  }
  for (const name of names) options[name] = { type: 'string' }
  const { values } = usageOf(() => parseArgs({ args, options }))
  return values.help === true ? 'help' : (values as Partial<Record<K, string>>)
}

/** Runs a script: what it answers is its exit code; 2 and the usage for wrong options. */
export async function main(usage: string, run: (args: string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n\n${usage}\n`)
    process.exitCode = 2
  }
}

/** A line now and then, for runs that take longer. */
export function progressTo(total: number, what: string): (done: number) => void {
  let last = performance.now()
  return (done) => {
    if (performance.now() - last < 30_000) return
    last = performance.now()
    console.log(`${done} of ${total} ${what}`)
  }
}
