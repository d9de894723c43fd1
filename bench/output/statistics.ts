import type { Measured, Result } from '../rounds.ts'

export interface Summary {
  readonly name: string
  readonly items: number
  /** M items/s. */
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median over the baseline's median. */
  readonly ratio: number
}

export function summaries({ scenario, contenders }: Result): Summary[] {
  const baseline = contenders.find(({ name }) => name === scenario.baseline) as Measured
  const unit = median(baseline.rates)
  return contenders.map(({ name, items, rates }) => ({
    name,
    items,
    median: median(rates),
    min: Math.min(...rates),
    max: Math.max(...rates),
    ratio: median(rates) / unit,
  }))
}

/** Whether the scenario's target was reached; undefined if it has none. */
export function reached({ scenario: { target } }: Result, rows: readonly Summary[]): boolean | undefined {
  if (target === undefined) return undefined
  return (rows.find(({ name }) => name === target.contender)?.ratio ?? 0) >= target.atLeast
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}
