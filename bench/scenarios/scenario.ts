import type { Better, Sweep, Unit } from '../results.ts'

/** Threads, or a function, that do the work of one contender in every round. */
export interface WorkerSet {
  /**
   * Runs one round. Resolves with the ns from its start to its end, or with a value in the scenario's unit if
   * the contender says so. Rejects if items are wrong.
   */
  round(): number | Promise<number>
  stop(): unknown
}

/** One of the ways that a scenario compares. */
export interface Contender {
  readonly name: string
  /** Items, calls or round trips of a round. */
  readonly items: number
  /** Bytes of an item: needed where the unit is MB/s. */
  readonly bytes?: number
  /** Threads that work at once, at most as many as cores: needed where the unit is a part of the ideal. */
  readonly lanes?: number
  /** Another contender once more: the two differ by chance only. */
  readonly isControl?: boolean
  /** `round` resolves with ns, the default, or with a value in the scenario's unit. */
  readonly gives?: 'ns' | 'value'
  start(): WorkerSet | Promise<WorkerSet>
}

/** A goal: a ratio of a contender's median to that of the baseline. */
export interface Target {
  readonly contender: string
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Scenario {
  /** The group and a detail, such as `int32/1P1C`. */
  readonly name: string
  readonly group: string
  readonly title: string
  /** A drawing of the way of the items. */
  readonly picture?: string
  readonly threads: number
  /** The contender that the others are compared with. */
  readonly baseline: string
  readonly unit: Unit
  readonly better: Better
  readonly sweep?: Sweep
  readonly target?: Target
  /** It takes part in `--quick`. */
  readonly inQuick?: boolean
  contenders(plan: Plan): readonly Contender[] | Promise<readonly Contender[]>
}

/** The wishes of the command line, as far as contenders depend on them. */
export interface Plan {
  readonly isQuick: boolean
  /**
   * Items of a round: those of the command line, else `own`, or a part of them in a quick run. A multiple of
   * ITEMS_UNIT.
   */
  items(own: number): number
  /** As `items`, for things that are counted one by one, such as round trips; not a multiple of anything. */
  count(own: number): number
  /** Notes a contender that cannot take part, in a line that says why. */
  leaveOut(line: string): void
}

/** The unit of most scenarios. */
export const RATE = { unit: 'M items/s', better: 'more' } as const satisfies Pick<Scenario, 'unit' | 'better'>

/** A multiple of this gives each of 4 producers as many batches of 64 items for each of 4 consumers. */
export const ITEMS_UNIT = 64 * 4 * 4

export function wholeShares(items: number): number {
  return Math.ceil(items / ITEMS_UNIT) * ITEMS_UNIT
}
