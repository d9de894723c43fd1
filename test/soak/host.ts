/**
 * The process of a soak. Threads die in it, and it must end by itself. Argument: a Job as JSON. Prints
 * Messages, one line of JSON each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapCodeStatistics } from 'node:v8'
import { until, within } from '../support/deadline.ts'
import { Random } from '../support/random.mjs'
import type { Job, Line, Memory, Message, Totals } from './job.ts'
import { RandomKills } from './random-kills.ts'
import { Threads } from './threads.ts'
import type { Soak } from './workload.ts'

const job = JSON.parse(process.argv[2] as string) as Job
const threads = new Threads()
threads.observe()
// These load the library, so they follow `observe`.
const { runShortLived } = await import('./short-lived.ts')
const { LongLived } = await import('./long-lived.ts')

/** Time between two samples of memory. The trend of a short soak needs some samples, too. */
const SAMPLE_MS = Math.min(60_000, (job.minutes * 60_000) / 30)
const MINUTE_MS = 60_000

const start = performance.now()
const end = start + job.minutes * MINUTE_MS
const elapsed = () => (performance.now() - start) / MINUTE_MS
const countDeaths = () => Object.values(threads.deaths).reduce((sum, count) => sum + count, 0)
const goesOn = () => performance.now() < end || countDeaths() < (job.leastDeaths ?? 0)
const totals: Totals = {
  ...{ items: 0, duplicates: 0, held: 0, lost: 0, unexpected: 0, excess: 0 },
  ...{ letters: 0, dropped: 0, missedWakes: 0, periods: 0, shortLived: 0 },
}
const soak: Soak = {
  ...{ job, threads, totals, fail },
  random: new Random(job.seed),
  workloads: new Set(),
}
const kills = new RandomKills(threads, new Random(job.seed + 1), {
  ...{ deathsPerSecond: job.deathsPerSecond, deadlineMs: job.deadlineMs, fail },
})
const leak: unknown[] = []
let hasFailed = false
let before = { items: 0, at: start }

function send(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function fail(error: unknown): void {
  if (hasFailed) return
  hasFailed = true
  const { stack, cause } = error as Error
  const dumps = [...soak.workloads].map((workload) => workload.describe())
  const text = `${stack}${cause === undefined ? '' : ` cause: ${cause}`}\n${dumps.join('\n')}`
  const message = JSON.stringify({ kind: 'failure', text } satisfies Message)
  // A failed soak may leave a thread that keeps the process alive. The exit waits until the text is written.
  process.stdout.write(`${message}\n`, () => process.exit(1))
}

function memory(): Memory {
  globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  // V8 compiles more code for hours. That levels off, and is no leak of the queues.
  const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics()
  const heap = heapUsed - code - bytecode
  const handles = process.getActiveResourcesInfo().length
  return { rss, heap, external, arrayBuffers, threads: threads.alive.size, handles }
}

function line(): void {
  const now = performance.now()
  for (const workload of soak.workloads)
    for (const soakedQueue of workload.soakedQueues) soakedQueue.noteMissedWakes(totals)
  const since = now - before.at
  const perSecond = since < 1 ? 0 : Math.round(((totals.items - before.items) / since) * 1000)
  before = { items: totals.items, at: now }
  const counts = { ...totals, held: threads.held, deaths: threads.deaths }
  const figures: Line = { minute: elapsed(), perSecond, ...counts, ...memory() }
  send({ kind: 'line', line: figures })
}

/** Takes samples of memory, prints a line each minute, and checks all queues each second. */
async function watch(): Promise<void> {
  let sampleAt = start + SAMPLE_MS
  let lineAt = start + MINUTE_MS
  while (goesOn()) {
    await sleep(Math.max(1, Math.min(1000, sampleAt - performance.now())))
    send({ kind: 'alive' })
    for (const workload of soak.workloads) workload.watch()
    if (job.sabotage === 'leak') leak.push(new Array(20_000).fill(leak.length))
    if (performance.now() >= sampleAt) {
      sampleAt += SAMPLE_MS
      const { rss, heap } = memory()
      send({ kind: 'sample', minute: elapsed(), rss, heap })
    }
    if (performance.now() >= lineAt && goesOn()) {
      lineAt += MINUTE_MS
      line()
    }
  }
}

async function runAll(): Promise<void> {
  const each = Math.max(1, Math.floor(job.threads / 8))
  const shortLivedThreads = Math.max(4, Math.floor(job.threads / 4))
  const longLived = new LongLived(soak, each, job.threads - 3 * each - shortLivedThreads)
  const periods = async () => {
    while (goesOn()) await longLived.period(goesOn)
  }
  const shortLived = async () => {
    while (goesOn()) await runShortLived(soak, shortLivedThreads, goesOn)
  }
  line()
  kills.start()
  await Promise.all([periods(), shortLived(), watch()])
  await kills.stop()
  await within(longLived.close(), 'the long-lived queues end', 3 * job.deadlineMs)
  await until(() => threads.alive.size === 0, 'no thread is left', job.deadlineMs)
  line()
  send({ kind: 'end' })
}

process.on('unhandledRejection', fail)
await runAll().catch(fail)
