import type { ContenderResult, ScenarioResult } from '../results.ts'
import type { Measured } from '../rounds.ts'
import type { Scenario, Target } from '../scenarios/scenario.ts'

/** The values of a scenario's contenders, with medians, spread and the verdict on its target. */
export function resultOf(scenario: Scenario, measured: readonly Measured[]): ScenarioResult {
  const { name, group, title, picture, threads, baseline, unit, better, sweep, target } = scenario
  const base = measured.find(({ contender }) => contender.name === baseline)
  if (base === undefined) throw new Error(`${name}: no contender has the name ${baseline}`)
  const unitValue = median(base.values)
  const contenders = measured.map(
    ({ contender, values }): ContenderResult => ({
      name: contender.name,
      items: contender.items,
      values,
      median: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
      ratio: median(values) / unitValue,
      ...(contender.isControl === true ? { isControl: true } : {}),
    }),
  )
  const verdict = target === undefined ? undefined : verdictOf(target, contenders)
  return {
    name,
    group,
    title,
    ...(picture === undefined ? {} : { picture }),
    threads,
    baseline,
    unit,
    better,
    ...(sweep === undefined ? {} : { sweep }),
    ...(verdict === undefined ? {} : { target: verdict }),
    contenders,
  }
}

/** Whether a target was reached; undefined if its contender was left out. */
function verdictOf(
  { contender, atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Target,
  contenders: readonly ContenderResult[],
): ScenarioResult['target'] {
  const row = contenders.find(({ name }) => name === contender)
  if (row === undefined) return undefined
  return {
    contender,
    ...(atLeast > 0 ? { atLeast } : {}),
    ...(Number.isFinite(atMost) ? { atMost } : {}),
    reached: row.ratio >= atLeast && row.ratio <= atMost,
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}
