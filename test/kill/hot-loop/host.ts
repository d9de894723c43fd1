/**
 * A process of its own in which threads are killed in the hot loop of put and get, and which must end by itself.
 * Argument: a Job as JSON. Prints one line of JSON.
 */

import type { Kind } from '../../support/queues.ts'
import { Random } from '../../support/random.mjs'
import type { Balance } from '../notes/deliveries.ts'
import type { Fault } from '../sabotage.ts'
import { Crowd, type Landed } from './crowd.ts'

export interface Job {
  readonly kind: Kind
  readonly kills: number
  readonly seed: number
  /** ms in which the place of a dead thread must be free. */
  readonly recovery?: number
  readonly fault?: Fault
}

export type Report = Landed & Balance & { kills: number; ms: number; failure?: string }

/** Deaths at one queue, until a new one is made. */
const PER_QUEUE = 6
/** In the smallest, threads mostly wait for each other; in the largest, the lists and the heap are long. */
const SIZES = [64, 3, 1000]

async function play({ kills, seed, ...options }: Job): Promise<Report> {
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
    const crowd = new Crowd({ ...options, random, maxsize: SIZES[queues % SIZES.length] as number })
    const last = Math.min(kills, report.kills + PER_QUEUE)
    while (report.kills < last && !crowd.isWorn) report.kills += await crowd.kill(last - report.kills)
    add(await crowd.end())
    add(crowd.landed)
  }
  return { ...report, ms: Math.round(performance.now() - since) }
}

const job = JSON.parse(process.argv[2] as string) as Job
try {
  console.log(JSON.stringify(await play(job)))
} catch (error) {
  const { stack, cause } = error as Error
  console.log(JSON.stringify({ failure: `${job.kind}, seed ${job.seed}: ${stack} ${cause ?? ''}` }))
  // What a failed round left behind would hold the process.
  process.exit(1)
}
