/** The stages of a pipeline: windows of items, and what calls functions with them. */

export { BatchStage } from './batch-stage.ts'
export { LocalExecutor, type LocalStageSettings } from './local-executor.ts'
export { ThreadExecutor } from './thread-executor.ts'
export type { ThreadStageSettings } from './thread-plan.ts'
export { WindowedStage, type WindowedStageSettings } from './windowed-stage.ts'
