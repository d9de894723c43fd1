import type { RestartPolicy, SupervisorOptions, ThreadError } from '../../../src/index.ts'
import { until, within } from '../../support/deadline.ts'
import type { Random } from '../../support/random.mjs'
import type { Cell, Through, Way } from './cells.ts'
import type { Delivery } from './ledger.ts'
import { PLACES } from './places.ts'
import {
  atWork,
  check,
  LITTLE_MEMORY,
  ROUND_LIMIT_MS,
  type RoundReport,
  type Setting,
  Stage,
} from './stage.ts'

type ConsumerCell = Extract<Cell, { scene: 'consumer' }>

const COUNT = 60
export const CONSUMERS = 3

/** The functions of the fixture, and those that yield to the event loop while they work on an item. */
const STYLES = {
  consume: ['consumeSync', 'consumeAsync', 'consumeConcurrent'],
  spawn: ['getSync', 'takeSync', 'get', 'iterate', 'iterateAsync'],
} as const
const TURNING: readonly string[] = ['consumeAsync', 'consumeConcurrent', 'get', 'iterateAsync']

export function styleFor(through: Through, way: Way, random: Random): string {
  const turns = way === 'timer' || way === 'rejection'
  return random.pick(STYLES[through].filter((style) => !turns || TURNING.includes(style)))
}

export function startConsumers(
  stage: Stage,
  through: Through,
  style: string,
  more: object = {},
  file = 'consumer.mjs',
) {
  const { reuse } = stage
  const task = { filename: stage.file(file), name: style, threads: CONSUMERS, reuse }
  if (through === 'spawn') {
    return stage.supervisor.spawn({ ...task, args: { shared: stage.shared, queue: stage.queue } })
  }
  const concurrency = style === 'consumeConcurrent' ? 3 : 1
  return stage.supervisor.consume(stage.queue, {
    ...task,
    args: { shared: stage.shared },
    concurrency,
    ...more,
  })
}

/** One of three consumers dies during its run. */
export async function playConsumer(cell: ConsumerCell, setting: Setting): Promise<RoundReport> {
  const { random } = setting
  const { way, through, more } = cell
  const plan = {
    way: way === 'terminate, hot' ? ('none' as const) : way,
    at: way === 'asleep' ? [] : [random.below(COUNT - 10)],
  }
  const restart: Partial<RestartPolicy> = more === 'onThrow' ? { onThrow: true } : {}
  const options: SupervisorOptions = {
    restart,
    ...(way === 'memory' ? { resourceLimits: LITTLE_MEMORY } : {}),
    ...(way === 'close' ? { grace: 20 + random.below(200) } : {}),
  }
  const stage = await Stage.open(setting, plan, random.pick([1, 2, 16, 100]), options, CONSUMERS)
  const { supervisor, queue } = stage
  const style = styleFor(through, way, random)
  const group = startConsumers(stage, through, style, more === 'retries' ? { retries: 1 } : {})
  const results = group.join().then(
    (value) => ({ value: value as unknown[] }),
    (error: ThreadError) => ({ error }),
  )
  // Consumers that do not iterate do not wait, at the end, for items that others hold.
  const shutsLate = way === 'throw' && through === 'spawn' && !style.startsWith('iterate')
  let isOver = false
  const feeding = async () => {
    if (way === 'asleep') {
      await stage.feed(0, COUNT / 2)
      await within(queue.join(), 'the first half is finished', ROUND_LIMIT_MS)
      await until(() => stage.asleep('get') !== undefined, 'a consumer waits for an item', ROUND_LIMIT_MS)
      const victim = stage.asleep('get') as number
      if (random.once(2)) stage.kill(victim)
      else await stage.killAndWait(victim)
      await stage.feed(COUNT / 2, COUNT)
    } else await stage.feed(0, COUNT)
    if (shutsLate) await within(queue.join(), 'all items are finished', ROUND_LIMIT_MS)
    queue.shutdown()
  }
  const killing = async () => {
    if (!['terminate', 'terminate, hot', 'endless', 'destroy', 'close'].includes(way)) return
    if (way === 'terminate, hot') {
      const at = random.below(COUNT - 5)
      await until(() => stage.load('LENGTH') > at, 'the run is under way', ROUND_LIMIT_MS)
      await stage.aMoment()
      const threads = atWork()
      if (threads.length > 0) stage.kill(random.pick(threads))
      return
    }
    const victim = (await stage.victim(() => isOver)) as number
    await stage.aMoment()
    if (way === 'destroy') await within(supervisor.destroy(reason), 'destroy', ROUND_LIMIT_MS)
    else if (way === 'close') await within(supervisor.close(), 'close', ROUND_LIMIT_MS)
    else stage.kill(victim)
  }
  const reason = random.once(2) ? new RangeError('enough') : undefined
  const [{ error, report }] = await Promise.all([
    stage.outcome().finally(() => {
      isOver = true
    }),
    within(feeding(), 'all is put', ROUND_LIMIT_MS),
    killing(),
  ])
  const result = await within(results, 'the join of the group', ROUND_LIMIT_MS)

  if (way === 'throw' && more === undefined) {
    check(error?.code === 'ERR_THREAD', 'join rejects with a ThreadError', error ?? report)
    check((error.cause as Error)?.message === 'the victim throws', 'its cause is what was thrown', error)
    check('error' in result && result.error === error, 'the group rejects with the same', result)
    return stage.conclude()
  }
  if (way === 'destroy') {
    check(error !== undefined, 'join rejects after destroy', report)
    if (reason === undefined) check(error.name === 'AbortError', 'by default with an AbortError', error)
    else check((error as unknown) === reason, 'with the reason of destroy', error)
    check('error' in result && result.error === error, 'the group rejects with the same', result)
    return stage.conclude(await drained(stage), () => true)
  }
  if (way === 'close') {
    check(
      error?.code === 'ERR_THREAD' && /did not stop within/.test(error.message),
      'the late one is named',
      error,
    )
    check('error' in result, 'the group rejects', result)
    return stage.conclude(await drained(stage))
  }
  check(error === undefined, 'join resolves', error)
  check('value' in result && result.value.length === CONSUMERS, 'the group resolves', result)
  if (through === 'spawn') {
    check(
      result.value.every((value) => typeof value === 'number'),
      'each thread returned its count',
      result.value,
    )
  }
  const isRight =
    report?.groups[0]?.restarts === stage.restarts && report.queues.every(({ left }) => left === 0)
  check(isRight, 'the report', report)
  const deaths = way === 'terminate, hot' ? stage.deaths : more === 'retries' ? 0 : 1
  const expected = deaths - stage.acquitted.size
  check(stage.restarts === expected, `${expected} restarts`, stage.restarts)
  return stage.conclude()
}

/** Takes the remaining items. */
async function drained(stage: Stage): Promise<Delivery[]> {
  const { queue } = stage
  const more: Delivery[] = []
  for (;;) {
    try {
      const { number } = await queue.get({ timeout: ROUND_LIMIT_MS })
      queue.taskDone()
      more.push({ number, thread: 0, state: PLACES.SETTLED, life: 0 })
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_QUEUE_SHUT_DOWN') return more
      throw error
    }
  }
}
