import { setTimeout as sleep } from 'node:timers/promises'
import { setEnvironmentData } from 'node:worker_threads'
import { until, within } from '../../support/deadline.ts'
import type { Cell, Moment, Through } from './cells.ts'
import { CONSUMERS, startConsumers, styleFor } from './consumers.ts'
import { atWork, check, countRuns, ROUND_LIMIT_MS, type RoundReport, type Setting, Stage } from './stage.ts'

type BetweenCell = Extract<Cell, { scene: 'between' }>

const COUNT = 60
/** The functions whose threads die, for the moments that need one of their own. */
const EARLIER: Partial<Record<Moment, string>> = {
  'idle, by a timer that was left': 'leavesTimer',
  'before it begins': 'leavesStop',
  'a timer that was left': 'leavesTimer',
  'a rejection that was left': 'leavesRejection',
  'as it ends, by itself': 'exitsAsItEnds',
  'as it ends, by another': 'stopsAsItEnds',
}
/** No other round has threads with the settings of this one. */
let rounds = 0

/** Kept threads die between two functions. The first one's result counts, and the next one loses nothing. */
export async function playBetween({ moment }: BetweenCell, setting: Setting): Promise<RoundReport> {
  const { random } = setting
  const resourceLimits = { maxOldGenerationSizeMb: 256 + rounds++ }
  const ends = moment.startsWith('as it ends')
  const isIdle = moment === 'idle, by a timer that was left'
  const isLeft = moment.endsWith('that was left')
  // A death that were charged to an item would give it up.
  const queueOptions = isLeft ? { maxDeliveries: 1 } : {}
  const plan = { way: 'none', at: [] } as const
  const stage = await Stage.open(setting, plan, 16, { resourceLimits }, 0, queueOptions)
  const { supervisor, queue } = stage
  setEnvironmentData('millrace.test.gate', stage.shared)
  const through: Through = random.pick(['consume', 'spawn'])
  const style = styleFor(through, isLeft ? 'timer' : 'terminate', random)
  const file = moment === 'as it loads' ? 'gated.mjs' : 'between.mjs'
  const stopped = () => stage.load('BLOCKED') === CONSUMERS
  const begin = () => startConsumers(stage, through, style, {}, file)

  const { spares: before } = supervisor.stats()
  if (moment === 'as it ends, by another') stage.closeGate()
  const first = new setting.millrace.Supervisor({ resourceLimits, restart: false })
  countRuns(first)
  const kept: number[] = []
  first.on('start', ({ threadId }) => kept.push(threadId))
  const earlier = first.spawn({
    filename: stage.file('between.mjs'),
    name: EARLIER[moment] ?? 'nothing',
    threads: CONSUMERS,
    args: { shared: stage.shared, code: random.below(2) },
    reuse: true,
  })
  if (moment === 'as it ends, by another') {
    // The words are known here sooner than the messages.
    const areKnown = () => stopped() && kept.length === CONSUMERS
    await until(areKnown, 'the threads report their ends', ROUND_LIMIT_MS)
    for (const thread of kept) stage.kill(thread)
  }
  const results = await within(earlier.join(), 'the earlier function', ROUND_LIMIT_MS)
  check(results.length === CONSUMERS, 'the earlier function returned', results)
  check(!ends || results.every((result) => result === 'done'), 'its results count', results)
  const { spares: after } = supervisor.stats()
  const deaths = (after.ended['its death'] ?? 0) - (before.ended['its death'] ?? 0)
  check(deaths === (ends ? CONSUMERS : 0), 'the stats say which threads died', [before, after])
  stage.openGate()
  const victims = random.once(2) ? kept : [random.pick(kept)]
  const killAll = () => {
    for (const thread of victims) stage.kill(thread)
  }

  if (moment === 'idle') {
    for (const thread of victims) await stage.killAndWait(thread)
    begin()
  } else if (isIdle) {
    stage.act()
    await sleep(random.below(6))
    begin()
  } else if (moment === 'before the next start') {
    killAll()
    begin()
  } else if (moment === 'after the next start') {
    begin()
    killAll()
  } else if (moment === 'while it starts') {
    begin()
    await sleep(random.below(4))
    killAll()
  } else if (moment === 'before it begins') {
    stage.closeGate()
    stage.act()
    await until(stopped, 'the threads are stopped', ROUND_LIMIT_MS)
    begin()
    killAll()
    stage.openGate()
  } else if (moment === 'as it loads') {
    stage.closeGate()
    begin()
    await until(stopped, 'the threads load the next module', ROUND_LIMIT_MS)
    for (const thread of victims) await stage.killAndWait(thread)
    stage.openGate()
  } else begin()

  const feeding = async () => {
    await stage.feed(0, COUNT)
    queue.shutdown()
  }
  const acting = async () => {
    if (!isLeft || isIdle) return
    const some = random.below(COUNT / 2)
    await until(() => stage.load('LENGTH') > some, 'items are taken', ROUND_LIMIT_MS)
    stage.act()
  }
  const [{ error, report }] = await Promise.all([
    stage.outcome(),
    within(feeding(), 'all is put', ROUND_LIMIT_MS),
    acting(),
  ])
  check(error === undefined, 'join resolves', error)
  check(report?.queues.every(({ left }) => left === 0) === true, 'nothing is left', report)
  // Only the death of a thread on which the function had begun is a restart.
  const begun = [...stage.killed].filter((thread) => stage.dead.has(thread) && stage.ran.has(thread))
  check(stage.restarts === begun.length, `${begun.length} restarts`, stage.restarts)
  const mayHaveBegun = moment === 'after the next start' || moment === 'while it starts'
  check(mayHaveBegun || begun.length === 0, 'no restart', begun)
  check(!isLeft || isIdle || stage.acquitted.size > 0, 'what was left killed a thread', [...stage.dead])
  const result = await settled(stage)
  return { ...result, deaths: ends || isIdle ? CONSUMERS : isLeft ? stage.acquitted.size : victims.length }
}

/** Concludes once threads have exited that were kept, and killed: no group waits for them. */
async function settled(stage: Stage): Promise<RoundReport> {
  const gone = () => !atWork().some((thread) => stage.killed.has(thread))
  await until(gone, 'the killed threads exit', ROUND_LIMIT_MS)
  return stage.conclude()
}
