/**
 * Kills `--kills` threads of each kind of queue at random moments in the hot loop of put, get and taskDone, while
 * others go on, and prints where the kills landed and what came of it:
 *
 *   npx tsx test/kill/hot-loop/run.ts --kills 300 [--kind fifo|lifo|priority] [--seed N]
 */
import { parseArgs } from 'node:util'
import build from '../../support/build.ts'
import { KINDS } from '../../support/queues.ts'
import type { Report } from './host.ts'
import { killInHotLoop } from './kill.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    kind: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const kills = Number(values.kills)
const columns: [title: string, width: number, cell: (report: Report) => number][] = [
  ['kills', 6, (report) => report.kills],
  ['in put', 7, (report) => report.put],
  ['in get/taskDone', 16, (report) => report.get + report.taskDone],
  ['outside', 8, (report) => report.outside],
  ['asleep', 7, (report) => report.asleep],
  ['items', 11, (report) => report.items],
  ['held', 6, (report) => report.held],
  ['dup', 6, (report) => report.duplicates],
  ['lost', 5, (report) => report.lost],
  ['ms', 8, (report) => report.ms],
]

build()
console.log(
  `Node ${process.version}; where the dead were (asleep: of those in put and get); ` +
    'held: what the dead had got; dup: items got again',
)
print('kind', (index) => columns[index]?.[0])
let failures = 0
for (const kind of KINDS.filter((each) => values.kind === undefined || values.kind === each)) {
  try {
    const report = await killInHotLoop({ kind, kills, seed: Number(values.seed) }, 120_000 + kills * 5000)
    if (report.failure !== undefined) throw new Error(report.failure)
    print(kind, (index) => columns[index]?.[2](report))
  } catch (error) {
    failures++
    console.log(`${kind}: ${(error as Error).message}`)
  }
}
console.log(failures === 0 ? 'structure whole, nothing lost, nobody stuck' : `${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1

function print(first: string, cell: (index: number) => string | number | undefined): void {
  const cells = columns.map(([, width], index) => String(cell(index)).padStart(width))
  console.log(first.padEnd(8) + cells.join(' '))
}
