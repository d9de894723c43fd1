import { integer, main, refusal, script, text } from '../../scripts/command-line.ts'
import build from '../support/build.ts'
import { judgeQueue, judgeTickets, overlapping } from './judging.ts'
import { compareWithSearch, SUBJECTS, total } from './oracle.ts'
import { type QueueRun, queueRuns, type TicketRun, ticketRuns, titleOf } from './plan.ts'
import { type Recording, recordQueue, recordTickets } from './recording.ts'

/** The history of one run is checked in memory, which limits its length. */
const MOST_A_RUN = 100_000

const SCRIPT = script({
  command: 'npx tsx test/checkers/run.ts',
  does:
    'Compares the checks of histories with a search of all orders, on small histories, sound and broken ones. Then ' +
    'records what threads do with queues of each kind, and with the core of a FIFO queue by tickets, and checks that.',
  options: {
    operations: integer('puts and takes of real threads in all', {
      min: 10_000,
      max: 1_000_000_000,
      fallback: 1_000_000,
    }),
    histories: integer('small histories of each sort, each broken in nine ways', {
      min: 0,
      max: 10_000_000,
      fallback: 1000,
    }),
    seed: integer('seed of the first small history; the others count up from it', {
      min: 1,
      max: 1_000_000_000,
      fallback: 1,
    }),
    only: text(
      'runs whose title has this part, such as fifo, WebAssembly, 3P3C or "capacity 7"',
      '',
      'all runs',
    ),
  },
  example: '--operations 100000 --only fifo',
  exit: [
    'every history is linearizable, and the checks agree with the search',
    'a check and the search disagree, or a history is not linearizable',
  ],
})

const widths = [62, 9, 9, 9, 9, 9]

function print(row: readonly (string | number)[]): void {
  const cells = row.map((cell, column) => {
    const text = typeof cell === 'number' ? cell.toLocaleString('en') : cell
    return column === 0 ? text.padEnd(widths[0] as number) : text.padStart(widths[column] ?? 9)
  })
  console.log(cells.join(' ').trimEnd())
}

/** Returns the number of disagreements. The first one ends a subject. */
function compareAll(histories: number, seed: number): number {
  print(['against a search of all orders', 'accepted', 'refused', 'missed'])
  let disagreements = 0
  for (const subject of SUBJECTS) {
    try {
      const { accepted, refused, missed } = total(compareWithSearch(subject, histories, seed))
      print([`${subject.title}${subject.isExact ? ', exact' : ''}`, accepted, refused, missed])
    } catch (error) {
      disagreements++
      console.log((error as Error).message)
    }
  }
  return disagreements
}

async function recordAll(operations: number, only: string) {
  const titles = (run: QueueRun | TicketRun) => titleOf(run).includes(only)
  const chosen = [...queueRuns(0), ...ticketRuns(0)].filter(titles).length
  const rounds = Math.ceil(operations / chosen / MOST_A_RUN)
  const each = Math.ceil(operations / chosen / rounds)
  const sums = { histories: 0, moves: 0, refusals: 0, violations: 0 }
  print(['real threads', 'puts', 'takes', 'empty', 'full', 'overlap', 'verdict'])

  const report = (run: QueueRun | TicketRun, recording: Recording, violation: string | undefined) => {
    const { history } = recording
    const count = (wanted: string) => history.filter(({ kind }) => kind === wanted).length
    const overlap = `${((100 * overlapping(recording)) / history.length).toFixed(1)} %`
    const verdict = violation === undefined ? '   sound' : '   WRONG'
    print([titleOf(run), count('put'), count('take'), count('empty'), count('full'), overlap, verdict])
    if (violation !== undefined) {
      sums.violations++
      console.log(`  ${violation}`)
      console.log(
        `  again: npx tsx test/checkers/run.ts --histories 0 --operations ${operations} --only '${titleOf(run)}'`,
      )
    }
    sums.histories++
    const moves = count('put') + count('take')
    sums.moves += moves
    sums.refusals += history.length - moves
  }
  for (let round = 0; round < rounds; round++) {
    for (const run of queueRuns(each).filter(titles)) {
      const recording = await recordQueue({ ...run, deadlineMs: 600_000 })
      report(run, recording, judgeQueue(recording, run))
    }
    for (const run of ticketRuns(each).filter(titles)) {
      const recording = await recordTickets({ ...run, deadlineMs: 600_000 })
      report(run, recording, judgeTickets(recording, run))
    }
  }
  return sums
}

await main(SCRIPT, async ({ operations, histories, seed, only }) => {
  if (![...queueRuns(0), ...ticketRuns(0)].some((run) => titleOf(run).includes(only)))
    throw refusal('only', 'a part of the title of a run', only)
  build()
  console.log(`Node ${process.version}, seed ${seed}; overlap: during these another thread's began or ended`)
  const disagreements = histories === 0 ? 0 : compareAll(histories, seed)
  const sums = await recordAll(operations, only)
  console.log(
    `${sums.histories} histories of real threads checked, ${sums.moves.toLocaleString('en')} puts and takes, ` +
      `${sums.refusals.toLocaleString('en')} refusals: ` +
      `${sums.violations} violations; ${disagreements} disagreements with the search`,
  )
  return sums.violations + disagreements === 0 ? 0 : 1
})
