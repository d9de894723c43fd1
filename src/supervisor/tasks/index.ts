export type { ItemArgs, OptionsAfter, StartArgs, Threads } from './after-function.ts'
export type { ConsumeOptions, ProduceOptions, ResultOf, TaskOf, TaskOptions, ThreadTask } from './task.ts'
export { task } from './task.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { workOf } from './given.ts'
/** @internal */
export { consumePlan, producePlan, spawnPlan } from './plans.ts'
