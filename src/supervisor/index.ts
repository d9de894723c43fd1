export { type RunOptions, run, warm } from './calls/index.ts'
export type { SupervisorEvents, ThreadEvent } from './events.ts'
export type { RestartPolicy, ThreadGroup } from './groups/index.ts'
export type { SupervisorOptions } from './options.ts'
export type { GroupReport, GroupStats, MemberStats, QueueReport, Report, SupervisorStats } from './report.ts'
export { Supervisor } from './supervisor.ts'
export type {
  ConsumeOptions,
  ItemArgs,
  ProduceOptions,
  ResultAfter,
  TaskOf,
  TaskOptions,
  ThreadTask,
} from './tasks/index.ts'
export { task } from './tasks/index.ts'
export type { SpareStats } from './threads/index.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { framesAbove } from './call-site.ts'
/** @internal */
export { NOBODY, PLAIN } from './calls/index.ts'
/** @internal */
export { emitSafely } from './events.ts'
/** @internal */
export {
  Group,
  type GroupPlan,
  type GroupTask,
  type Member,
  restartPolicy,
  withShare,
} from './groups/index.ts'
/** @internal */
export { checkLimits } from './options.ts'
/** @internal */
export { groupReport } from './report.ts'
/** @internal */
export { exportName, producePlan, workOf } from './tasks/index.ts'
/** @internal */
export { returnShare, takeShare } from './threads/index.ts'
