/** Calls that begin as a limiter grants them: the option `rateLimit` of `consume` and of stages. */

export { limitKeyOf, limitOf } from './limit-options.ts'
export type { Granted } from './rate-gate.ts'
export { RateGate } from './rate-gate.ts'
