import { type Item, itemsOf } from '../pipelines/items.ts'
import type { Contender, Plan, Scenario, Target } from '../scenarios/scenario.ts'
import { millrace, type Pool, piscina, poolifier, tinypool, workerpool } from './pools.ts'

const THREADS = 2
/** Calls under way at once, where each item is a call. */
const UNDER_WAY = 256
/** Calls before each round: threads that have slept for long start late. */
const WARMING = 4 * THREADS
const ROUND_DEADLINE_MS = 60_000

const OURS = 'millrace parallelMap'
const PISCINA = `piscina run, ${UNDER_WAY} under way`
const MAP_EXECUTE = 'poolifier mapExecute'
const RUN = 'millrace run'

const ours = (plan: Plan) => contender(OURS, plan.count(300_000), () => millrace(THREADS), atOnce)
const mapExecute = (plan: Plan) =>
  contender(MAP_EXECUTE, plan.count(30_000), () => poolifier(THREADS), atOnce)
const execute = (plan: Plan) =>
  contender(`poolifier execute, ${UNDER_WAY} under way`, plan.count(30_000), () => poolifier(THREADS), lanes)

/** A task that does nothing, called with an object of two numbers, returns one of them. */
export const TASKS: readonly Scenario[] = [
  tasks('many', 'many calls', PISCINA, { contender: OURS, atLeast: 20 }, (plan) => [
    contender(PISCINA, plan.count(20_000), () => piscina(THREADS), lanes),
    ours(plan),
    { ...ours(plan), name: `${OURS} again`, isControl: true },
    contender('piscina, 64 a thread', plan.count(20_000), () => piscina(THREADS, 64), lanes),
    contender('tinypool run', plan.count(20_000), () => tinypool(THREADS), lanes),
    contender('workerpool exec', plan.count(20_000), () => workerpool(THREADS), lanes),
    execute(plan),
    mapExecute(plan),
  ]),
  tasks('poolifier', 'many calls', MAP_EXECUTE, { contender: OURS, atLeast: 8 }, (plan) => [
    mapExecute(plan),
    ours(plan),
    execute(plan),
  ]),
  tasks('one-at-a-time', 'one call at a time', 'piscina run', undefined, (plan) => [
    contender('piscina run', plan.count(3000), () => piscina(THREADS), inTurn),
    contender(RUN, plan.count(1000), () => millrace(THREADS), inTurn),
    contender(`${RUN} again`, plan.count(1000), () => millrace(THREADS), inTurn, true),
    contender('tinypool run', plan.count(3000), () => tinypool(THREADS), inTurn),
    contender('workerpool exec', plan.count(3000), () => workerpool(THREADS), inTurn),
    contender('poolifier execute', plan.count(3000), () => poolifier(THREADS), inTurn),
  ]),
]

function tasks(
  detail: string,
  what: string,
  baseline: string,
  target: Target | undefined,
  contenders: Scenario['contenders'],
): Scenario {
  return {
    name: `tasks/${detail}`,
    group: 'tasks',
    title: `a task that does nothing, there and back: ${what}, on ${THREADS} threads`,
    threads: THREADS,
    baseline,
    unit: 'M calls/s',
    better: 'more',
    inQuick: true,
    ...(target === undefined ? {} : { target }),
    contenders,
  }
}

/** Calls a pool with all items, and resolves with the results in their order. */
type Way = (pool: Pool, items: readonly Item[]) => Promise<readonly number[]>

function contender(
  name: string,
  count: number,
  make: () => Pool | Promise<Pool>,
  way: Way,
  isControl = false,
): Contender {
  return {
    name,
    items: count,
    isControl,
    async start() {
      const pool = await make()
      const items = itemsOf(count, () => 0, 'small')
      return {
        async round() {
          await withinDeadline(name, way(pool, items.slice(0, WARMING)))
          const from = process.hrtime.bigint()
          const results = await withinDeadline(name, way(pool, items))
          const ns = Number(process.hrtime.bigint() - from)
          check(name, results, count)
          return ns
        },
        stop: () => pool.stop(),
      }
    },
  }
}

const atOnce: Way = (pool, items) => {
  if (pool.callAll === undefined) throw new Error('the pool takes one item a call')
  return pool.callAll(items)
}

const inTurn: Way = (pool, items) => lane(pool, items, new Array(items.length), items.keys())

const lanes: Way = async (pool, items) => {
  const results = new Array<number>(items.length)
  const left = items.keys()
  await Promise.all(Array.from({ length: UNDER_WAY }, () => lane(pool, items, results, left)))
  return results
}

async function lane(
  pool: Pool,
  items: readonly Item[],
  results: number[],
  left: IterableIterator<number>,
): Promise<readonly number[]> {
  for (let next = left.next(); !next.done; next = left.next()) {
    results[next.value] = await pool.call(items[next.value] as Item)
  }
  return results
}

/** @throws Error if the results are not each item's once, in their order */
function check(name: string, results: readonly number[], count: number): void {
  if (results.length !== count) throw new Error(`${name}: ${results.length} results of ${count} items`)
  const wrong = results.findIndex((index, at) => index !== at)
  if (wrong >= 0) throw new Error(`${name}: result ${wrong} is that of item ${results[wrong]}`)
}

function withinDeadline<T>(name: string, result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${name}: nothing came for ${ROUND_DEADLINE_MS / 1000} s`))
    const timer = setTimeout(late, ROUND_DEADLINE_MS)
    result.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
