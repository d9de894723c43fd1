import { ENDED, HOLD, LEAVE, RETRY_ONCE } from '../actors.ts'
import { fail } from '../invariants.ts'
import { closer, type End, guardian, joiner, producer, taker, UNTIL_END } from '../scenario.ts'
import { type Configuration, configuration, onlyDeep } from './configuration.ts'
import { ended, joined, mortal, noneStranded } from './ends.ts'

const shallow = { preemptions: 1, kills: 1 }
const holder = { manner: HOLD, over: LEAVE }
const retrier = taker(0, UNTIL_END, { manner: RETRY_ONCE })
/** One taker stays to the end, and gets the items that the dead one held. */
const dying = [producer(0, 1), closer(false), taker(0, UNTIL_END, mortal), taker(1, UNTIL_END), guardian(0)]

function endedAndJoined(end: End): void {
  ended(1)(end)
  joined(end)
}

export const END: readonly Configuration[] = [
  configuration('shutdown', 'strands no item that was accepted', {
    maxsize: 2,
    threads: [producer(0, 1), closer(false), taker(0, UNTIL_END)],
    end: noneStranded(1),
  }),
  configuration(
    'shutdown, 2 takers',
    'they drain what a waiting producer put',
    {
      maxsize: 1,
      threads: [producer(0, 2), closer(false), taker(0, UNTIL_END), taker(1, UNTIL_END, { looks: true })],
      end: noneStranded(1, 2),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'immediate',
    'discards at once, and releases the join',
    { maxsize: 1, threads: [producer(0, 1), closer(true), taker(0, UNTIL_END), joiner()], end: joined },
    { preemptions: 2 },
  ),
  configuration(
    'immediate, its caller dies',
    'discards beside takes and retries',
    { maxsize: 2, threads: [producer(0, 1), closer(true, true), retrier, joiner(), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    'a holder dies at the end',
    'what it held is delivered before the end',
    { maxsize: 2, threads: dying, end: ended(1) },
    shallow,
    2,
  ),
  configuration(
    'a holder dies at the end, join',
    'the join is released after what it held',
    { maxsize: 2, threads: [...dying, joiner()], end: endedAndJoined },
    { preemptions: 0, kills: 1 },
    1,
  ),
  onlyDeep(
    'what comes back at the end, its taker dies',
    'the other taker is still there for it',
    {
      threads: [producer(0, 1), closer(false), retrier, taker(1, UNTIL_END, mortal), guardian(0)],
      end: (end) => void (end.unfinished === 0 || fail('an item is stranded')),
    },
    { preemptions: 2, kills: 1 },
  ),
  configuration(
    'two holders',
    'that wait for each other end, and what they held comes back',
    {
      maxsize: 2,
      maxInFlight: 2,
      threads: [
        producer(0, 2),
        closer(false),
        taker(0, UNTIL_END, holder),
        taker(1, UNTIL_END, holder),
        guardian(0),
      ],
      end: (end) => void (end.count(ENDED) === 2 || fail('a holder waits for ever')),
    },
    { preemptions: 1 },
  ),
]
