import { setTimeout as sleep } from 'node:timers/promises'
import { until, within } from '../../support/deadline.ts'
import type { Cell } from './cells.ts'
import { CONSUMERS, startConsumers, styleFor } from './consumers.ts'
import { STEP } from './places.ts'
import {
  alive,
  atWork,
  check,
  listeners,
  ROUND_LIMIT_MS,
  type RoundReport,
  type Setting,
  Stage,
} from './stage.ts'

type StormCell = Extract<Cell, { scene: 'storm' }>

const COUNT = 200
const STRIKES = 3

/** Many deaths in one run, in quick succession. */
export async function playStorm({ storm, through }: StormCell, setting: Setting): Promise<RoundReport> {
  const { random } = setting
  const plan = { way: 'none', at: [] } as const
  const withProducer = storm === 'with the producer'
  const threads = CONSUMERS + (withProducer ? 1 : 0)
  const options = { restart: { max: 100 } }
  const stage = await Stage.open(setting, plan, random.pick([1, 2, 16]), options, threads)
  const { supervisor, queue, reuse } = stage
  if (withProducer) {
    supervisor.produce(queue, {
      filename: stage.file('producer.mjs'),
      name: 'numbers',
      args: { shared: stage.shared, resume: 'skip', step: STEP, count: COUNT },
      resume: 'skip',
      reuse,
    })
    for (let number = 0; number < COUNT; number++) stage.attempted.add(number).add(number)
  }
  startConsumers(stage, through, styleFor(through, 'terminate', random))
  let isOver = false
  const feeding = async () => {
    if (!withProducer) {
      await stage.feed(0, COUNT)
      queue.shutdown()
    }
  }
  const strike = async () => {
    const threads = atWork()
    if (storm === 'while another recovers') {
      // The successor is started, and the items are reclaimed, in the same run of the event loop.
      listeners.exited = () => {
        listeners.exited = () => {}
        const [other] = atWork()
        if (other !== undefined) stage.kill(other)
      }
      stage.kill(random.pick(threads))
      await until(
        () => threads.filter((each) => !alive.has(each)).length >= 2 || isOver,
        'two die',
        ROUND_LIMIT_MS,
      )
    } else if (storm === 'while starting') {
      const first = random.pick(threads)
      const young = () => atWork().find((each) => !threads.includes(each))
      stage.kill(first)
      await until(() => young() !== undefined || isOver, 'a thread is started again', ROUND_LIMIT_MS)
      await sleep(random.below(reuse ? 5 : 80))
      const victim = young()
      if (victim !== undefined) await stage.killAndWait(victim)
    } else {
      for (const thread of threads) stage.kill(thread)
      await until(() => threads.every((each) => !alive.has(each)), 'all die', ROUND_LIMIT_MS)
    }
  }
  const killing = async () => {
    for (let strikes = 0; strikes < STRIKES && !isOver; strikes++) {
      const before = stage.load('LENGTH')
      const some = random.below(COUNT / STRIKES / 2)
      await until(() => stage.load('LENGTH') > before + some || isOver, 'items are taken', ROUND_LIMIT_MS)
      if (!isOver) await strike()
    }
  }
  const [{ error, report }] = await Promise.all([
    stage.outcome().finally(() => {
      isOver = true
    }),
    within(feeding(), 'all is put', ROUND_LIMIT_MS),
    killing(),
  ])
  listeners.exited = () => {}
  check(error === undefined, 'join resolves', error)
  check(stage.restarts <= stage.killed.size, `at most ${stage.killed.size} restarts`, stage.restarts)
  if (withProducer) {
    check(report?.groups[0]?.stored === COUNT, 'each item is stored once', report?.groups)
    for (const number of stage.attempted) stage.stored.add(number)
  }
  return stage.conclude()
}

/** A thread that supervises threads dies, and its threads with it. */
export async function playNested(setting: Setting): Promise<RoundReport> {
  const { random } = setting
  const plan = { way: 'none', at: [] } as const
  const stage = await Stage.open(setting, plan, random.pick([1, 2, 16]), { restart: { max: 100 } }, 1)
  const { supervisor, queue, reuse } = stage
  const lives = new Set<number>()
  supervisor.spawn({
    filename: stage.file('parent.mjs'),
    name: 'supervise',
    args: { queue, shared: stage.shared, threads: 2, reuse },
    reuse,
  })
  let isOver = false
  const killing = async () => {
    for (let life = 0; life < 2; life++) {
      const some = random.below(30)
      const taken = () => stage.deliveries().filter((each) => each.life === life).length
      await until(() => taken() > some || isOver, 'items are taken', ROUND_LIMIT_MS)
      const [parent] = atWork()
      if (parent === undefined || isOver) return
      lives.add(life)
      await stage.aMoment()
      await stage.killAndWait(parent)
    }
  }
  const [{ error }] = await Promise.all([
    stage.outcome().finally(() => {
      isOver = true
    }),
    within(
      stage.feed(0, COUNT).then(() => queue.shutdown()),
      'all is put',
      ROUND_LIMIT_MS,
    ),
    killing(),
  ])
  check(error === undefined, 'join resolves', error)
  check(stage.restarts === stage.deaths, 'a restart for each death', stage.restarts)
  // The threads of a supervisor that was killed are known to be dead within a second of it. Items that they
  // hold come back then.
  await until(() => queue.stats().threads.length === 1, 'the dead threads are detached', ROUND_LIMIT_MS)
  return stage.conclude([], ({ life }) => lives.has(life) && life < stage.restarts)
}
