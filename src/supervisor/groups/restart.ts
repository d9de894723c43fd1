import { integer, invalidType, type Known, optionsObject } from '../../check.ts'
import { clock } from '../../clock.ts'
import { durationOf } from '../../queue/index.ts'

/** How often the threads of a group are started again after a death. */
export interface RestartPolicy {
  /**
   * Restarts of one group within `within` ms, 0 to 2^31 - 1. The next death is final for its thread.
   * @default 3
   */
  readonly max: number
  /**
   * ms, 1 to 2^31 - 1.
   * @default 60_000
   */
  readonly within: number
  /**
   * ms to wait before each restart, 0 to 2^31 - 1.
   * @default 0
   */
  readonly backoff?: number | undefined
  /**
   * A throw leads to a restart too, instead of being the end of the thread.
   * @default false
   */
  readonly onThrow?: boolean | undefined
}

/** @internal A policy, checked and completed. */
export type CompletePolicy = { readonly [K in keyof RestartPolicy]-?: NonNullable<RestartPolicy[K]> } & {
  /** The option that sets `max`, for messages. */
  readonly option: string
}

const KNOWN: Known<RestartPolicy> = { max: true, within: true, backoff: true, onThrow: true }
const DEFAULT: CompletePolicy = { max: 3, within: 60_000, backoff: 0, onThrow: false, option: 'restart.max' }
const NEVER: CompletePolicy = { ...DEFAULT, max: 0 }

/** @internal */
export function restartPolicy(given: Partial<RestartPolicy> | false | undefined): CompletePolicy {
  if (given === false) return NEVER
  const { max, within, backoff, onThrow } = optionsObject('options.restart', given, KNOWN)
  if (onThrow !== undefined && typeof onThrow !== 'boolean') {
    throw invalidType('options.restart.onThrow', 'a boolean', onThrow)
  }
  return {
    max: integer('options.restart.max', max, 0, 0x7fffffff, DEFAULT.max),
    within: integer('options.restart.within', within, 1, 0x7fffffff, DEFAULT.within),
    backoff: backoff === undefined ? DEFAULT.backoff : durationOf('options.restart.backoff', backoff),
    onThrow: onThrow ?? DEFAULT.onThrow,
    option: DEFAULT.option,
  }
}

/** @internal The restarts of one group, counted in a sliding window of time. */
export class RestartBudget {
  readonly policy: CompletePolicy
  #taken: number[] = []

  constructor(policy: CompletePolicy) {
    this.policy = policy
  }

  /** Takes one restart. False if none is left. */
  take(): boolean {
    const now = clock.now()
    this.#taken = this.#taken.filter((at) => now - at < this.policy.within)
    if (this.#taken.length >= this.policy.max) return false
    this.#taken.push(now)
    return true
  }
}
