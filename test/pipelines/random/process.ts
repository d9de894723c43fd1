import type { Worker } from 'node:worker_threads'
import type * as Millrace from '../../../src/index.ts'
import { until } from '../../support/deadline.ts'
import { reportEach } from '../../support/reports.ts'
import { execute } from './execute.ts'
import * as functions from './functions.mjs'
import { judge } from './judge.ts'
import { planOf } from './plan.ts'

const millrace: typeof Millrace = await import(new URL('../../../dist/src/index.js', import.meta.url).href)
/** No pipeline of a plan takes longer, on a busy machine either. */
const DEADLINE_MS = 60_000

const workers = new Set<Worker>()
process.on('worker', (worker) => {
  workers.add(worker)
  worker.once('exit', () => workers.delete(worker))
})
process.on('warning', (warning) => warnings.push(String(warning)))
const warnings: string[] = []

export interface Report {
  readonly seed: number
  readonly ms: number
  readonly outcome: string
  readonly failure?: string
}

const supervisor = new millrace.Supervisor()
await reportEach(JSON.parse(process.argv[2] as string) as number[], runOne)

async function runOne(seed: number): Promise<Report> {
  const began = performance.now()
  const plan = planOf(seed)
  let run: Millrace.ParallelRun<unknown> | undefined
  const timer = setTimeout(() => {
    const stats = JSON.stringify(run?.stats())
    const failure = `stuck for ${DEADLINE_MS} ms: ${stats} ${JSON.stringify(plan)}`
    console.log(JSON.stringify({ seed, ms: DEADLINE_MS, outcome: 'stuck', failure }))
    process.exit(1)
  }, DEADLINE_MS)
  const executed = await execute(millrace, plan, (begun) => {
    run = begun
  })
  const { counters, outcome } = executed
  const calls = Atomics.load(counters, functions.TOTAL)
  let failure = judge(plan, executed) ?? (await leftRunning())
  failure ??= await wholeShare()
  if (Atomics.load(counters, functions.TOTAL) !== calls) failure ??= 'a call ran after the end'
  clearTimeout(timer)
  const ms = Math.round(performance.now() - began)
  const said = typeof outcome === 'string' ? outcome : String((outcome.error as Error).name)
  if (failure === undefined) return { seed, ms, outcome: said }
  const { stages, faults, ...rest } = plan
  const words = JSON.stringify({ ...rest, stages, faults: [...faults] })
  return { seed, ms, outcome: said, failure: `${failure}\n  ${words}\n  ${warnings.splice(0).join('\n  ')}` }
}

/**
 * Threads other than spares, and what else keeps the process alive. A kept thread says a moment after the end
 * of its run that it is idle.
 */
async function leftRunning(): Promise<string | undefined> {
  try {
    await until(() => whatRuns() === undefined, 'nothing runs')
  } catch {
    return whatRuns()
  }
  return undefined
}

function whatRuns(): string | undefined {
  const { idle } = supervisor.stats().spares
  if (workers.size !== idle) return `${workers.size} threads run, and ${idle} are spare`
  const active = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap')
  // The deadline of the plan, and the wait for the next look.
  const isOther = active.filter((name) => name !== 'Timeout').length > 0
  return isOther || active.length > 2 ? `still active: ${active}` : undefined
}

/** A run without a number of threads has all that the process shares, if no run has kept some. */
async function wholeShare(): Promise<string | undefined> {
  const run = millrace.parallelMap(['0'], {
    filename: new URL('./functions.mjs', import.meta.url),
    name: 'unbatch',
  })
  await run.toArray()
  const threads = run.stats().stages[0]?.threads
  const { availableParallelism } = await import('node:os')
  return threads === availableParallelism() ? undefined : `a later run has ${threads} threads`
}
