import { runProcess } from '../processes.ts'
import { nameOf } from './dimensions.ts'
import type { Job, Play, PlayReport } from './host.ts'

export interface Outcome extends PlayReport {
  /** Processes that V8 took down for want of memory; the play was done again, with another seed. */
  readonly aborts: number
}

/** Aborts of one play at most. */
const PATIENT = 5

/** Plays them in a process of its own, which must end by itself within `ms`; where V8 takes it down, the rest in another. */
export async function playInProcess(plays: readonly Play[], ms: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let aborts = 0; outcomes.length < plays.length; ) {
    const left = plays
      .slice(outcomes.length)
      .map((play) => ({ ...play, seed: play.seed + aborts * 1_000_000 }))
    const job: Job = { plays: left }
    const { output, errors, code, aborted } = await runProcess('matrix/host.ts', [JSON.stringify(job)], ms)
    const reports = output
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as PlayReport]))
    for (const report of reports) {
      outcomes.push({ ...report, aborts })
      aborts = 0
      if (report.failure !== undefined) return outcomes
    }
    const next = plays[outcomes.length]
    const where = next?.cell === undefined ? '' : ` in ${nameOf(next.cell)}, seed ${next.seed}`
    if (aborted && next?.cell?.way === 'memory' && ++aborts <= PATIENT) continue
    if (code !== 0 || next !== undefined) throw new Error(`host.ts ended with ${code}${where}: ${errors}`)
  }
  return outcomes
}
