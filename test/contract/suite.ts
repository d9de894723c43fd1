import type { Behaviour } from './behaviour.ts'
import { badInput } from './behaviours/bad-input.ts'
import { batches } from './behaviours/batches.ts'
import { blocking } from './behaviours/blocking.ts'
import { capacity } from './behaviours/capacity.ts'
import { completion } from './behaviours/completion.ts'
import { interruption } from './behaviours/interruption.ts'
import { manyThreads } from './behaviours/many-threads.ts'
import { order } from './behaviours/order.ts'
import { shutdown } from './behaviours/shutdown.ts'
import { timeouts } from './behaviours/timeouts.ts'
import { type Kind, STARTS } from './kinds.ts'
import { type Conditions, type Context, Trial } from './trial.ts'

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
  { name: 'manyThreads', behaviours: manyThreads },
]

export const BEHAVIOURS: readonly Behaviour[] = THEMES.flatMap(({ behaviours }) => behaviours)

/** Tests of the two sources that do not apply to these queues, with the reason. */
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
  { tests: 'JSR-166 testPeek, testElement', reason: 'only a thread that takes an item sees it' },
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

type Run = Pick<Conditions, 'capacity' | 'start' | 'mainIs'>

/**
 * The runs of a behaviour. The capacities use the starts alternately, so that each start comes at every third
 * capacity. In the mixed context the user on the main thread alternates, too.
 */
export function runsOf({ capacity, startsThreads }: Behaviour, context: Context): Run[] {
  const alternate = <T>(values: readonly T[], index: number) => values[index % values.length] as T
  const mains = context === 'mixed' ? (['first', 'last'] as const) : (['first'] as const)
  if (capacity === 'each') {
    return CAPACITIES.map((each, index) => ({
      capacity: each,
      start: alternate(STARTS, index),
      mainIs: alternate(mains, Math.floor(index / STARTS.length)),
    }))
  }
  const from = startsThreads ? STARTS.slice(-1) : STARTS
  return Array.from({ length: Math.max(from.length, mains.length) }, (_, index) => ({
    capacity,
    start: alternate(from, index),
    mainIs: alternate(mains, index),
  }))
}

/** Small runs at the same time. One alone waits for messages most of the time. */
const LANES = 3

/** Does all runs of a behaviour, and returns their number. Throws the first failure, with its conditions. */
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

async function checkOnce(behaviour: Behaviour, given: Conditions): Promise<void> {
  const trial = new Trial(given)
  try {
    await behaviour.run(trial)
  } catch (error) {
    const where = `maxsize ${given.capacity}, first position ${given.start.name}`
    const main = given.context === 'mixed' ? `, the ${given.mainIs} user on the main thread` : ''
    throw new Error(`${where}${main}: ${(error as Error).message}`, { cause: error })
  } finally {
    await trial.close()
  }
}
