/** The results of a run: what `--json` prints. */

export type Unit = 'M items/s' | 'M calls/s' | 'MB/s' | 'ns' | 'µs' | 'ms' | 'bytes' | 'of ideal'
export type Better = 'more' | 'less'

/** A scenario is one point on an axis; those of one group are a line chart. */
export interface Sweep {
  /** The name of the axis, such as "bytes of an item". */
  readonly axis: string
  readonly at: number
  readonly scale: 'log' | 'linear'
}

export interface ScenarioResult {
  readonly name: string
  readonly group: string
  readonly title: string
  readonly picture?: string
  readonly threads: number
  readonly baseline: string
  readonly unit: Unit
  readonly better: Better
  readonly sweep?: Sweep
  /** A ratio to the baseline's median. */
  readonly target?: {
    readonly contender: string
    readonly atLeast?: number
    readonly atMost?: number
    readonly reached: boolean
  }
  readonly contenders: readonly ContenderResult[]
}

export interface ContenderResult {
  readonly name: string
  readonly items: number
  /** The value of each round. Values of one index are of the same round. */
  readonly values: readonly number[]
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median over the baseline's median. */
  readonly ratio: number
  /** It is another contender once more: the two differ by chance only. */
  readonly isControl?: boolean
}
