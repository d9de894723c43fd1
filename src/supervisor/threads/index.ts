export type { SpareStats } from './spares.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { returnShare, returnShareOf, shareMoves, takeShare } from './budget.ts'
/** @internal */
export { type ThreadSettings, threadSettings } from './settings.ts'
/** @internal */
export { giveBack, spareStats, takeThread } from './spares.ts'
/** @internal */
export { type Exit, Thread } from './thread.ts'
