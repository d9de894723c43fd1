import type { Item } from './items.ts'

/** One of the ways of calling the task with all items of a round. */
export interface Contender {
  readonly name: string
  /** Threads that run tasks: as many plain loops, or as the cores if those are fewer, are the ideal. */
  readonly threads: number
  /** Prepares what needs no time of the round, and returns the round. */
  prepare(items: readonly Item[]): Round
  stop(): Promise<unknown>
}

/** Resolves when all items are done, with the results in any order. */
export type Round = () => Promise<Results>

export interface Results {
  readonly results: ArrayLike<number>
  /** The results came in the order of the items. */
  readonly isOrdered: boolean
  /** Items that the source was read beyond those yielded, at most; undefined if not counted. */
  readonly ahead?: number
}
