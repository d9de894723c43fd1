/**
 * The process of a soak: threads die in it, and it must end by itself. Argument: a Job as JSON. Says Messages, a line
 * of JSON each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapCodeStatistics } from 'node:v8'
import { until, within } from '../support/deadline.ts'
import { Random } from '../support/random.mjs'
import type { Job, Line, Memory, Message, Totals } from './job.ts'
import { Population } from './population.ts'
import { Reaper } from './reaper.ts'
import type { Soak } from './stage.ts'

const job = JSON.parse(process.argv[2] as string) as Job
const population = new Population()
population.observe()
// Only now, since they load the library.
const { playAct } = await import('./act.ts')
const { Standing } = await import('./standing.ts')

/** How often memory is looked at: for a trend even a short soak needs some. */
const SAMPLE = Math.min(60_000, (job.minutes * 60_000) / 30)
const MINUTE = 60_000

const start = performance.now()
const end = start + job.minutes * MINUTE
const elapsed = () => (performance.now() - start) / MINUTE
const countDeaths = () => Object.values(population.deaths).reduce((sum, count) => sum + count, 0)
const goesOn = () => performance.now() < end || countDeaths() < (job.leastDeaths ?? 0)
const totals: Totals = {
  ...{ items: 0, duplicates: 0, held: 0, lost: 0, unexpected: 0, excess: 0 },
  ...{ letters: 0, dropped: 0, missedWakes: 0, epochs: 0, acts: 0 },
}
const soak: Soak = {
  ...{ job, population, totals, fail },
  random: new Random(job.seed),
  stages: new Set(),
}
const reaper = new Reaper(population, new Random(job.seed + 1), {
  ...{ deathsPerSecond: job.deathsPerSecond, maxSleepMs: job.maxSleepMs, fail },
})
const leak: unknown[] = []
let hasFailed = false
let before = { items: 0, at: start }

function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function fail(error: unknown): void {
  if (hasFailed) return
  hasFailed = true
  const { stack, cause } = error as Error
  const dumps = [...soak.stages].map((stage) => stage.describe())
  const text = `${stack}${cause === undefined ? '' : ` cause: ${cause}`}\n${dumps.join('\n')}`
  const message = JSON.stringify({ kind: 'failure', text } satisfies Message)
  // What a failed soak left behind would hold the process; and the text is to get out whole.
  process.stdout.write(`${message}\n`, () => process.exit(1))
}

function memory(): Memory {
  globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  // V8 compiles what it comes upon more often, for hours: that levels off, and is none of the queues'.
  const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics()
  const heap = heapUsed - code - bytecode
  const handles = process.getActiveResourcesInfo().length
  return { rss, heap, external, arrayBuffers, threads: population.alive.size, handles }
}

function line(): void {
  const now = performance.now()
  for (const stage of soak.stages) for (const site of stage.sites) site.noteRescued(totals)
  const since = now - before.at
  const perSecond = since < 1 ? 0 : Math.round(((totals.items - before.items) / since) * 1000)
  before = { items: totals.items, at: now }
  const counts = { ...totals, held: population.held, deaths: population.deaths }
  const said: Line = { minute: elapsed(), perSecond, ...counts, ...memory() }
  say({ kind: 'line', line: said })
}

/** Samples of memory, a line a minute, and a look at all queues each second. */
async function watch(): Promise<void> {
  let sampleAt = start + SAMPLE
  let lineAt = start + MINUTE
  while (goesOn()) {
    await sleep(Math.max(1, Math.min(1000, sampleAt - performance.now())))
    say({ kind: 'alive' })
    for (const stage of soak.stages) stage.watch()
    if (job.sabotage === 'leak') leak.push(new Array(20_000).fill(leak.length))
    if (performance.now() >= sampleAt) {
      sampleAt += SAMPLE
      const { rss, heap } = memory()
      say({ kind: 'sample', minute: elapsed(), rss, heap })
    }
    if (performance.now() >= lineAt && goesOn()) {
      lineAt += MINUTE
      line()
    }
  }
}

async function playAll(): Promise<void> {
  const each = Math.max(1, Math.floor(job.threads / 8))
  const acting = Math.max(4, Math.floor(job.threads / 4))
  const standing = new Standing(soak, each, job.threads - 3 * each - acting)
  const epochs = async () => {
    while (goesOn()) await standing.epoch(goesOn)
  }
  const acts = async () => {
    while (goesOn()) await playAct(soak, acting, goesOn)
  }
  line()
  reaper.start()
  await Promise.all([epochs(), acts(), watch()])
  await reaper.stop()
  await within(standing.close(), 'the standing queues end', 3 * job.maxSleepMs)
  await until(() => population.alive.size === 0, 'no thread is left', job.maxSleepMs)
  line()
  say({ kind: 'end' })
}

process.on('unhandledRejection', fail)
await playAll().catch(fail)
