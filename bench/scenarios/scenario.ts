/** Threads that move the items of one contender, round after round. */
export interface Team {
  /** One round, in ns from its start to the last item received. Rejects if any item was lost or came twice. */
  round(): Promise<number>
  stop(): Promise<void>
}

/** One way to move the items of a scenario. */
export interface SelectCase {
  readonly name: string
  readonly items: number
  start(): Promise<Team>
}

/** What we set out to reach, as a ratio of two contenders' medians. */
export interface Target {
  readonly contender: string
  /** Times the baseline's rate, at least. */
  readonly atLeast: number
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** Drawing of who hands items to whom. */
  readonly picture: string
  readonly threads: number
  /** The contender that the others are compared with. */
  readonly baseline: string
  readonly target?: Target
  /** `items`: for each contender; undefined: each contender's own. */
  contenders(items: number | undefined): Promise<SelectCase[]>
}

/** Each of 4 producers has as many batches of 64 for each of 4 consumers. */
export const ITEMS_UNIT = 64 * 4 * 4

export function wholeShares(items: number): number {
  return Math.ceil(items / ITEMS_UNIT) * ITEMS_UNIT
}
