import type { ContenderResult, ScenarioResult, Unit } from '../results.ts'
import type { Header } from './header.ts'

export function headerText(header: Header): string {
  return [
    `${header.machine}, ${header.cores} cores, ${header.memoryGiB} GiB, ${header.system}, load ${header.load.toFixed(1)}`,
    `Node ${header.node} (V8 ${header.v8}), millrace ${header.commit}, ${header.date}`,
    `${header.rounds} rounds after one to warm up; each scenario names its unit, and whether more or less is better`,
  ].join('\n')
}

export function scenarioText(result: ScenarioResult, { cores }: Header): string {
  const { name, title, picture, threads, baseline, unit, better, contenders } = result
  const hasTimes = unit === 'M items/s' || unit === 'M calls/s'
  const columns = [
    '',
    'items',
    ...['median', 'min', 'max'],
    ...(hasTimes ? ['ns/item'] : []),
    `x ${baseline}`,
  ]
  const lines = [`${name}: ${title}; ${unit}, ${better} is better`]
  if (picture !== undefined) lines.push(indented(picture))
  if (cores < threads) lines.push(`  warning: ${threads} threads share ${cores} cores`)
  lines.push(...aligned([columns, ...contenders.map((each) => cellsOf(each, unit, hasTimes))]))
  const target = targetText(result)
  if (target !== '') lines.push(`  ${target}`)
  return lines.join('\n')
}

function cellsOf(row: ContenderResult, unit: Unit, hasTimes: boolean): string[] {
  const { name, items, median, min, max, ratio } = row
  return [
    name,
    String(items),
    ...[median, min, max].map((value) => valueText(value, unit)),
    ...(hasTimes ? [(1000 / median).toFixed(median > 20 ? 1 : 0)] : []),
    ratio.toFixed(2),
  ]
}

function valueText(value: number, unit: Unit): string {
  if (unit === 'bytes') return value.toFixed(0)
  if (value >= 1000) return value.toFixed(0)
  if (value >= 100) return value.toFixed(1)
  return value.toFixed(value < 1 ? 3 : 2)
}

function targetText({ target, baseline }: ScenarioResult): string {
  if (target === undefined) return ''
  const { contender, atLeast, atMost, reached } = target
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(' and ')
  return `target: ${contender} ${bounds} x ${baseline}: ${reached ? 'reached' : 'MISSED'}`
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

/** The first column to the left, numbers to the right. */
export function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  )
  return rows.map((row) => {
    const padded = row.map((cell, column) => {
      const width = widths[column] as number
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `  ${padded.join('  ')}`
  })
}
