import type { Behaviour } from './behaviour.ts'
import { badInput } from './behaviours/bad-input.ts'
import { batches } from './behaviours/batches.ts'
import { blocking } from './behaviours/blocking.ts'
import { capacity } from './behaviours/capacity.ts'
import { completion } from './behaviours/completion.ts'
import { crowds } from './behaviours/crowds.ts'
import { interruption } from './behaviours/interruption.ts'
import { order } from './behaviours/order.ts'
import { shutdown } from './behaviours/shutdown.ts'
import { timeouts } from './behaviours/timeouts.ts'
import { type Kind, STARTS } from './kinds.ts'
import { type Circumstances, type Context, Scene } from './scene.ts'

export const THEMES: readonly { readonly name: string; readonly behaviours: readonly Behaviour[] }[] = [
  { name: 'order', behaviours: order },
  { name: 'capacity', behaviours: capacity },
  { name: 'blocking', behaviours: blocking },
  { name: 'timeouts', behaviours: timeouts },
  { name: 'interruption', behaviours: interruption },
  { name: 'batches', behaviours: batches },
  { name: 'completion', behaviours: completion },
  { name: 'shutdown', behaviours: shutdown },
  { name: 'bad input', behaviours: badInput },
  { name: 'crowds', behaviours: crowds },
]

export const BEHAVIOURS: readonly Behaviour[] = THEMES.flatMap(({ behaviours }) => behaviours)

/** Tests of the two sources that say nothing of a queue like these, and why. */
export const LEFT_OUT: readonly { readonly tests: string; readonly reason: string }[] = [
  { tests: 'CPython test_shrinking_queue', reason: 'maxsize is fixed when a queue is made' },
  {
    tests: 'CPython SimpleQueue test_is_default',
    reason: 'it is about which of two implementations is imported',
  },
  {
    tests: 'JSR-166 testConstructor3 and on: fairness, initial elements',
    reason: 'there is one fairness, and a queue is made empty',
  },
  { tests: 'JSR-166 testPeek, testElement', reason: 'an item is seen by whoever takes it only' },
  {
    tests:
      'JSR-166 testRemove, testContains, testRetainAll and the like, testIterator, testToArray, testToString, testSerialization',
    reason: 'a queue in shared memory is no collection to be searched, edited or copied',
  },
  {
    tests: 'JSR-166 testAddAll, testDrainTo with null or the queue itself',
    reason: 'batches go to and come from arrays',
  },
]

const CAPACITIES = Array.from({ length: 64 }, (_, index) => index + 1)

/** ms until a wait that has not ended counts as a failure. */
export const DEADLINE_MS = 15_000

type Run = Pick<Circumstances, 'capacity' | 'start' | 'mainIs'>

/**
 * How often a behaviour is run. At each capacity the starts take turns, so that each comes to every third one; likewise,
 * where some users are on the main thread and some are not, the one that is.
 */
export function runsOf({ capacity, startsThreads }: Behaviour, context: Context): Run[] {
  const turn = <T>(values: readonly T[], index: number) => values[index % values.length] as T
  const mains = context === 'mixed' ? (['first', 'last'] as const) : (['first'] as const)
  if (capacity === 'each') {
    return CAPACITIES.map((each, index) => ({
      capacity: each,
      start: turn(STARTS, index),
      mainIs: turn(mains, Math.floor(index / STARTS.length)),
    }))
  }
  const from = startsThreads ? STARTS.slice(-1) : STARTS
  return Array.from({ length: Math.max(from.length, mains.length) }, (_, index) => ({
    capacity,
    start: turn(from, index),
    mainIs: turn(mains, index),
  }))
}

/** So many small runs go on at once: one alone waits for messages most of its time. */
const LANES = 3

/** Runs a behaviour in all its circumstances; throws what failed first, saying in which. Returns how many. */
export async function check(
  behaviour: Behaviour,
  kind: Kind,
  context: Context,
  options?: { mutant?: string; deadlineMs?: number; runs?: readonly Run[] },
): Promise<number> {
  const { mutant, deadlineMs = DEADLINE_MS, runs = runsOf(behaviour, context) } = options ?? {}
  const given = { kind, context, deadlineMs, ...(mutant === undefined ? {} : { mutant }) }
  const left = [...runs]
  const lane = async () => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) {
      try {
        await checkOnce(behaviour, { ...given, ...run })
      } catch (error) {
        left.length = 0
        throw error
      }
    }
  }
  const lanes = Array.from({ length: behaviour.capacity === 'each' ? LANES : 1 }, lane)
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected')
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
  return runs.length
}

async function checkOnce(behaviour: Behaviour, given: Circumstances): Promise<void> {
  const scene = new Scene(given)
  try {
    await behaviour.run(scene)
  } catch (error) {
    const where = `maxsize ${given.capacity}, begun at ${given.start.name}`
    const main = given.context === 'mixed' ? `, the ${given.mainIs} user on the main thread` : ''
    throw new Error(`${where}${main}: ${(error as Error).message}`, { cause: error })
  } finally {
    await scene.close()
  }
}
