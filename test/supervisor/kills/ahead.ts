import { setTimeout as sleep } from 'node:timers/promises'
import { until, within } from '../../support/deadline.ts'
import type { Random } from '../../support/random.mjs'
import type { Cell, Way } from './cells.ts'
import { CONSUMERS, startConsumers } from './consumers.ts'
import type { Delivery } from './ledger.ts'
import { PLACES } from './places.ts'
import { atWork, check, ROUND_LIMIT_MS, type RoundReport, type Setting, Stage } from './stage.ts'

type AheadCell = Extract<Cell, { scene: 'ahead' }>

const COUNT = 1200
/** Items that are put at once. */
const BURST = 48
/** Deaths of victims that end themselves, and of threads that are ended at any moment. */
const VICTIMS = 4
const STRIKES = 3

/** An item that this thread took beside the consumers. */
interface Taken {
  readonly number: number
  readonly attempt: number
}

/**
 * Consumers that fetch items ahead die, while this thread takes items, too, and revokes theirs when it finds
 * nothing else. It sees the attempts: only an item that the dead had begun is charged with a death.
 */
export async function playAhead({ way }: AheadCell, setting: Setting): Promise<RoundReport> {
  const { random } = setting
  const isEnded = way === 'terminate' || way === 'endless'
  const places = Array.from({ length: isEnded ? 1 : VICTIMS }, () => random.below(COUNT))
  const plan = {
    way: way === 'terminate, hot' ? ('none' as const) : way,
    at: way === 'terminate, hot' ? [] : places.sort((a, b) => a - b),
  }
  const stage = await Stage.open(setting, plan, 64, { restart: { max: 100 } }, CONSUMERS)
  const { queue } = stage
  startConsumers(stage, 'consume', styleFor(way, random))
  const areThere = () => queue.stats().threads.length > CONSUMERS
  await until(areThere, 'the consumers are attached', ROUND_LIMIT_MS)
  let isOver = false
  const feeding = async () => {
    for (let number = 0; number < COUNT; number += BURST) {
      await stage.feedAtOnce(number, Math.min(COUNT, number + BURST))
      // Sometimes the consumers find nothing but what the others have fetched ahead.
      if (random.once(3)) await until(() => queue.size === 0, 'all is taken', ROUND_LIMIT_MS)
    }
    queue.shutdown()
  }
  const killing = async () => {
    const victim = isEnded ? await stage.victim(() => isOver) : undefined
    if (victim !== undefined) {
      await stage.aMoment()
      stage.kill(victim)
    }
    for (let strikes = 0; strikes < STRIKES && !isOver; strikes++) {
      const before = stage.load('LENGTH')
      const some = 1 + random.below(COUNT / 8)
      await until(() => stage.load('LENGTH') >= before + some || isOver, 'items are taken', ROUND_LIMIT_MS)
      const victims = atWork()
      if (victims.length > 0 && !isOver) stage.kill(random.pick(victims))
    }
  }
  const [{ error, report }, { taken, mostHeld }] = await Promise.all([
    stage.outcome().finally(() => {
      isOver = true
    }),
    within(taking(stage, random), 'the takes of this thread', ROUND_LIMIT_MS),
    within(feeding(), 'all is put', ROUND_LIMIT_MS),
    killing(),
  ])
  check(error === undefined, 'join resolves', error)
  check(report?.queues.every(({ left }) => left === 0) === true, 'nothing is left', report)
  check(stage.deaths > 0 && stage.restarts > 0, 'threads died, and were started again', stage.deaths)
  check(mostHeld > 1, 'items were fetched ahead', mostHeld)
  refuseCharges(stage, taken)
  return stage.conclude(
    taken.map(({ number }): Delivery => ({ number, thread: 0, state: PLACES.SETTLED, life: 0 })),
  )
}

/** `rejection` needs a function that yields to the event loop. */
function styleFor(way: Way, random: Random): string {
  return way === 'rejection' ? 'consumeAsync' : random.pick(['consumeSync', 'consumeAsync'])
}

/** Takes some items at a time, and finishes them. Sees how many a consumer holds at most. */
async function taking({ queue }: Stage, random: Random): Promise<{ taken: Taken[]; mostHeld: number }> {
  const taken: Taken[] = []
  let mostHeld = 0
  for (;;) {
    for (const { thread, held } of queue.stats().threads)
      if (thread !== 0) mostHeld = Math.max(mostHeld, held)
    try {
      for (const delivery of await queue.takeMany(1 + random.below(4))) {
        taken.push({ number: delivery.item.number, attempt: delivery.attempt })
        delivery.done()
      }
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_QUEUE_SHUT_DOWN') return { taken, mostHeld }
      throw error
    }
    await sleep(random.below(3))
  }
}

/**
 * A thread that dies has begun one item at most, and may not have noted it yet. The death of a kept thread
 * by something uncaught is charged to none. @throws if more deliveries are counted than that, or fewer than
 * were noted
 */
function refuseCharges(stage: Stage, taken: readonly Taken[]): void {
  const noted = new Map<number, number>()
  for (const { number, thread, state } of stage.deliveries()) {
    const isAcquitted = stage.acquitted.has(thread) && state < PLACES.SETTLED
    if (!isAcquitted) noted.set(number, (noted.get(number) ?? 0) + 1)
  }
  const charges = taken.map(({ number, attempt }) => attempt - 1 - (noted.get(number) ?? 0))
  check(!charges.some((charge) => charge < 0), 'each delivery is counted', charges)
  const unknown = charges.reduce((sum, charge) => sum + charge, 0)
  check(unknown <= stage.deaths, `${stage.deaths} deaths are charged to as many items`, unknown)
}
