/**
 * Soaks for `--minutes`, prints a line a minute and a verdict: `npm run soak -- --help`.
 */
import build from '../support/build.ts'
import { UsageError } from '../support/usage.ts'
import type { Line } from './job.ts'
import { optionsOf, USAGE } from './options.ts'
import { soakFor } from './soak.ts'
import { header, rowOf, verdictLines } from './table.ts'

async function main(): Promise<number> {
  const job = optionsOf(process.argv.slice(2))
  if (job === 'help') {
    console.log(USAGE)
    return 0
  }
  build()
  console.log(
    `Node ${process.version}; seed ${job.seed}; ${job.minutes} minutes, ${job.threads} threads, ` +
      `${job.deathsPerSecond} deaths a second wanted`,
  )
  for (const line of header()) console.log(line)
  const outcome = await soakFor(job, (line: Line) => console.log(rowOf(line)))
  for (const line of verdictLines(outcome, job)) console.log(line)
  return outcome.faults.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n\n${USAGE}\n`)
  process.exitCode = 2
}
