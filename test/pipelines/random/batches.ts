import { runProcess } from '../../kill/processes.ts'
import { reportsIn } from '../../support/reports.ts'
import type { Report } from './process.ts'

/** Pipelines that one process runs: threads are kept from one to the next. */
const BATCH = 25
const MOST_MS = 600_000

/** Runs the pipelines of seeds, each judged by the model. A process that fails is replaced by another. */
export async function runSeeds(seeds: readonly number[], told: (report: Report) => void): Promise<Report[]> {
  const reports: Report[] = []
  for (let left = [...seeds]; left.length > 0; ) {
    const batch = left.slice(0, BATCH)
    const { output, errors, code } = await runProcess(
      '../pipelines/random/process.ts',
      [JSON.stringify(batch)],
      MOST_MS,
    )
    const some: Report[] = reportsIn<Report>(output)
    const isBroken = some.length < batch.length && some.every(({ failure }) => failure === undefined)
    if (isBroken) {
      const failure = `the process ended with ${code}: ${errors}`
      some.push({ seed: batch[some.length] as number, ms: 0, outcome: 'broken', failure })
    }
    for (const report of some) told(report)
    reports.push(...some)
    left = left.slice(some.length)
  }
  return reports
}
