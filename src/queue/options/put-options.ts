import { invalidType, invalidValue, type Known, optionsObject, outOfRange, someOptions } from '../../check.ts'
import { clock } from '../../clock.ts'
import type { WaitOptions } from './wait-options.ts'

/** The choices for a put on a full queue. */
export type WhenFull = 'wait' | 'reject' | 'drop-oldest' | 'drop-newest'

/** The result of a put. 'replaced-oldest': stored, and an older item was dropped. 'dropped': not stored. */
export type PutResult = 'stored' | 'replaced-oldest' | 'dropped'

/**
 * Options of a put. Those that only another kind of queue has are known here too, and refused with the
 * reason: so one queue can take the place of another.
 */
export interface PutOptions extends WaitOptions {
  /**
   * Any finite number; the lowest comes out first. For a PriorityQueue; a TypeError elsewhere.
   * @default what the queue's `by` names, else 0
   */
  priority?: number | undefined
  /**
   * For queues of other engines; a TypeError here.
   * @default none
   */
  id?: string | undefined
  /**
   * For queues of other engines; a TypeError here: an item is delayed by `retry({ delay })`.
   * @default none
   */
  delay?: number | undefined
  /**
   * For queues of other engines; a TypeError here: `consume` has it.
   * @default none
   */
  retries?: number | undefined
  /**
   * For queues of other engines; a TypeError here: `consume` has it.
   * @default none
   */
  backoff?: number | undefined
}

/** Options of a put into a PriorityQueue. */
export type PriorityOptions = PutOptions

export const PUT_OPTIONS: Known<PutOptions> = {
  timeout: true,
  signal: true,
  priority: true,
  id: true,
  delay: true,
  retries: true,
  backoff: true,
}

type TryPutKnown = Known<Omit<PutOptions, keyof WaitOptions>>

/** The options of a put that never waits. */
export const TRY_PUT_OPTIONS: TryPutKnown = {
  priority: true,
  id: true,
  delay: true,
  retries: true,
  backoff: true,
}

const PRIORITY = { priority: true } as const

/** Options that mean nothing in a queue in shared memory, and why. */
const ELSEWHERE: readonly (readonly [keyof PutOptions, string])[] = [
  ['id', 'a queue in shared memory keeps no ids, as some engines do to store an item once'],
  ['delay', 'a queue in shared memory delays only what comes back, by `retry({ delay })` of a delivery'],
  [
    'retries',
    'the attempts of an item in shared memory are bounded by `retries` of `consume` or by `maxDeliveries`',
  ],
  [
    'backoff',
    'the pause before another attempt is `backoff` of `consume`, or the `delay` of a delivery when it is retried',
  ],
]

/**
 * @throws TypeError for an option that means nothing in this queue, or that `known` does not name, if given
 */
export function checkPutOptions(options: PutOptions, isRanked: boolean, known?: TryPutKnown): void {
  const given: Partial<PutOptions> =
    known === undefined
      ? someOptions('options', options, PUT_OPTIONS)
      : optionsObject('options', options, known as Known<PutOptions>)
  for (const [name, why] of ELSEWHERE) {
    if (given[name] !== undefined) throw invalidValue(`options.${name}`, `absent: ${why}`, given[name])
  }
  if (!isRanked && given.priority !== undefined) {
    throw invalidValue('options.priority', 'absent: only a PriorityQueue orders by priority', given.priority)
  }
}

/** How a priority queue ranks its items; structured-cloneable. */
export interface Ranking {
  /** The item's property that holds its priority. */
  readonly by: string | undefined
  /** ms of waiting that gain one step of priority; 0: none. */
  readonly ageing: number
}

/** @throws TypeError, RangeError */
export function rankingOf(by: unknown, ageing: unknown): Ranking {
  if (by !== undefined && typeof by !== 'string') {
    throw invalidType('options.by', 'the name of a numeric property', by)
  }
  if (ageing === undefined) return { by, ageing: 0 }
  const range = 'a number of milliseconds above 0, at most 2147483647'
  if (typeof ageing !== 'number') throw invalidType('options.ageing', range, ageing)
  if (!(ageing > 0 && ageing <= 0x7fffffff)) throw outOfRange('options.ageing', range, ageing)
  return { by, ageing }
}

/**
 * The rank of `item` among the others: its priority, raised by the time of this call.
 * @throws TypeError, RangeError for a priority that is no finite number
 */
export function rankOf(ranking: Ranking, item: unknown, options: PutOptions | undefined): number {
  const priority = priorityOf(ranking, item, options)
  // An item that waits for t ms is t / ageing steps ahead of one that comes now. The difference never
  // changes, so it is added once, at the put.
  return ranking.ageing === 0 ? priority : priority + clock.shared() / ranking.ageing
}

function priorityOf({ by }: Ranking, item: unknown, options: PutOptions | undefined): number {
  const given = options === undefined ? undefined : someOptions('options', options, PRIORITY).priority
  if (given !== undefined) return finite('options.priority', given)
  if (by === undefined) return 0
  return finite(`item.${by}`, (item as Record<string, unknown> | null | undefined)?.[by])
}

function finite(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'a finite number, the priority', value)
  if (!Number.isFinite(value)) throw outOfRange(name, 'a finite number, the priority', value)
  return value
}
