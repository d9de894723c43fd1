import { main } from '../../scripts/command-line.ts'
import build from '../support/build.ts'
import type { Line } from './job.ts'
import { jobOf, SCRIPT } from './options.ts'
import { soakFor } from './soak.ts'
import { header, rowOf, verdictLines } from './table.ts'

await main(SCRIPT, async (values) => {
  const job = jobOf(values)
  build()
  console.log(
    `Node ${process.version}; seed ${job.seed}; ${job.minutes} minutes, ${job.threads} threads, ` +
      `${job.deathsPerSecond} deaths a second wanted`,
  )
  for (const line of header()) console.log(line)
  const outcome = await soakFor(job, (line: Line) => console.log(rowOf(line)))
  for (const line of verdictLines(outcome, job)) console.log(line)
  return outcome.faults.length === 0 ? 0 : 1
})
