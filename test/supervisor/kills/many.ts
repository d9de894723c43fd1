/**
 * A process that starts one supervisor after another, and counts the resources that are left. Argument: a
 * ManyJob as JSON.
 */
import { readdirSync } from 'node:fs'
import { until, within } from '../../support/deadline.ts'
import { Random } from '../../support/random.mjs'
import type { Library, Sites } from './library.ts'
import { STEP } from './places.ts'
import { alive, check, observe, PATIENCE, Stage } from './stage.ts'

export interface ManyJob {
  readonly sites: Sites
  readonly runs: number
}

/** The resources of the process after so many runs. */
export interface Snapshot {
  readonly run: number
  readonly resources: Readonly<Record<string, number>>
  readonly listeners: Readonly<Record<string, number>>
  /** Threads of the process; 0 where the system does not show them. */
  readonly threads: number
  readonly rss: number
  readonly heap: number
  readonly external: number
}

const job = JSON.parse(process.argv[2] as string) as ManyJob
observe()
const millrace = (await import(job.sites.library)) as Library
const random = new Random(7)
const collect = (globalThis as { gc?: () => void }).gc as () => void

for (let run = 1; run <= job.runs; run++) {
  await (run % 2 === 0 ? group(run) : pipeline(run))
  if (run % Math.max(1, job.runs / 4) === 0) console.log(JSON.stringify(await snapshot(run)))
}
console.log(JSON.stringify({ joined: true }))

/** One producer and three consumers. One of them is killed in every fourth run. */
async function pipeline(run: number): Promise<void> {
  const stage = new Stage(millrace, job.sites, random, { way: 'none', at: [] }, 16, {})
  const { supervisor } = stage
  const filename = stage.file('producer.mjs')
  const args = { shared: stage.shared, resume: 'skip', step: STEP, count: 60 }
  supervisor.produce(stage.queue, { filename, name: 'numbers', args, resume: 'skip' })
  const consumer = { filename: stage.file('consumer.mjs'), name: 'consumeSync', threads: 3 }
  supervisor.consume(stage.queue, { ...consumer, args: { shared: stage.shared } })
  for (let number = 0; number < 60; number++) stage.stored.add(number)
  for (let number = 0; number < 60; number++) stage.attempted.add(number)
  await end(stage, run % 4 === 1)
}

/** Four threads that take items. */
async function group(run: number): Promise<void> {
  const stage = new Stage(millrace, job.sites, random, { way: 'none', at: [] }, 16, {})
  const args = { shared: stage.shared, queue: stage.queue }
  stage.supervisor.spawn({ filename: stage.file('consumer.mjs'), name: 'iterate', threads: 4, args })
  const feeding = stage.feed(0, 60).then(() => stage.queue.shutdown())
  await end(stage, run % 4 === 2)
  await within(feeding, 'all is put', PATIENCE)
}

async function end(stage: Stage, kills: boolean): Promise<void> {
  if (kills) {
    await until(() => stage.load('LENGTH') > 5, 'the run is under way', PATIENCE)
    const [thread] = alive.keys()
    if (thread !== undefined) stage.kill(thread)
  }
  const { error } = await stage.outcome()
  check(error === undefined, 'join resolves', error)
  stage.conclude()
}

async function snapshot(run: number): Promise<Snapshot> {
  // Twice: an object that a finalizer releases is collected the second time.
  for (let turn = 0; turn < 4; turn++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  return {
    run,
    resources: counts(process.getActiveResourcesInfo()),
    listeners: Object.fromEntries(
      [...process.eventNames()].map((name) => [String(name), process.listenerCount(name as 'exit')]),
    ),
    threads: threadsOfProcess(),
    rss,
    heap: heapUsed,
    external: external + arrayBuffers,
  }
}

function counts(names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {}
  for (const name of names) found[name] = (found[name] ?? 0) + 1
  return found
}

function threadsOfProcess(): number {
  try {
    return readdirSync('/proc/self/task').length
  } catch {
    return 0
  }
}
