export type { RestartPolicy } from './restart.ts'
export type { ThreadGroup } from './thread-group.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { refuseTooMany, withShare } from './capacity.ts'
/** @internal */
export { aggregateOf, thrownIn } from './failures.ts'
/** @internal */
export { Group } from './group.ts'
/** @internal */
export type { Member } from './member.ts'
/** @internal */
export type { GroupPlan, GroupTask } from './plan.ts'
/** @internal */
export { isUndeclared, queuesOf } from './plan.ts'
/** @internal */
export type { CompletePolicy } from './restart.ts'
/** @internal */
export { restartPolicy } from './restart.ts'
/** @internal */
export type { GroupEvents } from './thread-group.ts'
/** @internal */
export { waitFor } from './wait-for.ts'
