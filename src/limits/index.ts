/** Rate limiters in shared memory: one budget, or one for each key, for all threads. */

export { attach, attachAsync } from './attach.ts'
export type {
  KeyedRateLimiterOptions,
  KeyedRateLimiterStats,
  KeyQuota,
  KeyStats,
} from './keyed-rate-limiter.ts'
export { KeyedRateLimiter } from './keyed-rate-limiter.ts'
export type { AcquireOptions } from './options.ts'
export type { Permit } from './permit.ts'
export type { Quota } from './quota.ts'
export type { RateLimiterOptions, RateLimiterStats } from './rate-limiter.ts'
export { RateLimiter } from './rate-limiter.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { attachLimiterWith } from './attach.ts'
/** @internal */
export type { Granted } from './gate/index.ts'
/** @internal */
/** @internal */
export { limitKeyOf, limitOf, RateGate } from './gate/index.ts'
/** @internal */
export type { LimitHandleData } from './handle.ts'
/** @internal */
export type { Limiter } from './limiter.ts'
/** @internal */
export type { QuotaFunction, QuotaReference } from './quota.ts'
/** @internal */
export { findReferencesBy } from './quota.ts'
/** @internal */
export type { LimiterObject } from './registry.ts'
/** @internal */
export { detachLimiters, isLimiter, LIMITER } from './registry.ts'
