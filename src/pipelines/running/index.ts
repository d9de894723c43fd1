/** One run of a pipeline: from the opening of its source until nothing of it runs any more. */

export type { PipelineReport } from './report.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export type { Part, RunPlan } from './connect.ts'
/** @internal */
export { drive } from './drive.ts'
/** @internal */
export { PipelineRun } from './pipeline-run.ts'
/** @internal */
export { Reading } from './reading.ts'
/** @internal */
export { reportOf } from './report.ts'
/** @internal */
export { RunStats } from './run-stats.ts'
