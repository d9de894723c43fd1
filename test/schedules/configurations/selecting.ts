import { DELAY_ONCE, RETRY_ONCE } from '../actors.ts'
import { clock, closer, guardian, producer, taker, UNTIL_END } from '../scenario.ts'
import { type Configuration, configuration } from './configuration.ts'
import { ended, mortal } from './ends.ts'

const selects = { selects: true }

export const SELECTING: readonly Configuration[] = [
  configuration(
    'select beside get',
    'is woken for the item it waits for, beside a blocked getter and 2 putters',
    { maxsize: 2, threads: [producer(0, 1), producer(1, 1), taker(0, 1, selects), taker(1, 1)] },
    { preemptions: 2 },
  ),
  configuration(
    '2 selects',
    'one is woken beside another',
    { maxsize: 2, threads: [producer(0, 2), taker(0, 1, selects), taker(1, 1, selects)] },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'select, drained',
    'learns of the end',
    {
      maxsize: 1,
      threads: [producer(0, 1), closer(false), taker(0, UNTIL_END), taker(1, UNTIL_END, selects)],
      end: ended(2),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'select, returned',
    'learns of an item that came back',
    { maxsize: 1, threads: [producer(0, 2), taker(0, 1, { manner: RETRY_ONCE }), taker(1, 2, selects)] },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'select, delayed',
    'learns of an item that is delayed',
    { threads: [producer(0, 1), taker(0, 1, { manner: DELAY_ONCE }), taker(1, 1, selects), clock()] },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'a selector dies',
    'leaves nothing behind, and the others go on',
    {
      maxsize: 1,
      threads: [producer(0, 1), taker(0, 1, { ...selects, ...mortal }), taker(1, 1, selects), guardian(0)],
    },
    { preemptions: 1, kills: 1 },
    2,
  ),
  configuration(
    'a putter dies',
    'a selector is woken though the word was not moved yet',
    { maxsize: 1, threads: [producer(0, 1, mortal), taker(0, 1, selects), guardian(0)] },
    { preemptions: 2, kills: 1 },
  ),
]
