/**
 * A process of its own in which threads are killed: the heap limit of a thread may take the process down, and after
 * it all the process must end by itself. Argument: a Job as JSON. Prints one line of JSON a cell, or its failure.
 */
import { Random } from '../support/random.mjs'
import { CELLS, type Cell, nameOf } from './cells.ts'
import { Round, type RoundReport } from './round.ts'
import { Stage } from './stage.ts'

export interface Job {
  /** Indices of CELLS. */
  readonly cells: readonly number[]
  readonly kills: number
  readonly seed: number
}

export interface CellReport {
  readonly cell: number
  readonly rounds: readonly RoundReport[]
  readonly failure?: string
}

/** Deaths on one queue, until a new one is made. */
const PER_QUEUE = 25

async function playCell(cell: Cell, kills: number, random: Random): Promise<RoundReport[]> {
  const rounds: RoundReport[] = []
  while (rounds.length < kills) {
    const stage = new Stage(cell)
    for (let round = 0; round < PER_QUEUE && rounds.length < kills; round++) {
      rounds.push(await new Round(cell, stage, random).play())
    }
    await stage.close()
  }
  return rounds
}

const job = JSON.parse(process.argv[2] as string) as Job
for (const index of job.cells) {
  const cell = CELLS[index] as Cell
  const report: CellReport = await playCell(cell, job.kills, new Random(job.seed + index)).then(
    (rounds) => ({ cell: index, rounds }),
    (error: Error) => ({
      cell: index,
      rounds: [],
      failure: `${nameOf(cell)}, ${cell.way}, seed ${job.seed}: ${error.stack} ${error.cause ?? ''}`,
    }),
  )
  console.log(JSON.stringify(report))
  // What a failed round left behind would hold the process.
  if (report.failure !== undefined) process.exit(1)
}
