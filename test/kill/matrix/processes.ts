import { reportsIn } from '../../support/reports.ts'
import { runProcess } from '../processes.ts'
import { nameOf } from './dimensions.ts'
import type { CellRun, Job, RunReport } from './host.ts'

export interface Outcome extends RunReport {
  /** Processes that V8 aborted because memory was full. The run was repeated with another seed. */
  readonly aborts: number
}

/** Aborts that one run may have. */
const MOST_ABORTS = 5

/**
 * Does the runs in a process that must end by itself within `ms`. After an abort by V8 another does the rest.
 */
export async function runInProcess(runs: readonly CellRun[], ms: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let aborts = 0; outcomes.length < runs.length; ) {
    const left = runs.slice(outcomes.length).map((run) => ({ ...run, seed: run.seed + aborts * 1_000_000 }))
    const job: Job = { runs: left }
    const { output, errors, code, aborted } = await runProcess('matrix/host.ts', [JSON.stringify(job)], ms)
    const reports = reportsIn<RunReport>(output)
    for (const report of reports) {
      outcomes.push({ ...report, aborts })
      aborts = 0
      if (report.failure !== undefined) return outcomes
    }
    const next = runs[outcomes.length]
    const where = next?.cell === undefined ? '' : ` in ${nameOf(next.cell)}, seed ${next.seed}`
    if (aborted && next?.cell?.way === 'memory' && ++aborts <= MOST_ABORTS) continue
    if (code !== 0 || next !== undefined) throw new Error(`host.ts ended with ${code}${where}: ${errors}`)
  }
  return outcomes
}
