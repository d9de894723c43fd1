/**
 * Kills threads in this process, which must end by itself afterwards. It is a process of its own because the
 * heap limit of a thread may end the whole process. Argument: a Job as JSON. Prints one line of JSON for each
 * cell.
 */
import { Random } from '../support/random.mjs'
import { reportEach } from '../support/reports.ts'
import { ALONE_CELLS, type Cell, nameOf } from './cells.ts'
import { Round, type RoundReport } from './round.ts'
import { TestedQueue } from './tested-queue.ts'

export interface Job {
  /** Indices of ALONE_CELLS. */
  readonly cells: readonly number[]
  readonly kills: number
  readonly seed: number
}

export interface CellReport {
  readonly cell: number
  readonly rounds: readonly RoundReport[]
  readonly failure?: string
}

/** Deaths at one queue, before the next queue is made. */
const PER_QUEUE = 25

async function runCell(cell: Cell, kills: number, random: Random): Promise<RoundReport[]> {
  const rounds: RoundReport[] = []
  while (rounds.length < kills) {
    const tested = new TestedQueue(cell)
    for (let round = 0; round < PER_QUEUE && rounds.length < kills; round++) {
      rounds.push(await new Round(cell, tested, random).run())
    }
    await tested.close()
  }
  return rounds
}

const job = JSON.parse(process.argv[2] as string) as Job
await reportEach(job.cells, (index): Promise<CellReport> => {
  const cell = ALONE_CELLS[index] as Cell
  return runCell(cell, job.kills, new Random(job.seed + index)).then(
    (rounds) => ({ cell: index, rounds }),
    (error: Error) => ({
      cell: index,
      rounds: [],
      failure: `${nameOf(cell)}, ${cell.way}, seed ${job.seed}: ${error.stack} ${error.cause ?? ''}`,
    }),
  )
})
