import { invalidType, optionsObject, outOfRange } from '../../check.ts'
import { clock } from '../../clock.ts'
import type { WaitOptions } from './options.ts'

/** Options of a put into a PriorityQueue. */
export interface PriorityOptions extends WaitOptions {
  /** Any finite number, lowest first; default what `by` names, else 0. */
  priority?: number | undefined
}

/** @internal How a priority queue ranks its items; structured-cloneable. */
export interface Ranking {
  /** The item's property that holds its priority. */
  readonly by: string | undefined
  /** ms of waiting that gain one step; 0: none. */
  readonly ageing: number
}

/** @internal @throws TypeError, RangeError */
export function rankingOf(given: object | undefined): Ranking {
  const { by, ageing } = optionsObject<{ by: unknown; ageing: unknown }>('options', given as never)
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
 * @internal Where `item` stands among the others: its priority, raised by the time of this call. @throws
 * TypeError, RangeError
 */
export function rankOf(ranking: Ranking, item: unknown, options: PriorityOptions | undefined): number {
  const priority = priorityOf(ranking, item, options)
  // Whoever waits for t is t / ageing steps before who comes now: the difference stays, so it can be added at
  // the put.
  return ranking.ageing === 0 ? priority : priority + clock.shared() / ranking.ageing
}

function priorityOf({ by }: Ranking, item: unknown, options: PriorityOptions | undefined): number {
  const given = options === undefined ? undefined : optionsObject('options', options).priority
  if (given !== undefined) return finite('options.priority', given)
  if (by === undefined) return 0
  return finite(`item.${by}`, (item as Record<string, unknown> | null | undefined)?.[by])
}

function finite(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'a finite number, the priority', value)
  if (!Number.isFinite(value)) throw outOfRange(name, 'a finite number, the priority', value)
  return value
}
