import { integer, invalidType, optionsObject } from '../../check.ts'
import { clock } from '../../clock.ts'
import { durationOf } from '../../queue/index.ts'

/** How often the threads of a group are started again after a death. */
export interface RestartPolicy {
  /**
   * Restarts of one group within `within` ms, 0 to 2^31 - 1; the next death is final for its thread. Default
   * 3.
   */
  readonly max: number
  /** ms, 1 to 2^31 - 1; default 60,000. */
  readonly within: number
  /** ms to wait before each restart, 0 to 2^31 - 1; default 0. */
  readonly backoff?: number | undefined
  /** Start again after a throw too, instead of taking it for the function's result; default false. */
  readonly onThrow?: boolean | undefined
}

/** A policy, checked and completed. */
export type CompletePolicy = { readonly [K in keyof RestartPolicy]-?: NonNullable<RestartPolicy[K]> }

const DEFAULT: CompletePolicy = { max: 3, within: 60_000, backoff: 0, onThrow: false }
const NEVER: CompletePolicy = { ...DEFAULT, max: 0 }

export function restartPolicy(given: Partial<RestartPolicy> | false | undefined): CompletePolicy {
  if (given === false) return NEVER
  const { max, within, backoff, onThrow } = optionsObject('options.restart', given)
  if (onThrow !== undefined && typeof onThrow !== 'boolean') {
    throw invalidType('options.restart.onThrow', 'a boolean', onThrow)
  }
  return {
    max: integer('options.restart.max', max, 0, 0x7fffffff, DEFAULT.max),
    within: integer('options.restart.within', within, 1, 0x7fffffff, DEFAULT.within),
    backoff: backoff === undefined ? DEFAULT.backoff : durationOf('options.restart.backoff', backoff),
    onThrow: onThrow ?? DEFAULT.onThrow,
  }
}

/** The restarts of one group, counted in a window of time that slides. */
export class RestartBudget {
  readonly policy: CompletePolicy
  #spent: number[] = []

  constructor(policy: CompletePolicy) {
    this.policy = policy
  }

  /** Takes one restart, if there is one. */
  take(): boolean {
    const now = clock.now()
    this.#spent = this.#spent.filter((at) => now - at < this.policy.within)
    if (this.#spent.length >= this.policy.max) return false
    this.#spent.push(now)
    return true
  }
}
