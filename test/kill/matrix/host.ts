/**
 * Kills threads in this process, which must end by itself afterwards. Argument: a Job as JSON. Prints one
 * line of JSON for each run, with its failure if it has one.
 */
import { Random } from '../../support/random.mjs'
import { reportEach } from '../../support/reports.ts'
import type { Fault } from '../inject-fault.ts'
import type { Control } from './cells.ts'
import { type Cell, isFinal, nameOf } from './dimensions.ts'
import { noReport, type QueueReport, TestedQueue } from './tested-queue.ts'

/** The run of a cell, or of a control without deaths. */
export interface CellRun {
  readonly seed: number
  /** The number of kills, or of rounds of a control. */
  readonly kills: number
  readonly cell?: Cell
  readonly control?: Control
  /** A fault that must be found. */
  readonly fault?: Fault
}

export interface Job {
  readonly runs: readonly CellRun[]
}

export interface RunReport extends QueueReport {
  readonly failure?: string
}

/** Kills at one queue, before the next queue is made. */
const PER_QUEUE = 25
/** Threads of a control, besides those that only put or get. */
const LIVING = 3

const codec = (await import(new URL('./fixtures/hooked-codec.mjs', import.meta.url).href)) as {
  hooked: unknown
}
let tested: TestedQueue | undefined

async function run({ seed, kills, cell, control, fault }: CellRun): Promise<QueueReport> {
  const random = new Random(seed)
  const sum = noReport()
  for (let done = 0; done < kills; ) {
    const { kind, topology } = (cell ?? control) as Control
    tested = new TestedQueue(
      kind,
      topology,
      cell === undefined ? LIVING : TestedQueue.victimsOf(cell),
      random,
      codec.hooked,
    )
    if (fault !== undefined) tested.injectFault(fault)
    if (cell === undefined) {
      await tested.live(LIVING)
      done++
    } else {
      const most = isFinal(cell) ? done + 1 : Math.min(kills, done + PER_QUEUE)
      while (done < most && !tested.isUsedUp) {
        await tested.kill(cell)
        done++
      }
      await tested.end()
    }
    for (const [key, value] of Object.entries(tested.report)) {
      if (typeof value === 'number') sum[key as 'kills'] += value
    }
    sum.sinceExit.push(...tested.report.sinceExit)
    sum.sinceEnd.push(...tested.report.sinceEnd)
  }
  return sum
}

await reportEach((JSON.parse(process.argv[2] as string) as Job).runs, (each): Promise<RunReport> => {
  return run(each).catch((error: Error) => {
    const name = each.cell === undefined ? `control, ${JSON.stringify(each.control)}` : nameOf(each.cell)
    const cause = error.cause === undefined ? '' : `; ${(error.cause as Error).stack ?? error.cause}`
    const stats = JSON.stringify(tested?.stats)
    return { ...noReport(), failure: `${name}; seed ${each.seed}: ${error.stack}${cause}\n${stats}` }
  })
})
