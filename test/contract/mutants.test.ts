import { afterAll, describe, expect, it } from 'vitest'
import { KINDS, STARTS, type Start } from './kinds.ts'
import { mutations } from './library.ts'
import { BEHAVIOURS, check } from './suite.ts'
import { endThreads } from './threads.ts'

afterAll(endThreads)

const ABQ = 'JSR-166 ArrayBlockingQueue'
const BQ = 'JSR-166 BlockingQueue'
const SIMPLE = 'CPython SimpleQueue'

/**
 * The behaviours that find each fault. Those of `hangs` find it by their deadline, since a wait never ends.
 */
const FOUND: Record<string, { by: string[]; hangs?: string[] }> = {
  'hands out the newest first': {
    by: [
      'CPython test_basic',
      `${SIMPLE} test_order`,
      `${ABQ} testTake`,
      `${ABQ} testPut`,
      `${ABQ} testPoll`,
      `${ABQ} testPutWithTake`,
      `${ABQ} testTimedPoll0`,
      `${ABQ} testTimedPoll`,
      `${ABQ} testDrainTo`,
      'CPython test_shutdown_nonempty',
      'CPython test_shutdown_put',
    ],
  },
  'holds one more than maxsize': {
    by: [
      'CPython test_nowait',
      `${ABQ} testConstructor1`,
      `${ABQ} testEmptyFull`,
      `${ABQ} testOffer`,
      `${ABQ} testOfferInExecutor`,
      `${ABQ} testAdd`,
      `${ABQ} testClear`,
      `${ABQ} testAddAll4`,
    ],
  },
  'takes any maxsize': { by: [`${ABQ} testConstructor2`] },
  'stores nothing when full, and says it did': {
    by: ['CPython test_basic', 'CPython test_nowait', `${ABQ} testAdd`],
    hangs: [`${ABQ} testBlockingPut`, `${ABQ} testDrainToWithActivePut`],
  },
  'is full one too early': { by: ['CPython test_basic', `${ABQ} testEmptyFull`] },
  'counts what is held in its size': {
    by: [
      `${SIMPLE} test_basic`,
      `${ABQ} testRemainingCapacity`,
      `${ABQ} testBlockingPut`,
      `${ABQ} testBlockingTake`,
      `${ABQ} testDrainToWithActivePut`,
    ],
  },
  'lets timeouts lapse at once': {
    by: [
      'CPython test_basic',
      `${ABQ} testTimedPoll`,
      `${ABQ} testTimedOffer`,
      `${BQ} testTimedPollWithOffer`,
    ],
    hangs: [`${ABQ} testPollInExecutor`],
  },
  'takes a wrong timeout for 0': {
    by: [
      'CPython test_negative_timeout_raises_exception',
      `${SIMPLE} test_negative_timeout_raises_exception`,
    ],
  },
  'takes an interruption for a lapse': {
    by: [
      `${BQ} testTakeFromEmptyAfterInterrupt`,
      `${BQ} testTimedPollFromEmptyAfterInterrupt`,
      `${BQ} testTakeFromEmptyBlocksInterruptibly`,
      `${BQ} testTimedPollFromEmptyBlocksInterruptibly`,
      `${ABQ} testInterruptedTimedPoll`,
      `${ABQ} testTimedOffer`,
    ],
  },
  'gives one more than asked for': {
    by: [`${ABQ} testDrainToN`, `${BQ} testDrainToNonPositiveMaxElements`],
  },
  'does not say how many were stored': { by: [`${ABQ} testAddAll4`] },
  'stores a batch backwards': { by: [`${ABQ} testAddAll5`] },
  'passes over items that cannot be encoded': {
    by: [`${BQ} testOfferNull`, `${BQ} testAddNull`, `${BQ} testPutNull`, 'CPython test_failing_queue'],
  },
  'takes taskDone for more than is held': {
    by: ['CPython test_queue_task_done', 'CPython test_shutdown_immediate_all_methods_in_one_thread'],
  },
  'finishes all that is held at the first taskDone': {
    by: ['CPython test_queue_join'],
    hangs: ['CPython test_shutdown_join', 'CPython test_shutdown_put_join'],
  },
  'never finishes': {
    by: [`${SIMPLE} test_references`, 'CPython test_shutdown_immediate', 'CPython test_queue_join'],
  },
  'joins once it is empty': { by: [], hangs: ['CPython test_shutdown_get_task_done_join'] },
  'wakes no thread at a shutdown': {
    by: ['CPython test_shutdown_immediate_join'],
    hangs: [
      'CPython test_shutdown_put',
      'CPython test_shutdown_immediate_put',
      'CPython test_shutdown_immediate_put_join',
      'CPython test_shutdown_immediate_get',
      'CPython test_shutdown_pending_get',
      'CPython test_shutdown_get',
    ],
  },
  'discards at every shutdown': {
    by: [
      'CPython test_shutdown_nonempty',
      'CPython test_shutdown_allowed_transitions',
      'CPython test_shutdown_join',
    ],
  },
  'discards at no shutdown': {
    by: ['CPython test_shutdown_immediate', 'CPython test_shutdown_immediate_put'],
  },
  'drops what is put after the shutdown': {
    by: ['CPython test_shutdown_empty', 'CPython test_shutdown_all_methods_in_one_thread'],
  },
  'waits for more after the shutdown': { by: ['CPython test_shutdown_empty'] },
  'hands out some items twice': {
    by: [
      `${SIMPLE} test_many_threads`,
      'CPython test_shutdown_all_methods_in_many_threads',
      'CPython test_shutdown_immediate_all_methods_in_many_threads',
    ],
  },
  'loses some items': {
    by: [
      `${SIMPLE} test_many_threads_nonblock`,
      `${SIMPLE} test_many_threads_timeout`,
      'CPython test_shutdown_all_methods_in_many_threads',
    ],
  },
  'cannot be used from inside its own calls': { by: [`${SIMPLE} test_reentrancy`] },
}

const [kind] = KINDS
const DEADLINE = /not within \d+ ms/

async function failureOf(mutant: string, source: string, context: 'async' | 'blocking', deadlineMs: number) {
  const behaviour = BEHAVIOURS.find((each) => each.source === source)
  if (kind === undefined || behaviour === undefined) throw new Error(`no behaviour ${source}`)
  const capacity = behaviour.capacity === 'each' ? 3 : behaviour.capacity
  const runs = [{ capacity, start: STARTS.at(-1) as Start, mainIs: 'first' }] as const
  try {
    await check(behaviour, kind, context, { mutant, deadlineMs, runs })
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing found'
}

describe.each(['async', 'blocking'] as const)('%s users of a queue that', (context) => {
  it.each(Object.entries(FOUND))('%s find it', async (mutant, { by, hangs = [] }) => {
    for (const source of by) {
      let failure = await failureOf(mutant, source, context, 15_000)
      // On a stalled machine a wait that ends at once looks like one that lasted.
      for (let again = 0; again < 3 && failure.startsWith('nothing found'); again++) {
        failure = await failureOf(mutant, source, context, 15_000)
      }
      expect(failure, source).not.toMatch(/^nothing found/)
      expect(failure, source).not.toMatch(DEADLINE)
    }
    for (const source of hangs) {
      expect(await failureOf(mutant, source, context, 300), source).not.toMatch(/^nothing found/)
    }
  })
})

describe('the mutants', () => {
  it('are all found', () => {
    expect(Object.keys(FOUND).sort()).toEqual([...mutations.NAMES].sort())
  })

  it('show of every behaviour that it can fail', () => {
    const found = new Set(Object.values(FOUND).flatMap(({ by, hangs = [] }) => [...by, ...hangs]))
    expect(BEHAVIOURS.filter(({ source }) => !found.has(source))).toEqual([])
    expect(found.size).toBe(BEHAVIOURS.length)
  })
})
