export type { ThreadGroup } from './group.ts'
export type { CompletePolicy, RestartPolicy } from './restart.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { refuseTooMany } from './capacity.ts'
/** @internal */
export { aggregateOf } from './failures.ts'
/** @internal */
export { queuesOf } from './flow.ts'
/** @internal */
export type { GroupEvents, GroupPlan } from './group.ts'
/** @internal */
export { Group } from './group.ts'
/** @internal */
export type { Member } from './member.ts'
/** @internal */
export { restartPolicy } from './restart.ts'
/** @internal */
export { waitFor } from './wait-for.ts'
