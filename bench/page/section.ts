/** The part of the page for one group of scenarios: a plot, and a table under it. */
import type { ScenarioResult } from '../results.ts'
import { comparisonsOf } from './comparisons.ts'
import { factorTable } from './factors.ts'
import { formOf, type Group, NARROW, panelPlots, sweepPlot } from './plots.ts'
import { inlineSvg } from './svg.ts'
import { detailOf, escaped, figure, times, unitText } from './text.ts'

export function groupId({ name, scenarios }: Group): string {
  return `group-${`${name}-${scenarios[0]?.name ?? ''}`.replaceAll(/[^\w-]+/g, '-')}`
}

/** The name of the group, and what the titles of all its scenarios begin with. */
export function headingOf({ name, scenarios }: Group): string {
  const words = name.replaceAll('-', ' ')
  const titles = new Set(scenarios.map(({ title }) => title.split(': ')[0] as string))
  const [title] = titles
  const heading = titles.size === 1 && title !== undefined ? `${words}: ${title}` : words
  return heading.charAt(0).toUpperCase() + heading.slice(1)
}

/** The part of the title that the heading leaves out. */
function leadOf({ scenarios }: Group): string {
  const titles = new Set(scenarios.map(({ title }) => title))
  const [title] = titles
  const rest = titles.size === 1 && title !== undefined ? title.split(': ').slice(1).join(': ') : ''
  return rest === '' ? '' : `<p>${escaped(rest)}</p>`
}

export function section(group: Group, cores: number): string {
  const { name, scenarios } = group
  const [first] = scenarios as [ScenarioResult]
  const crowded = scenarios.filter(({ threads }) => threads > cores).map(detailOf)
  const sharing =
    crowded.length === 0
      ? ''
      : `<p class="note">More threads than the ${cores} cores: ${escaped(crowded.join(', '))}. These say how it behaves, not how fast it is.</p>`
  const isSmall = formOf(group) === 'bars' && scenarios.length === 1
  return `<section${isSmall ? '' : ' class="whole"'}>
<h2 id="${groupId(group)}">${escaped(headingOf(group))}</h2>
<p class="note"><code>${escaped(name)}</code>, ${unitText(first.unit, first.better)}</p>
${leadOf(group)}${sharing}
${pictureOf(group)}
<details><summary>Figures of ${escaped(name)}</summary>
${tables(group)}
</details>
</section>`
}

function pictureOf(group: Group): string {
  const form = formOf(group)
  if (form === 'table') return barTable(group)
  if (form === 'lines')
    return `<figure class="sweep"><div class="wide">${inlineSvg(sweepPlot(group, 1080))}</div>
<div class="narrow">${inlineSvg(sweepPlot(group, NARROW + 20))}</div></figure>`
  const plots = panelPlots(group).map((plot) => `<figure>${inlineSvg(plot)}</figure>`)
  return `<div class="plots">${plots.join('\n')}</div>`
}

/** A table for each of the package's own ways, beside the baseline of each scenario. */
function barTable({ scenarios }: Group): string {
  const all = scenarios
    .flatMap(comparisonsOf)
    .filter(({ scenario, rival }) => rival.name === scenario.baseline)
  const names = [...new Set(all.map(({ ours }) => ours.name))]
  return names
    .map((name) => {
      const rows = all
        .filter(({ ours }) => ours.name === name)
        .map(({ scenario, ours, rival, factor }) => ({
          label: detailOf(scenario),
          note: `${figure(ours.median)} beside ${figure(rival.median)} ${scenario.unit} of ${rival.name}`,
          factor,
        }))
      return `<h3>${escaped(name)}</h3>\n${factorTable(name, rows)}`
    })
    .join('\n')
}

function tables({ scenarios }: Group): string {
  const bodies = scenarios.map((scenario) => {
    const rows = scenario.contenders.map(
      ({ name, items, median, min, max, ratio, isControl }) =>
        `<tr><td>${escaped(name)}${isControl === true ? ' <small class="note">A/A control</small>' : ''}</td><td>${figure(median)}</td>
<td>${figure(min)} to ${figure(max)}</td><td>${times(ratio)}</td><td class="wide-cell">${items.toLocaleString('en')}</td></tr>`,
    )
    return `<tbody><tr><th scope="rowgroup" colspan="5">${escaped(scenario.name)} <span class="note">${escaped(scenario.title)}; ratios to ${escaped(scenario.baseline)}</span></th></tr>
${rows.join('\n')}</tbody>`
  })
  const unit = scenarios[0]?.unit ?? ''
  return `<table><thead><tr><th scope="col">contender</th><th scope="col">median, ${unit}</th><th scope="col">lowest to highest</th><th scope="col">ratio</th><th scope="col">items a round</th></tr></thead>
${bodies.join('\n')}</table>`
}
