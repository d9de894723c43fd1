/**
 * A process of its own in which threads are killed: the heap limit of a thread may end the process. At the
 * end the process must exit by itself. Argument: a Job as JSON. Prints one line of JSON a round.
 */
import { Random } from '../../support/random.mjs'
import { reportEach } from '../../support/reports.ts'
import { playAhead } from './ahead.ts'
import { playBetween } from './between.ts'
import { CELLS, type Cell, nameOf, type Threads } from './cells.ts'
import { playConsumer } from './consumers.ts'
import type { Library, Sites } from './library.ts'
import { playProducer } from './producers.ts'
import { observe, type RoundReport, type Setting } from './stage.ts'
import { playNested, playStorm } from './storms.ts'
import { playWedge } from './wedges.ts'

export interface Job {
  readonly sites: Sites
  readonly seed: number
  /** Indices of CELLS, each with the number of its round, and its threads. */
  readonly rounds: readonly (readonly [cell: number, round: number, threads: Threads])[]
}

export interface RoundLine {
  readonly cell: number
  readonly threads: Threads
  readonly report?: RoundReport
  readonly failure?: string
}

const job = JSON.parse(process.argv[2] as string) as Job
observe()
const millrace = (await import(job.sites.library)) as Library

function play(cell: Cell, round: number, setting: Setting): Promise<RoundReport> {
  switch (cell.scene) {
    case 'consumer':
      return playConsumer(cell, setting)
    case 'producer':
      return playProducer(cell, round, setting)
    case 'storm':
      return playStorm(cell, setting)
    case 'nested':
      return playNested(setting)
    case 'wedge':
      return playWedge(cell, round, setting)
    case 'ahead':
      return playAhead(cell, setting)
    case 'between':
      return playBetween(cell, setting)
  }
}

await reportEach(job.rounds, ([index, round, threads]): Promise<RoundLine> => {
  const cell = CELLS[index] as Cell
  const seed = job.seed + index * 1000 + round
  const setting = { millrace, sites: job.sites, random: new Random(seed), threads }
  return play(cell, round, setting).then(
    (report) => ({ cell: index, threads, report }),
    (error: Error) => ({
      cell: index,
      threads,
      failure: `${nameOf(cell)}, round ${round}, ${threads} threads, seed ${job.seed}: ${error.stack} ${error.cause ?? ''}`,
    }),
  )
})
