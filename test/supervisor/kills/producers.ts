import type { SupervisorOptions } from '../../../src/index.ts'
import { until } from '../../support/deadline.ts'
import type { Cell } from './cells.ts'
import { STEP } from './places.ts'
import {
  alive,
  check,
  LITTLE_MEMORY,
  ROUND_LIMIT_MS,
  type RoundReport,
  type Setting,
  Stage,
} from './stage.ts'

type ProducerCell = Extract<Cell, { scene: 'producer' }>

/** Items of each producer. */
const COUNT = 240
const CONSUMERS = 2
const OFTEN = { max: 10, within: 60_000 }

/** A producer is killed, up to three times. The items that arrive are compared with those of its source. */
export async function playProducer(
  cell: ProducerCell,
  round: number,
  setting: Setting,
): Promise<RoundReport> {
  const { random } = setting
  const { way, resume } = cell
  const maxsize = [1, 2, 64][round % 3] as number
  const producers = 1 + (Math.floor(round / 3) % 2)
  const kills = resume === 'none' ? 1 : 1 + (Math.floor(round / 6) % 3)
  const goesOn = way === 'terminate, hot'
  const at = way === 'asleep' ? [] : Array.from({ length: kills }, () => random.below(COUNT - 100))
  const options: SupervisorOptions = {
    ...(resume === 'none' ? {} : { restart: OFTEN }),
    ...(way === 'memory' ? { resourceLimits: LITTLE_MEMORY } : {}),
  }
  const stage = await Stage.open(setting, { way, at }, maxsize, options, producers + CONSUMERS)
  if (way === 'asleep') stage.closeGate()
  const { supervisor, queue, reuse } = stage
  const isSync = way !== 'rejection' && random.once(2)
  const group = supervisor.produce(queue, {
    filename: stage.file('producer.mjs'),
    name: isSync ? 'numbers' : 'numbersAsync',
    threads: producers,
    reuse,
    args: { shared: stage.shared, resume, step: STEP, count: COUNT },
    ...(resume === 'none' ? {} : { resume }),
  })
  const groupEnd = group.join().then(
    () => undefined,
    (error: unknown) => error,
  )
  supervisor.consume(queue, {
    filename: stage.file('consumer.mjs'),
    name: 'consumeSync',
    threads: CONSUMERS,
    reuse,
    // None of these may die.
    args: { shared: { ...stage.shared, plan: { way: 'none', at: [] } } },
  })
  let isOver = false
  const killing = async () => {
    for (let kill = 0; kill < kills && !isOver; kill++) {
      if (way === 'asleep') await killAsleep(stage, () => isOver)
      else if (way === 'terminate' || way === 'endless' || goesOn) {
        const victim = await stage.victim(() => isOver)
        if (victim === undefined) return
        await stage.aMoment()
        await stage.killAndWait(victim)
      }
    }
    stage.openGate()
  }
  const [{ error, report }] = await Promise.all([
    stage.outcome().finally(() => {
      isOver = true
    }),
    killing(),
  ])
  const deliveries = stage.deliveries()
  // A fresh thread may follow a kept one that has stored nothing.
  const isAnswered = stage.acquitted.size > 0 && stage.starts > producers + CONSUMERS
  const failed = resume === 'none' && stage.deaths > 0 && !isAnswered
  check(failed ? error?.code === 'ERR_THREAD' : error === undefined, 'join as API.md says', error ?? report)
  check((await groupEnd) === error, 'the group as the supervisor', error)
  if (!failed || way === 'asleep') check(stage.deaths <= kills, 'no more deaths than kills', stage.deaths)
  // A victim that is killed while it sleeps may have ended before the last kill.
  const made = way === 'asleep' ? Math.max(1, stage.killed.size) : kills
  if (!goesOn && way !== 'timer') check(stage.deaths === made, `${made} deaths`, stage.deaths)
  const restarts = resume === 'none' ? 0 : stage.countedDeaths
  check(stage.restarts === restarts, `${restarts} restarts`, stage.restarts)
  for (let producer = 0; producer < producers; producer++) {
    const numbers = deliveries
      .map(({ number }) => number - producer * STEP)
      .filter((n) => n >= 0 && n < STEP)
      .sort((a, b) => a - b)
    // The stored items are the first of its source: all of them unless the producer failed.
    const isWhole = numbers.length === COUNT
    const mayEndEarly = failed && numbers.length < COUNT
    check(isWhole || mayEndEarly, `producer ${producer} stored all`, numbers)
    check(
      numbers.every((n, index) => n === index),
      `what producer ${producer} stored arrived exactly once`,
      numbers,
    )
    for (const n of numbers) {
      stage.attempted.add(producer * STEP + n)
      stage.stored.add(producer * STEP + n)
    }
  }
  if (failed) {
    const whole = stage.stored.size >= (producers - 1) * COUNT
    check(whole, 'the other producer ended its work', stage.stored.size)
  }
  check(report?.groups[0]?.stored === stage.stored.size, 'the report counts what arrived', report?.groups)
  const result = stage.conclude([], () => false)
  check(result.duplicates === 0, 'exactly once', result)
  return result
}

/** Ends a producer that waits for room, then makes room. */
async function killAsleep(stage: Stage, isOver: () => boolean): Promise<void> {
  stage.closeGate()
  await until(
    () => stage.asleep('put') !== undefined || isOver(),
    'a producer waits for room',
    ROUND_LIMIT_MS,
  )
  const victim = stage.asleep('put')
  if (victim === undefined) return
  await stage.killAndWait(victim)
  if (stage.random.once(2)) return
  const before = stage.load('LENGTH')
  stage.openGate()
  const some = 1 + stage.random.below(20)
  await until(() => stage.load('LENGTH') >= before + some || isOver(), 'some items are taken', ROUND_LIMIT_MS)
  check(alive.size > 0 || isOver(), 'threads live')
}
