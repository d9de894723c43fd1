/** The first screen of the page: targets, losses, and all comparisons. */
import { median } from '../output/statistics.ts'
import type { Run } from '../results.ts'
import { noiseOf, type Pair, pairsOf } from './comparisons.ts'
import { type FactorRow, factorTable } from './factors.ts'
import { boundText, type Goal, goalsOf, quantityOf } from './goals.ts'
import { detailOf, escaped, percent, times } from './text.ts'

const MOST_CARDS = 16

export function overview(runs: readonly Run[]): string {
  const scenarios = runs.flatMap((run) => run.scenarios)
  const goals = goalsOf(scenarios)
  const pairs = pairsOf(scenarios)
  return [targets(goals), losses(pairs, runs), comparisons(pairs)].join('\n')
}

function targets(goals: readonly Goal[]): string {
  if (goals.length === 0) return '<h2 id="targets">Targets</h2>\n<p>No scenario of this run has a target.</p>'
  const missed = goals.filter(({ isReached }) => !isReached)
  // Misses have a card first of all; the order is that of the scenarios.
  const missedFirst = new Set([...missed, ...goals])
  const shown = new Set([...missedFirst].slice(0, Math.max(MOST_CARDS, missed.length)))
  const rows = goals.map(goalRows).join('\n')
  return `<h2 id="targets">Targets: ${goals.length - missed.length} of ${goals.length} reached${missed.length > 0 ? `, ${missed.length} MISSED` : ''}</h2>
<ul class="cards">
${goals
  .filter((goal) => shown.has(goal))
  .map(card)
  .join('\n')}
</ul>
<details><summary>All targets, each with its scenario</summary>
<table><thead><tr><th scope="col">target</th><th scope="col">wanted</th><th scope="col">measured</th><th scope="col">verdict</th></tr></thead>
<tbody>${rows}</tbody></table></details>`
}

function card({ group, contender, baseline, unit, bound, results, worst, isReached }: Goal): string {
  const missed = results.filter(({ reached }) => !reached).length
  const several = results.length > 1 ? `, the worst of ${results.length} scenarios` : ''
  const count = missed > 0 && results.length > 1 ? ` in ${missed}` : ''
  return `<li${isReached ? '' : ' class="missed"'}><span class="ratio">${times(worst.ratio)}</span>
<span>the ${quantityOf(unit)} of ${escaped(baseline)}</span>
<span><b>${escaped(contender)}</b>, <span class="note">${escaped(group)}: ${escaped(detailOf(worst.scenario))}${several}</span></span>
<span>${boundText(bound)}: ${verdict(isReached)}${count}</span></li>`
}

function goalRows({ results, bound, contender, baseline, unit }: Goal): string {
  return results
    .map(
      ({ scenario, ratio, reached }) =>
        `<tr><td>${escaped(scenario.name)}: ${escaped(contender)}, ${quantityOf(unit)} beside ${escaped(baseline)}</td>
<td>${boundText(bound)}</td><td>${times(ratio)}</td><td>${verdict(reached)}</td></tr>`,
    )
    .join('\n')
}

function verdict(reached: boolean): string {
  return reached ? '<b class="reached">reached</b>' : '<b class="verdict missed">MISSED</b>'
}

function losses(pairs: readonly Pair[], runs: readonly Run[]): string {
  const lost = pairs
    .filter((pair) => pair.losses.length > 0)
    .sort((a, b) => a.worst.factor.mid - b.worst.factor.mid)
  const compared = pairs.reduce((sum, pair) => sum + pair.comparisons.length, 0)
  const count = lost.reduce((sum, pair) => sum + pair.losses.length, 0)
  const rows = lost.map(
    ({ group, ours, rival, losses, comparisons, worst }): FactorRow => ({
      label: `${group}: ${ours} beside ${rival}`,
      note: `${comparisons.length === 1 ? '' : `slower in ${losses.length} of ${comparisons.length}, the worst `}${detailOf(worst.scenario)}`,
      factor: worst.factor,
    }),
  )
  return `<h2 id="losses">Where we lose: ${count} of ${compared} comparisons</h2>
<p>${noiseText(runs)} A factor below 1 says that millrace is slower, or takes more memory. The line inside a bar goes
from the lowest to the highest factor of the rounds.</p>
${rows.length === 0 ? '<p>No median of another way is better than that of millrace in this run.</p>' : factorTable('Comparisons in which millrace is worse', rows)}`
}

function noiseText(runs: readonly Run[]): string {
  const noise = noiseOf(runs)
  if (noise.length === 0) return 'This run has no A/A control, so its noise is not known.'
  return `The noise: the same code measured twice (A/A control) differs by ${percent(median(noise))} in the median and by
${percent(Math.max(...noise))} at most, in ${noise.length} ${noise.length === 1 ? 'scenario' : 'scenarios'}.`
}

function comparisons(pairs: readonly Pair[]): string {
  if (pairs.length === 0) return ''
  const rows = [...pairs]
    .sort((a, b) => b.middle - a.middle)
    .map(({ group, ours, rival, comparisons, worst, best, middle }): FactorRow => {
      const [only] = comparisons.length === 1 ? comparisons : []
      return {
        label: `${group}: ${ours} beside ${rival}`,
        note:
          only === undefined
            ? `${comparisons.length} scenarios, ${times(worst.factor.mid)} (${detailOf(worst.scenario)}) to ${times(best.factor.mid)} (${detailOf(best.scenario)})`
            : detailOf(only.scenario),
        factor: only?.factor ?? { mid: middle, low: worst.factor.mid, high: best.factor.mid },
      }
    })
  return `<h2 id="comparisons">All comparisons with other ways</h2>
<p>A factor says how many times as good millrace is: above 1 it is faster, or takes less memory. Pairs that meet in
several scenarios have the median of their factors, and a line from the lowest to the highest.</p>
${factorTable('All comparisons', rows)}`
}
