/** Pipelines: items of a source through functions on threads, in order, with bounded memory. */

export { ENDED, OPEN, type OpenSource, type RunHooks, WAITING } from './flow.ts'
export type { MapOptions, PipelineStats, StageStats } from './options.ts'
export { parallelMap } from './parallel-map.ts'
export { ParallelRun, type RunEvents, type Settled } from './parallel-run.ts'
export { Pipeline, pipeline } from './pipeline.ts'
export { type ProgressOptions, type ProgressSource, progressBar } from './progress/index.ts'
export type { PipelineReport } from './running/index.ts'
export type {
  ElementOf,
  PipelineSink,
  PipelineSource,
  StageOptionsAfter,
  TaskMapOptions,
} from './stage-types.ts'
export type { DuplexOptions, ReadableOptions } from './streams/index.ts'
