import { availableParallelism } from 'node:os'
import type { Contender as Runner } from '../pipelines/contender.ts'
import { millrace, millracePipeline } from '../pipelines/millrace.ts'
import { calibrate, plainLoops } from '../pipelines/plain-loops.ts'
import { piscinaLanes } from '../pipelines/rivals.ts'
import { prepare } from '../pipelines/rounds.ts'
import type { Scenario as Tasks } from '../pipelines/scenarios.ts'
import type { Contender, Plan, Scenario } from './scenario.ts'

const ROUND_MS = 60
const QUICK_ROUND_MS = 15
const PLAIN = 'one plain loop'
const CORES = availableParallelism()
/** Threads of the scenarios of grain. */
const THREADS = 2

/** Lengths of a task in µs. */
const GRAINS = [0.5, 1, 2, 5, 10, 20, 50, 100, 1000]
const QUICK_GRAINS = [1, 10, 100]
const COUNTS = Array.from({ length: 2 * CORES }, (_, index) => index + 1)

const COMMON = { unit: 'of ideal', better: 'more', baseline: PLAIN } as const

const GRAIN: readonly Scenario[] = GRAINS.map((time) => ({
  ...COMMON,
  name: `grain/${time < 1000 ? `${time}us` : `${time / 1000}ms`}`,
  group: 'grain',
  title: `tasks of ${time} µs on ${THREADS} threads, called with two numbers`,
  threads: THREADS,
  sweep: { axis: 'µs of a task', at: time, scale: 'log' },
  inQuick: QUICK_GRAINS.includes(time),
  contenders: (plan) =>
    contendersOf(plan, time, () => [
      plainLoops(PLAIN, 1),
      millrace('parallelMap', { threads: THREADS }),
      millrace('parallelMap again', { threads: THREADS }),
      piscinaLanes(THREADS),
    ]),
}))

const SCALING: readonly Scenario[] = COUNTS.map((threads) => ({
  ...COMMON,
  name: `scaling/${threads}`,
  group: 'scaling',
  title: `tasks of 100 µs in a pipeline of a map and a filter, on ${threads} threads`,
  threads,
  sweep: { axis: 'threads', at: threads, scale: 'linear' },
  inQuick: threads <= CORES,
  contenders: (plan) =>
    contendersOf(plan, 100, () => [
      plainLoops(PLAIN, 1),
      plainLoops('a plain loop a thread', threads),
      millracePipeline('pipeline', threads),
      millracePipeline('pipeline again', threads),
    ]),
}))

export const PIPELINES: readonly Scenario[] = [...GRAIN, ...SCALING]

/** Turns of the task's loop that take a microsecond, found once for all scenarios. */
let turns: Promise<number> | undefined

/** Each contender gets as many items as it needs for the time of a round: `--items` does not count here. */
async function contendersOf(plan: Plan, time: number, make: () => Runner[]): Promise<Contender[]> {
  turns ??= calibrate()
  const tasks: Tasks = {
    name: `tasks of ${time} µs`,
    title: '',
    more: 'small',
    taskTime: () => time,
    meanTime: time,
    contenders: make,
    targets: [],
    longer: 1,
    windows: {},
  }
  const prepared = await prepare(tasks, await turns, plan.isQuick ? QUICK_ROUND_MS : ROUND_MS)
  return prepared.map(({ contender, count, round }) => ({
    name: contender.name,
    items: count,
    lanes: Math.min(contender.threads, CORES),
    isControl: contender.name.endsWith(' again'),
    start: () => ({ round: async () => (await round()).ms * 1e6, stop: () => contender.stop() }),
  }))
}
