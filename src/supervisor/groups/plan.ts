import type { ResourceLimits } from 'node:worker_threads'
import {
  type Arguments,
  NO_ARGUMENTS,
  type RetryDecision,
  type Role,
  type Target,
} from '../../protocol/index.ts'
import type { GroupQueue } from '../../queue/index.ts'
import type { CompletePolicy } from './restart.ts'

type Queues = readonly GroupQueue[]

/** The function that a group runs, and the number of its threads. */
export interface GroupTask {
  /** A `file:` URL. */
  readonly filename: string
  readonly target: Target
  /** The group's name. */
  readonly name: string
  readonly threads: number
}

/** How the calls of a function with items are watched. */
export interface CallPlan {
  /** Calls under way at once in each thread. */
  readonly concurrency: number
  /** ms a call may take; undefined: no limit. */
  readonly timeoutMs: number | undefined
  /** The fate of the item of `entry`, whose call took too long, after `attempts` deliveries. */
  readonly decide: (attempts: number, entry: number) => RetryDecision
}

/** All that a group needs to know of its role. */
export interface GroupPlan {
  readonly task: GroupTask
  readonly args: Arguments
  /** The role's name, for reports only. */
  readonly role: 'spawn' | 'produce' | 'consume'
  /** The role of each thread; `producer` is its number at the outputs, or 0. */
  readonly roleOf: (producer: number) => Role
  /** The queues from which the role takes. The function may take from others, among its arguments. */
  readonly inputs: Queues
  /** The queues into which the role puts, each thread under a number of its own. At most one. */
  readonly outputs: Queues
  /** The queues that are shut down when the last group that closes them is over. */
  readonly closes: Queues
  /** Absent if the function is not called with items. */
  readonly calls: CallPlan | undefined
  /** A death during calls counts against their items, which the queue limits, not against `restart`. */
  readonly blamesItems: boolean
  /** The reason why a thread is not started again after a death or a throw; undefined if it is. */
  readonly noRestart: string | undefined
  readonly restart: CompletePolicy
  readonly resourceLimits: ResourceLimits | undefined
  /** Its threads may be kept ones, and are kept for other groups. */
  readonly reuse: boolean
  /** How many of its threads count among those that the process shares. */
  readonly share: number
  /** The export that is called once in each thread before the function; undefined for none. */
  readonly setup: string | undefined
  /** The export that is called once in each thread after the function, likewise. */
  readonly teardown: string | undefined
  /** In ms. */
  readonly grace: number
}

/** The queues of the role and those among the arguments; each once. */
export function queuesOf({ inputs, outputs, args }: GroupPlan): Queues {
  return [...new Set([...inputs, ...outputs, ...args.queues])]
}

/** The role says nothing about queues: only the actions of the function tell how it uses them. */
export function isUndeclared({ inputs, outputs }: GroupPlan): boolean {
  return inputs.length === 0 && outputs.length === 0
}

/** The plan of a group that is over: without arguments and queues, so that those can be collected. */
export function spentPlan(plan: GroupPlan): GroupPlan {
  const roleOf = () => {
    throw new Error('the group is over')
  }
  return { ...plan, args: NO_ARGUMENTS, inputs: [], outputs: [], closes: [], calls: undefined, roleOf }
}
