/** The plots that stand alone: those that the README shows, and one of each group. */
import type { Run, ScenarioResult } from '../results.ts'
import { formOf, groupsOf, panelsFile, sweepPlot, WIDE } from './plots.ts'
import { headingOf } from './section.ts'
import { svgFile } from './svg.ts'

interface Shown {
  readonly file: string
  readonly title: string
  /** The names of the scenarios, as far as the run has them. */
  readonly names: readonly string[]
}

const SHOWN: readonly Shown[] = [
  {
    file: 'throughput.svg',
    title: 'Integers between threads, beside other channels',
    names: ['rivals/1P1C', 'rivals/2P2C'],
  },
  {
    file: 'objects.svg',
    title: 'Objects of 4 fields between threads',
    names: ['object/1P1C', 'record/1P1C', 'object-batch/1P1C', 'record-batch/1P1C'],
  },
  { file: 'tasks.svg', title: 'Trivial tasks there and back', names: ['tasks/many', 'tasks/poolifier'] },
]

/** The text of each file of a plot, by its name. */
export function plotFiles(runs: readonly Run[]): Map<string, string> {
  const [{ header }] = runs as [Run]
  const scenarios = runs.flatMap((run) => run.scenarios)
  const subtitle = `median of rounds, whiskers from the lowest to the highest; Node ${header.node}, ${header.cores} cores`
  const files = new Map<string, string>()
  for (const group of groupsOf(scenarios)) {
    const form = formOf(group)
    if (form === 'table') continue
    const title = headingOf(group)
    const plot =
      form === 'lines'
        ? sweepPlot(group, WIDE, { title, subtitle })
        : panelsFile(title, subtitle, group.scenarios)
    files.set(freeName(files, group.name), svgFile(plot))
  }
  for (const { file, title, names } of SHOWN) {
    const shown = names.flatMap((name): ScenarioResult[] => scenarios.filter((each) => each.name === name))
    if (shown.length > 0) files.set(file, svgFile(panelsFile(title, subtitle, shown)))
  }
  return files
}

function freeName(files: ReadonlyMap<string, string>, group: string): string {
  const base = `group-${group.replaceAll(/[^\w-]+/g, '-')}`
  for (let count = 1; ; count++) {
    const name = count === 1 ? `${base}.svg` : `${base}-${count}.svg`
    if (!files.has(name)) return name
  }
}
