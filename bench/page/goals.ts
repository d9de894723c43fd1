import type { ContenderResult, ScenarioResult, TargetResult, Unit } from '../results.ts'

/** The same target of all scenarios of a group that have it. */
export interface Goal {
  readonly group: string
  readonly contender: string
  readonly baseline: string
  readonly bound: Pick<TargetResult, 'atLeast' | 'atMost'>
  readonly unit: Unit
  readonly results: readonly {
    readonly scenario: ScenarioResult
    readonly ratio: number
    readonly reached: boolean
  }[]
  readonly isReached: boolean
  /** The result that is the farthest from the target, or the nearest to it if all reach it. */
  readonly worst: { readonly scenario: ScenarioResult; readonly ratio: number }
}

export function goalsOf(scenarios: readonly ScenarioResult[]): Goal[] {
  const goals = new Map<string, { scenario: ScenarioResult; target: TargetResult }[]>()
  for (const scenario of scenarios) {
    const { group, baseline, target } = scenario
    if (target === undefined) continue
    const key = JSON.stringify([group, target.contender, baseline, target.atLeast, target.atMost])
    goals.set(key, [...(goals.get(key) ?? []), { scenario, target }])
  }
  return [...goals.values()].map((entries) => {
    const [{ scenario, target }] = entries as [(typeof entries)[0]]
    const { contender, atLeast, atMost } = target
    const results = entries.map((each) => ({
      scenario: each.scenario,
      ratio: contenderOf(each.scenario, contender).ratio,
      reached: each.target.reached,
    }))
    const sorted = [...results].sort((a, b) =>
      atLeast === undefined ? b.ratio - a.ratio : a.ratio - b.ratio,
    )
    return {
      group: scenario.group,
      contender,
      baseline: scenario.baseline,
      bound: { ...(atLeast === undefined ? {} : { atLeast }), ...(atMost === undefined ? {} : { atMost }) },
      unit: scenario.unit,
      results,
      isReached: results.every(({ reached }) => reached),
      worst: sorted[0] as (typeof results)[0],
    }
  })
}

export function contenderOf({ contenders }: ScenarioResult, name: string): ContenderResult {
  return contenders.find((each) => each.name === name) as ContenderResult
}

export function boundText({ atLeast, atMost }: Goal['bound']): string {
  const least = atLeast === undefined ? [] : [`at least ${atLeast}`]
  const most = atMost === undefined ? [] : [`at most ${atMost}`]
  return [...least, ...most].join(' and ')
}

/** The quantity that a ratio compares. */
export function quantityOf(unit: Unit): string {
  if (unit === 'bytes') return 'memory'
  if (unit === 'of ideal') return 'efficiency'
  return unit.endsWith('/s') ? 'rate' : 'time'
}
