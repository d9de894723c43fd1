import { choice, integer, main, script } from '../../../scripts/command-line.ts'
import build from '../../support/build.ts'
import { KINDS } from '../../support/queues.ts'
import type { Report } from './host.ts'
import { killInHotLoop } from './kill.ts'

const SCRIPT = script({
  command: 'npx tsx test/kill/hot-loop/run.ts',
  does:
    'Kills threads of each kind of queue at random moments in the hot loop of put, get and taskDone, while others go ' +
    'on. Prints where the kills landed, and whether an item was lost.',
  options: {
    kills: integer('threads killed of each kind of queue', { min: 1, max: 100_000, fallback: 300 }),
    kind: choice('only this kind of queue', KINDS, 'every kind'),
    seed: integer('decides when threads are killed', { min: 0, max: 2 ** 31 - 1, fallback: 1 }),
  },
  example: '--kills 50 --kind lifo',
  exit: ['no item is lost and no thread is stuck', 'a kind failed'],
})

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

await main(SCRIPT, async ({ kills, kind, seed }) => {
  build()
  console.log(
    `Node ${process.version}; places of the deaths (asleep: those of put and get that slept); ` +
      'held: items that the dead held; dup: items got again',
  )
  print('kind', (index) => columns[index]?.[0])
  let failures = 0
  for (const one of KINDS.filter((each) => kind === undefined || kind === each)) {
    try {
      const report = await killInHotLoop({ kind: one, kills, seed }, 120_000 + kills * 5000)
      if (report.failure !== undefined) throw new Error(report.failure)
      print(one, (index) => columns[index]?.[2](report))
    } catch (error) {
      failures++
      console.log(`${one}: ${(error as Error).message}`)
    }
  }
  console.log(failures === 0 ? 'queues intact, no item lost, no thread stuck' : `${failures} failed`)
  return failures === 0 ? 0 : 1
})

function print(first: string, cell: (index: number) => string | number | undefined): void {
  const cells = columns.map(([, width], index) => String(cell(index)).padStart(width))
  console.log(first.padEnd(8) + cells.join(' '))
}
