/**
 * Kills threads in the hot loop of put and get, in this process, which must end by itself afterwards.
 * Argument: a Job as JSON. Prints one line of JSON.
 */

import type { Kind } from '../../support/queues.ts'
import { Random } from '../../support/random.mjs'
import { reportEach } from '../../support/reports.ts'
import type { Fault } from '../inject-fault.ts'
import type { Balance } from '../notes/deliveries.ts'
import { type Landed, TestedQueue } from './tested-queue.ts'

export interface Job {
  readonly kind: Kind
  readonly kills: number
  readonly seed: number
  /** ms in which the place of a dead thread must be free. */
  readonly recovery?: number
  readonly fault?: Fault
}

export type Report = Landed & Balance & { kills: number; ms: number; failure?: string }

/** Deaths at one queue, before the next queue is made. */
const PER_QUEUE = 6
/**
 * Values of maxsize. In the smallest queue threads mostly wait; in the largest the lists and the heap are
 * long.
 */
const SIZES = [64, 3, 1000]

async function run({ kills, seed, ...options }: Job): Promise<Report> {
  const random = new Random(seed)
  const report: Report = {
    ...{ kills: 0, put: 0, get: 0, taskDone: 0, outside: 0, asleep: 0 },
    ...{ items: 0, lost: 0, unknown: 0, held: 0, duplicates: 0, excess: 0, ms: 0 },
  }
  const add = (counts: object) => {
    for (const [name, count] of Object.entries(counts)) report[name as keyof Balance] += count
  }
  const since = performance.now()
  for (let queues = 0; report.kills < kills; queues++) {
    const tested = new TestedQueue({ ...options, random, maxsize: SIZES[queues % SIZES.length] as number })
    const last = Math.min(kills, report.kills + PER_QUEUE)
    while (report.kills < last && !tested.isUsedUp) report.kills += await tested.kill(last - report.kills)
    add(await tested.end())
    add(tested.landed)
  }
  return { ...report, ms: Math.round(performance.now() - since) }
}

const job = JSON.parse(process.argv[2] as string) as Job
await reportEach(
  [job],
  (each): Promise<Report | { failure: string }> =>
    run(each).catch(({ stack, cause }: Error) => ({
      failure: `${each.kind}, seed ${each.seed}: ${stack} ${cause ?? ''}`,
    })),
)
