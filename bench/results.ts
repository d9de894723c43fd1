import type { Header } from './output/header.ts'

export const UNITS = ['M items/s', 'M calls/s', 'MB/s', 'ns', 'µs', 'ms', 'bytes', 'of ideal'] as const

export type Unit = (typeof UNITS)[number]
export type Better = 'more' | 'less'

/** All that one command of the bench has measured, as `--json` prints it. */
export interface Run {
  readonly format: 1
  readonly header: Header
  /** Rivals that are not installed or have failed, a line each. */
  readonly leftOut: readonly string[]
  readonly scenarios: readonly ScenarioResult[]
}

export interface ScenarioResult {
  /** The group and a detail of it, such as int32/1P1C. */
  readonly name: string
  readonly group: string
  readonly title: string
  /** A drawing of the way of the items. */
  readonly picture?: string
  readonly threads: number
  /** The contender that the others are compared with. */
  readonly baseline: string
  readonly unit: Unit
  /** Whether more or less of the unit is better. */
  readonly better: Better
  readonly sweep?: Sweep
  readonly target?: TargetResult
  readonly contenders: readonly ContenderResult[]
}

/** A scenario's place on the axis of its group: the group is one chart, and its contenders are the lines. */
export interface Sweep {
  /** A quantity and its unit, such as bytes of an item. */
  readonly axis: string
  readonly at: number
  readonly scale: 'log' | 'linear'
}

/** A goal for a ratio to the baseline's median: at least or at most so much. */
export interface TargetResult {
  readonly contender: string
  readonly atLeast?: number
  readonly atMost?: number
  readonly reached: boolean
}

export interface ContenderResult {
  readonly name: string
  /** Items of a round. */
  readonly items: number
  /** The value of each round, in order. The same index is the same round for all contenders. */
  readonly values: readonly number[]
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median over the baseline's median. */
  readonly ratio: number
  /** Whether it repeats another contender of the scenario: the two differ by chance only. */
  readonly isControl?: boolean
}
