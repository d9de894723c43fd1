/**
 * Kills threads of supervisors in every way and at all their work, each `--kills` times, and prints the
 * results:
 *
 *   npx tsx test/supervisor/kills/run.ts --kills 50 [--only TEXT] [--seed N] [--from N] [--runs N]
 *
 * `--runs`: the number of supervisors that the program of many supervisors starts; 0 leaves it out.
 */
import { parseArgs } from 'node:util'
import build from '../../support/build.ts'
import { CELLS, type Cell, nameOf } from './cells.ts'
import { manyRuns } from './many-runs.ts'
import { killInProcess, type Outcome } from './processes.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    runs: { type: 'string', default: '200' },
  },
})
const kills = Number(values.kills)
const first = Number(values.from)
const columns = [
  'what is killed, and how',
  'runs',
  'deaths',
  'restarts',
  'held',
  'dup',
  'lost',
  'p50',
  'max',
  'aborts',
]
const widths = [46, 5, 7, 8, 5, 5, 5, 7, 7, 6]
let failures = 0

build()

console.log(
  `Node ${process.version}; held: by the dead, unsettled; dup: deliveries beyond the first; p50, max: ms a run`,
)
print(columns)
for (const [index, cell] of CELLS.entries()) {
  if (!nameOf(cell).includes(values.only)) continue
  const rounds = Array.from({ length: kills }, (_, round) => [index, first + round] as const)
  try {
    report(cell, await killInProcess(rounds, Number(values.seed), 120_000 + kills * 10_000))
  } catch (error) {
    failures++
    console.log(`${nameOf(cell)}: ${(error as Error).message}`)
  }
}
if (Number(values.runs) > 0) {
  try {
    for (const line of await manyRuns(Number(values.runs))) console.log(line)
  } catch (error) {
    failures++
    console.log((error as Error).message)
  }
}
console.log(failures === 0 ? 'nothing lost, nothing wedged' : `${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1

function report(cell: Cell, { lines, aborts }: Outcome): void {
  const failure = lines.find((line) => line.failure !== undefined)?.failure
  if (failure !== undefined) {
    failures++
    console.log(`FAILED after ${lines.length - 1} runs: ${failure}`)
    return
  }
  const reports = lines.flatMap((line) => line.report ?? [])
  const sum = (key: 'deaths' | 'restarts' | 'held' | 'duplicates' | 'lost') =>
    reports.reduce((total, each) => total + each[key], 0)
  const times = reports.map(({ ms }) => ms).sort((a, b) => a - b)
  print([
    nameOf(cell),
    reports.length,
    sum('deaths'),
    sum('restarts'),
    sum('held'),
    sum('duplicates'),
    sum('lost'),
    (times[Math.floor(times.length / 2)] ?? 0).toFixed(0),
    (times.at(-1) ?? 0).toFixed(0),
    aborts,
  ])
}

function print(row: readonly (string | number)[]): void {
  const cells = row.map((text, column) =>
    column === 0 ? String(text).padEnd(widths[0] as number) : String(text).padStart(widths[column] as number),
  )
  console.log(cells.join(' '))
}
