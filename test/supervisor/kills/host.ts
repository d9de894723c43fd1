/**
 * A process of its own in which threads are killed: the heap limit of a thread may end the process. At the
 * end the process must exit by itself. Argument: a Job as JSON. Prints one line of JSON a round.
 */
import { Random } from '../../support/random.mjs'
import { reportEach } from '../../support/reports.ts'
import { playAhead } from './ahead.ts'
import { CELLS, type Cell, nameOf } from './cells.ts'
import { playConsumer } from './consumers.ts'
import type { Library, Sites } from './library.ts'
import { playProducer } from './producers.ts'
import { observe, type RoundReport } from './stage.ts'
import { playNested, playStorm } from './storms.ts'
import { playWedge } from './wedges.ts'

export interface Job {
  readonly sites: Sites
  readonly seed: number
  /** Indices of CELLS, each with the number of its round. */
  readonly rounds: readonly (readonly [cell: number, round: number])[]
}

export interface RoundLine {
  readonly cell: number
  readonly report?: RoundReport
  readonly failure?: string
}

const job = JSON.parse(process.argv[2] as string) as Job
observe()
const millrace = (await import(job.sites.library)) as Library

function play(cell: Cell, round: number, random: Random): Promise<RoundReport> {
  const { sites } = job
  switch (cell.scene) {
    case 'consumer':
      return playConsumer(cell, millrace, sites, random)
    case 'producer':
      return playProducer(cell, round, millrace, sites, random)
    case 'storm':
      return playStorm(cell, millrace, sites, random)
    case 'nested':
      return playNested(millrace, sites, random)
    case 'wedge':
      return playWedge(cell, round, millrace, sites, random)
    case 'ahead':
      return playAhead(cell, millrace, sites, random)
  }
}

await reportEach(job.rounds, ([index, round]): Promise<RoundLine> => {
  const cell = CELLS[index] as Cell
  const seed = job.seed + index * 1000 + round
  return play(cell, round, new Random(seed)).then(
    (report) => ({ cell: index, report }),
    (error: Error) => ({
      cell: index,
      failure: `${nameOf(cell)}, round ${round}, seed ${job.seed}: ${error.stack} ${error.cause ?? ''}`,
    }),
  )
})
