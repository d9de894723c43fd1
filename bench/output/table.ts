import type { Result } from '../rounds.ts'
import type { Header } from './header.ts'
import { reached, type Summary, summaries } from './statistics.ts'

export function headerText(header: Header): string {
  return [
    `${header.machine}, ${header.cores} cores, ${header.memoryGiB} GiB, ${header.system}, load ${header.load.toFixed(1)}`,
    `Node ${header.node} (V8 ${header.v8}), millrace ${header.commit}, ${header.date}`,
    `${header.rounds} rounds after one to warm up; rates in M items/s, ns per item from the median`,
  ].join('\n')
}

export function scenarioText(result: Result, { cores }: Header): string {
  const { name, title, picture, threads, baseline } = result.scenario
  const rows = summaries(result)
  const columns = ['', 'items', 'median', 'min', 'max', 'ns/item', `x ${baseline}`]
  const lines = [`${name}: ${title}`, indented(picture)]
  if (cores < threads) lines.push(`  warning: ${threads} threads share ${cores} cores`)
  lines.push(...aligned([columns, ...rows.map(cellsOf)]))
  const target = targetText(result, rows)
  if (target !== '') lines.push(`  ${target}`)
  return lines.join('\n')
}

function cellsOf({ name, items, median, min, max, ratio }: Summary): string[] {
  return [
    name,
    String(items),
    rate(median),
    rate(min),
    rate(max),
    (1000 / median).toFixed(median > 20 ? 1 : 0),
    ratio.toFixed(2),
  ]
}

function rate(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2)
}

function targetText(result: Result, rows: readonly Summary[]): string {
  const { target, baseline } = result.scenario
  if (target === undefined) return ''
  const verdict = reached(result, rows) ? 'reached' : 'MISSED'
  return `target: ${target.contender} at least ${target.atLeast} x ${baseline}: ${verdict}`
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
