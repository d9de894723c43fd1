import type { ScenarioResult } from '../results.ts'
import { type Bar, barPlot, type Panel } from './bar-plot.ts'
import { CONTROL, OTHERS, OURS } from './colours.ts'
import { isRival } from './comparisons.ts'
import { type Line, linePlot } from './line-plot.ts'
import type { Plot } from './svg.ts'
import { detailOf, figure, tick, unitText } from './text.ts'

export interface Group {
  readonly name: string
  readonly scenarios: readonly ScenarioResult[]
}

/** The scenarios of each group, in the order of the results. Those of one group have one unit. */
export function groupsOf(scenarios: readonly ScenarioResult[]): Group[] {
  const groups = new Map<string, ScenarioResult[]>()
  for (const scenario of scenarios) {
    const key = JSON.stringify([scenario.group, scenario.unit, scenario.sweep?.axis])
    groups.set(key, [...(groups.get(key) ?? []), scenario])
  }
  return [...groups.values()].map((members) => ({ name: members[0]?.group ?? '', scenarios: members }))
}

/** More scenarios than this, without an axis, are a table of bars. */
const MOST_PANELS = 10

export function formOf({ scenarios }: Group): 'lines' | 'table' | 'bars' {
  if (scenarios.length > 1 && scenarios.every(({ sweep }) => sweep !== undefined)) return 'lines'
  return scenarios.length > MOST_PANELS ? 'table' : 'bars'
}

export const NARROW = 340
export const WIDE = 760

/** A plot for each scenario of a group of bars. */
export function panelPlots(group: Group): Plot[] {
  return panelsOf(group.scenarios).map((panel, index) =>
    barPlot([panel], {
      title: titleOf(group, panel.label),
      description: scenarioInWords(group.scenarios[index] as ScenarioResult),
      columns: 1,
      panelWidth: NARROW,
    }),
  )
}

/** One plot with a panel for each scenario, for a file that stands alone. */
export function panelsFile(title: string, subtitle: string, scenarios: readonly ScenarioResult[]): Plot {
  const panels = panelsOf(scenarios)
  const columns = Math.min(2, panels.length)
  return barPlot(panels, {
    title,
    subtitle,
    description: scenarios.map(scenarioInWords).join(' '),
    columns,
    panelWidth: WIDE / columns,
  })
}

function titleOf(group: Group, label: string): string {
  return label === group.name ? label : `${group.name}: ${label}`
}

/** Panels with one scale, unless the largest value of one is hardly to be seen on that of another. */
function panelsOf(scenarios: readonly ScenarioResult[]): Panel[] {
  const ends = scenarios.map(({ contenders }) => Math.max(...contenders.map(({ max }) => max)))
  const isShared = Math.min(...ends) * 8 > Math.max(...ends)
  return scenarios.map((scenario, index) => ({
    label: detailOf(scenario),
    bars: barsOf(scenario),
    ...roundUp(isShared ? Math.max(...ends) : (ends[index] as number)),
    axis: unitText(scenario.unit, scenario.better),
  }))
}

function barsOf(scenario: ScenarioResult): Bar[] {
  return scenario.contenders.map((contender) => {
    const { name, median, min, max, isControl } = contender
    const [colour] = isControl === true ? CONTROL : isRival(contender) ? OTHERS[0]! : OURS[0]!
    return { name, value: median, min, max, colour }
  })
}

/** The ends of axes, without the power of ten, and how many steps lead there. */
const ENDS = [
  [1, 4],
  [1.5, 3],
  [2, 4],
  [3, 3],
  [4, 4],
  [5, 5],
  [6, 3],
  [8, 4],
  [10, 4],
] as const

/** The least end of an axis that has room for the value. */
function roundUp(value: number): Pick<Panel, 'end' | 'steps'> {
  const power = value > 0 ? 10 ** Math.floor(Math.log10(value)) : 1
  const [end, steps] = ENDS.find(([each]) => each * power >= value) ?? ([10, 4] as const)
  return { end: end * power, steps }
}

export function linesOf(scenarios: readonly ScenarioResult[]): Line[] {
  const sorted = [...scenarios].sort((a, b) => (a.sweep?.at ?? 0) - (b.sweep?.at ?? 0))
  const names = [...new Set(sorted.flatMap(({ contenders }) => contenders.map(({ name }) => name)))]
  let own = 0
  let others = 0
  return names.map((name) => {
    const points = sorted.flatMap((scenario) => {
      const contender = scenario.contenders.find((each) => each.name === name)
      if (contender === undefined) return []
      const { median, min, max } = contender
      return [{ at: scenario.sweep?.at ?? 0, value: median, min, max }]
    })
    const having = sorted.find(({ contenders }) =>
      contenders.some((each) => each.name === name),
    ) as ScenarioResult
    const contender = having.contenders.find((each) => each.name === name)!
    const rival = isRival(contender)
    const colours = contender.isControl === true ? [CONTROL] : rival ? OTHERS : OURS
    const [colour] = colours[(rival ? others++ : contender.isControl === true ? 0 : own++) % colours.length]!
    return { name, colour, isDashed: rival || contender.isControl === true, points }
  })
}

/** The same plot for a wide and for a narrow page, or for a file. */
export function sweepPlot(group: Group, width: number, head?: { title: string; subtitle: string }): Plot {
  const [first] = group.scenarios as [ScenarioResult]
  const { axis, scale } = first.sweep!
  return linePlot(linesOf(group.scenarios), {
    title: head?.title ?? group.name,
    ...(head === undefined ? {} : { subtitle: head.subtitle }),
    description: sweepInWords(group),
    width,
    height: width < 500 ? 300 : 340,
    x: { axis, scale },
    y: unitText(first.unit, first.better),
  })
}

function scenarioInWords(scenario: ScenarioResult): string {
  const parts = scenario.contenders.map(({ name, median }) => `${name} ${figure(median)}`)
  return `${detailOf(scenario)}, in ${scenario.unit}: ${parts.join(', ')}.`
}

function sweepInWords({ scenarios }: Group): string {
  const { axis } = scenarios[0]?.sweep ?? { axis: '' }
  const lines = linesOf(scenarios).map(({ name, points }) => {
    const said = points.map(({ at, value }) => `${figure(value)} at ${tick(at, axis)}`)
    return `${name}: ${said.join(', ')}.`
  })
  return `By ${axis}, in ${scenarios[0]?.unit}. ${lines.join(' ')}`
}
