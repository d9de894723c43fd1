/**
 * Kills threads in every way and at every work, each `--kills` times, and prints what came of it:
 *
 *   npx tsx test/kill/run.ts --kills 100 [--only ROLE] [--seed N]
 */
import { parseArgs } from 'node:util'
import { CELLS, type Cell, nameOf } from './cells.ts'
import { type CellOutcome, killInProcess } from './processes.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
  },
})
const kills = Number(values.kills)
const wanted = [...CELLS.keys()].filter((index) => label(CELLS[index] as Cell).includes(values.only))
const columns = [
  'work, way',
  'rounds',
  'landed',
  'held',
  'dup',
  'lost',
  'p50',
  'p99',
  'order p50',
  'p99',
  'aborts',
]
const widths = [48, 6, 6, 6, 5, 5, 7, 7, 9, 7, 6]
let failures = 0

console.log(`Node ${process.version}; dup: duplicates; p50, p99: ms from exit, from the order, to redelivery`)
print(columns)
for (const [place, index] of wanted.entries()) {
  const job = { cells: [index], kills, seed: Number(values.seed) + place }
  try {
    for (const outcome of await killInProcess(job, 60_000 + kills * 2000)) report(outcome)
  } catch (error) {
    failures++
    console.log(`${label(CELLS[index] as Cell)}: ${(error as Error).message}`)
  }
}
console.log(failures === 0 ? 'nothing lost, nothing wedged' : `${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1

function report({ cell, rounds, failure, aborts }: CellOutcome): void {
  if (failure !== undefined) {
    failures++
    console.log(failure)
    return
  }
  const sum = (key: 'landed' | 'held' | 'duplicates' | 'lost') =>
    rounds.reduce((total, round) => total + round[key], 0)
  const exits = rounds.flatMap(({ sinceExit }) => (sinceExit === undefined ? [] : [sinceExit]))
  const orders = rounds.flatMap(({ sinceOrder }) => (sinceOrder === undefined ? [] : [sinceOrder]))
  print([
    label(CELLS[cell] as Cell),
    rounds.length,
    sum('landed'),
    sum('held'),
    sum('duplicates'),
    sum('lost'),
    quantile(exits, 0.5),
    quantile(exits, 0.99),
    quantile(orders, 0.5),
    quantile(orders, 0.99),
    aborts,
  ])
}

function print(row: readonly (string | number)[]): void {
  const cells = row.map((text, column) =>
    column === 0 ? String(text).padEnd(widths[0] as number) : String(text).padStart(widths[column] as number),
  )
  console.log(cells.join(' '))
}

function label(cell: Cell): string {
  return `${nameOf(cell)}; ${cell.way}`
}

function quantile(values: readonly number[], share: number): string {
  if (values.length === 0) return ''
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.ceil(share * sorted.length) - 1] as number).toFixed(1)
}
