import { availableParallelism } from 'node:os'
import type { Header } from '../output/header.ts'
import { median } from '../output/statistics.ts'
import { aligned } from '../output/table.ts'
import { breakEvensOf } from './break-even.ts'
import type { Measured, Result } from './rounds.ts'
import type { Target } from './scenarios.ts'

export interface Row extends Measured {
  /** Medians, with the lowest and the highest. Each part of the ideal is that of one round. */
  readonly rate: Spread
  readonly ofIdeal: Spread
  /** Processor time in µs for each item, beyond that of the plain loop. */
  readonly more: number
}

interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Verdict extends Target {
  /** Median of the ratios of the rounds. */
  readonly ratio: number
  readonly against: string
  readonly reached: boolean
}

/** The ideal of a contender is that each of its threads, or each core, runs the plain loop. */
export function rowsOf({ contenders }: Result): Row[] {
  const plain = contenders[0] as Measured
  return contenders.map((each) => {
    const lanes = Math.min(each.threads, availableParallelism())
    return {
      ...each,
      rate: spreadOf(each.rates),
      ofIdeal: spreadOf(each.rates.map((rate, round) => rate / (lanes * (plain.rates[round] as number)))),
      more: median(each.cpu.map((time, round) => time - (plain.cpu[round] as number))),
    }
  })
}

export function verdictsOf({ scenario: { targets } }: Result, rows: readonly Row[]): Verdict[] {
  return targets.flatMap((target) => {
    const row = rows.find(({ name }) => name === target.contender) as Row
    const [ratio, against] =
      target.of === 'ideal' ? [row.ofIdeal.median, 'the ideal'] : beside(row, target.of, rows)
    return { ...target, ratio, against, reached: ratio >= target.atLeast }
  })
}

/** The lowest ratio to one of the others. */
function beside(
  row: Row,
  of: readonly string[] | 'others',
  rows: readonly Row[],
): readonly [ratio: number, against: string] {
  const isOther = ({ name }: Row) =>
    of === 'others' ? !name.startsWith('millrace') && !name.includes('plain loop') : of.includes(name)
  const ratios = rows.filter(isOther).map(({ name, rates }) => {
    const ratio = median(row.rates.map((rate, round) => rate / (rates[round] as number)))
    return [ratio, name] as const
  })
  return ratios.sort(([one], [two]) => one - two)[0] as readonly [number, string]
}

export function headerText(header: Header, ms: number, turns: number): string {
  return [
    `${header.machine}, ${header.cores} cores, ${header.memoryGiB} GiB, ${header.system}, load ${header.load.toFixed(1)}`,
    `Node ${header.node} (V8 ${header.v8}), millrace ${header.commit}, ${header.date}`,
    `${header.rounds} rounds of about ${ms} ms after trials that warm up; ${turns.toFixed(0)} turns of the loop take 1 µs`,
  ].join('\n')
}

export function resultText(result: Result): string {
  const { name, title } = result.scenario
  const rows = rowsOf(result)
  const isCounted = rows.some(({ ahead }) => ahead !== undefined)
  const columns = ['', 'items', 'items/s', 'min', 'max', 'of ideal', 'min', 'max', 'µs more', 'ahead']
  const cells = rows.map(({ name, items, rate, ofIdeal, more, ahead }) => [
    name,
    String(items),
    ...valuesOf(rate).map((value) => value.toFixed(value < 1000 ? 1 : 0)),
    ...valuesOf(ofIdeal).map((value) => value.toFixed(3)),
    more.toFixed(1),
    ahead === undefined ? '-' : String(ahead),
  ])
  const table = [columns, ...cells].map((row) => (isCounted ? row : row.slice(0, -1)))
  const verdicts = verdictsOf(result, rows).map(
    ({ contender, atLeast, against, ratio, reached }) =>
      `  target: ${contender} at least ${atLeast} x ${against}: ${ratio.toFixed(2)}, ${reached ? 'reached' : 'MISSED'}`,
  )
  return [`${name}: ${title}`, ...aligned(table), ...verdicts].join('\n')
}

export function resultsJson(header: Header, results: readonly Result[]): string {
  const scenarios = results.map((result) => {
    const contenders = rowsOf(result)
    const { name, title } = result.scenario
    return { name, title, contenders, targets: verdictsOf(result, contenders) }
  })
  return JSON.stringify({ header, scenarios, breakEven: breakEvensOf(results) }, null, 2)
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

function valuesOf({ median, min, max }: Spread): number[] {
  return [median, min, max]
}
