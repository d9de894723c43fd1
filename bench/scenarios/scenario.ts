/** Threads that move the items of one contender in every round. */
export interface WorkerSet {
  /**
   * Runs one round. Resolves with the ns from its start to the last item received; rejects if items are
   * wrong.
   */
  round(): Promise<number>
  stop(): Promise<void>
}

/** One way to move the items of a scenario. */
export interface Contender {
  readonly name: string
  readonly items: number
  start(): Promise<WorkerSet>
}

/** A goal: a ratio of the medians of two contenders. */
export interface Target {
  readonly contender: string
  /** The least rate, in multiples of the baseline's rate. */
  readonly atLeast: number
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** A drawing of the way of the items. */
  readonly picture: string
  readonly threads: number
  /** The contender that the others are compared with. */
  readonly baseline: string
  readonly target?: Target
  /** `items` is the number for each contender; undefined leaves each its own. */
  contenders(items: number | undefined): Promise<Contender[]>
}

/** A multiple of this gives each of 4 producers as many batches of 64 items for each of 4 consumers. */
export const ITEMS_UNIT = 64 * 4 * 4

export function wholeShares(items: number): number {
  return Math.ceil(items / ITEMS_UNIT) * ITEMS_UNIT
}
