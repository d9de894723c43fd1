/** Pipelines. */

export type { MapOptions, PipelineStats, StageStats } from './options.ts'
export { type ProgressOptions, type ProgressSource, progressBar } from './progress-bar.ts'
