/**
 * A process that starts one supervisor after another, and counts the resources that are left. Argument: a
 * ManyJob as JSON.
 */
import { readdirSync } from 'node:fs'
import { until, within } from '../../support/deadline.ts'
import { Random } from '../../support/random.mjs'
import type { Library, Sites } from './library.ts'
import { STEP } from './places.ts'
import { atWork, check, observe, ROUND_LIMIT_MS, type Setting, Stage } from './stage.ts'

export interface ManyJob {
  readonly sites: Sites
  readonly runs: number
}

/** The resources of the process after so many runs. */
export interface Snapshot {
  readonly run: number
  readonly resources: Readonly<Record<string, number>>
  readonly listeners: Readonly<Record<string, number>>
  /** Threads that are kept, and runs so far that began on one. */
  readonly idle: number
  readonly reused: number
  /** Threads of the process; 0 where the system does not show them. */
  readonly threads: number
  readonly rss: number
  readonly heap: number
  readonly external: number
}

/** Threads of each run. */
const THREADS = 4
const COUNT = 60

const job = JSON.parse(process.argv[2] as string) as ManyJob
observe()
const millrace = (await import(job.sites.library)) as Library
const setting: Setting = { millrace, sites: job.sites, random: new Random(7), threads: 'kept' }
const collect = (globalThis as { gc?: () => void }).gc as () => void
const quarter = Math.max(1, Math.floor(job.runs / 4))
/** Functions in turn, so that a thread runs another one each time. */
const ways = [
  () => pipeline('numbers', 'consumeSync'),
  () => group('iterate'),
  () => pipeline('numbersAsync', 'consumeConcurrent'),
  () => group('takeSync'),
  () => pipeline('numbers', 'consumeAsync'),
  () => group('get'),
]
let run = 0

while (run < job.runs) {
  const way = ways[run++ % ways.length] as () => Promise<void>
  await way()
  if (run % quarter === 0) console.log(JSON.stringify(await snapshot()))
}
console.log(JSON.stringify({ joined: true }))

/** One producer and three consumers. */
async function pipeline(source: string, name: string): Promise<void> {
  const stage = await Stage.open(setting, { way: 'none', at: [] }, 16, {}, 0)
  const { supervisor, reuse } = stage
  const filename = stage.file('producer.mjs')
  const args = { shared: stage.shared, resume: 'skip', step: STEP, count: COUNT }
  supervisor.produce(stage.queue, { filename, name: source, args, reuse, resume: 'skip' })
  const consumer = { filename: stage.file('consumer.mjs'), name, threads: THREADS - 1, reuse }
  const concurrency = name === 'consumeConcurrent' ? 3 : 1
  supervisor.consume(stage.queue, { ...consumer, args: { shared: stage.shared }, concurrency })
  for (let number = 0; number < COUNT; number++) {
    stage.stored.add(number)
    stage.attempted.add(number)
  }
  await end(stage)
}

/** Threads that take items. */
async function group(name: string): Promise<void> {
  const stage = await Stage.open(setting, { way: 'none', at: [] }, 16, {}, 0)
  const args = { shared: stage.shared, queue: stage.queue }
  const { reuse } = stage
  stage.supervisor.spawn({ filename: stage.file('consumer.mjs'), name, threads: THREADS, args, reuse })
  const feeding = stage.feed(0, COUNT).then(() => stage.queue.shutdown())
  await end(stage)
  await within(feeding, 'all is put', ROUND_LIMIT_MS)
}

/** In some runs a thread is killed; in the last ones before a snapshot none is, so that as many are kept. */
async function end(stage: Stage): Promise<void> {
  if (run % 8 === 3 && run % quarter > 0 && run % quarter < quarter - 3) {
    await until(() => stage.load('LENGTH') > 5, 'the run is under way', ROUND_LIMIT_MS)
    const [thread] = atWork()
    if (thread !== undefined) stage.kill(thread)
  }
  const { error } = await stage.outcome()
  check(error === undefined, 'join resolves', error)
  stage.conclude()
}

async function snapshot(): Promise<Snapshot> {
  // Twice: an object that a finalizer releases is collected the second time.
  for (let turn = 0; turn < 4; turn++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { idle, reused } = new millrace.Supervisor().stats().spares
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  return {
    run,
    idle,
    reused,
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
