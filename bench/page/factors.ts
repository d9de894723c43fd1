/** A table of bars on a logarithmic axis, from 1 to how many times as good one contender is as another. */
import type { Factor } from './comparisons.ts'
import { escaped, times } from './text.ts'

export interface FactorRow {
  readonly label: string
  readonly note: string
  readonly factor: Factor
  /** Words after the factor, such as a place; none by default. */
  readonly more?: string
}

export function factorTable(caption: string, rows: readonly FactorRow[]): string {
  const low = Math.min(0.5, ...rows.map(({ factor }) => factor.low))
  const high = Math.max(2, ...rows.map(({ factor }) => factor.high))
  const place = (value: number) => (100 * Math.log(value / low)) / Math.log(high / low)
  const body = rows.map(({ label, note, factor, more = '' }) => {
    const bar = segment(
      `bar${factor.mid < 1 ? ' worse' : ''}`,
      place(Math.min(1, factor.mid)),
      place(Math.max(1, factor.mid)),
    )
    const spread = segment('spread', place(factor.low), place(factor.high))
    const one = `<i class="one" style="left:${place(1).toFixed(2)}%"></i>`
    return `<tr role="row"><td role="cell">${escaped(label)} <small>${escaped(note)}</small></td>
<td role="cell" aria-hidden="true"><div class="track">${bar}${spread}${one}</div></td>
<td role="cell"><b>${times(factor.mid)}</b>${more === '' ? '' : ` <small>${escaped(more)}</small>`}</td></tr>`
  })
  return `<table class="factors" role="table" aria-label="${escaped(caption)}">
<thead><tr role="row"><th scope="col">compared</th><th scope="col" aria-hidden="true"></th><th scope="col">factor</th></tr></thead>
<tbody>
${body.join('\n')}
</tbody></table>`
}

function segment(name: string, from: number, to: number): string {
  return `<i class="${name}" style="left:${from.toFixed(2)}%;width:${Math.max(0.3, to - from).toFixed(2)}%"></i>`
}
