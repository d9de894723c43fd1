import { groupReport, type Report } from '../../supervisor/index.ts'
import type { PipelineStats } from '../options.ts'
import type { PipelineRun } from './pipeline-run.ts'

/** How a pipeline has ended that was written to a sink. */
export interface PipelineReport extends Report {
  readonly stats: PipelineStats
}

/** @internal */
export function reportOf(run: PipelineRun, stats: PipelineStats): PipelineReport {
  return {
    name: 'pipeline',
    elapsed: stats.elapsed,
    groups: run.executors.flatMap(({ group }) => (group === undefined ? [] : [groupReport(group)])),
    queues: [],
    stats,
  }
}
