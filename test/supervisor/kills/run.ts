import { choice, integer, main, refusal, script, text } from '../../../scripts/command-line.ts'
import build from '../../support/build.ts'
import { CELLS, type Cell, modesOf, nameOf, type Threads } from './cells.ts'
import { manyRuns } from './many-runs.ts'
import { killInProcess, type Outcome } from './processes.ts'

const SCRIPT = script({
  command: 'npx tsx test/supervisor/kills/run.ts',
  does:
    'Kills threads of supervisors in every way and in every operation. Prints for each cell of the table how many ' +
    'threads died and were started again, and whether an item was lost.',
  options: {
    kills: integer('runs of each cell, on each kind of threads', { min: 1, max: 100_000, fallback: 50 }),
    only: text('cells that have this in their name', '', 'all cells'),
    threads: choice('made for each run, or kept from an earlier one', ['fresh', 'kept', 'both'], 'both'),
    seed: integer('seed of all runs', { min: 0, max: 2 ** 31 - 1, fallback: 1 }),
    from: integer('number of the first run of a cell', { min: 0, max: 1_000_000, fallback: 0 }),
    runs: integer('starts of a supervisor by the program that starts many; 0 leaves it out', {
      min: 0,
      max: 1_000_000,
      fallback: 500,
    }),
  },
  example: '--kills 5 --only consume',
  exit: ['no item is lost and no supervisor is stuck', 'a cell failed'],
})

const columns = [
  'what is killed, and how',
  'on',
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
const widths = [48, 5, 5, 7, 8, 5, 5, 5, 7, 7, 6]
let failures = 0

await main(SCRIPT, async ({ kills, only, threads = 'both', seed, from, runs }) => {
  if (!CELLS.some((cell) => nameOf(cell).includes(only)))
    throw refusal('only', 'a part of the name of a cell', only)
  build()

  console.log(
    `Node ${process.version}; held: by the dead, unsettled; dup: deliveries beyond the first; p50, max: ms a run`,
  )
  print(columns)
  for (const [index, cell] of CELLS.entries()) {
    if (!nameOf(cell).includes(only)) continue
    for (const mode of modesOf(cell)) {
      if (threads !== 'both' && threads !== mode) continue
      const rounds = Array.from({ length: kills }, (_, round) => [index, from + round, mode] as const)
      try {
        report(cell, mode, await killInProcess(rounds, seed, 120_000 + kills * 10_000))
      } catch (error) {
        failures++
        console.log(`${nameOf(cell)}, ${mode} threads: ${(error as Error).message}`)
      }
    }
  }
  if (runs > 0) {
    try {
      for (const line of await manyRuns(runs)) console.log(line)
    } catch (error) {
      failures++
      console.log((error as Error).message)
    }
  }
  console.log(failures === 0 ? 'nothing lost, nothing wedged' : `${failures} failed`)
  return failures === 0 ? 0 : 1
})

function report(cell: Cell, threads: Threads, { lines, aborts }: Outcome): void {
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
    threads,
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
