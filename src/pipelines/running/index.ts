/** One run of a pipeline: from the opening of its source until nothing of it runs any more. */

export { drive } from './drive.ts'
export { type Part, PipelineRun, type RunPlan } from './pipeline-run.ts'
export { Reading } from './reading.ts'
export { type PipelineReport, reportOf } from './report.ts'
export { RunStats } from './run-stats.ts'
