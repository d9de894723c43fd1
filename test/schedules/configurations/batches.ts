import { DELAY_ONCE, DETACH, FINISH_ALL, FINISH_AND_BEGIN, GIVE_BACK, HOLD, RETRY_ONCE } from '../actors.ts'
import {
  batchProducer,
  batchTaker,
  clock,
  closer,
  guardian,
  joiner,
  producer,
  taker,
  UNTIL_END,
} from '../scenario.ts'
import { type Configuration, configuration, onlyDeep, onlySampled } from './configuration.ts'
import { accountsFor, allDelivered, drained, ended, joined, mortal } from './ends.ts'

/** Batches of two, and of three. */
const wide = { batch: 2, maxInFlight: 2 }
const wider = { batch: 3, maxInFlight: 3 }
const ahead = { ahead: true }
const dying = { ahead: true, mortal: true }
/** It finishes an item and begins the next in one operation. */
const brisk = { ahead: true, manner: FINISH_AND_BEGIN }
/** Its call for the first item never ends. */
const busy = { ahead: true, manner: HOLD }
const twoPut = batchProducer(0, 2)
const dropping = { ...wide, maxsize: 2, dropsOldest: true }

export const BATCHES: readonly Configuration[] = [
  configuration('values, 1P1C', 'are carried in the slots', {
    values: true,
    maxsize: 2,
    threads: [producer(0, 2), taker(0, 2)],
    end: allDelivered(1, 2),
  }),
  configuration(
    'values, 2P2C',
    'are carried in the slots',
    {
      values: true,
      maxsize: 2,
      threads: [producer(0, 1), producer(1, 1), taker(0, 1), taker(1, 1)],
      end: allDelivered(1, 17),
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'values, deaths',
    'are copied into the cells of what comes back',
    {
      values: true,
      maxsize: 2,
      threads: [
        producer(0, 1, mortal),
        taker(0, 1, { manner: RETRY_ONCE, mortal: true }),
        taker(1, 2),
        guardian(0),
      ],
    },
    { preemptions: 1, kills: 1 },
    2,
  ),
  configuration(
    'values, batches and deaths',
    'pass several at once',
    {
      ...wide,
      values: true,
      maxsize: 2,
      threads: [batchProducer(0, 2, mortal), batchTaker(0, 2, dying), taker(1, 1), guardian(0)],
    },
    { preemptions: 1, kills: 1 },
    2,
  ),
  configuration('batches, 1P1C', 'passes 3 items', {
    ...wide,
    maxsize: 2,
    threads: [batchProducer(0, 3), batchTaker(0, 3)],
    end: allDelivered(1, 2, 3),
  }),
  configuration(
    'batches where positions wrap',
    'passes 3 items',
    {
      ...wide,
      maxsize: 3,
      start: 2 ** 31 - 2,
      threads: [batchProducer(0, 3), batchTaker(0, 3)],
      end: allDelivered(1, 2, 3),
    },
    { preemptions: 2 },
  ),
  configuration(
    'batches, 2P1C',
    'share the room with single puts',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 2), producer(1, 1), batchTaker(0, 3)],
      end: allDelivered(1, 2, 17),
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'batches, 1P2C',
    'are emptied out of order',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 3), batchTaker(0, 2), taker(1, 1)],
      end: allDelivered(1, 2, 3),
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'batches, 4 items',
    'share the room with the batch before',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 4), batchTaker(0, 2), taker(1, 2)],
      end: allDelivered(1, 2, 3, 4),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'batches, retry',
    'leave room for what comes back',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 3), batchTaker(0, 4, { manner: RETRY_ONCE }), taker(1, 2)],
      end: allDelivered(1, 2, 3),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'batches, finished together',
    'release the join',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 2, { manner: FINISH_ALL }), joiner()],
      end: joined,
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'batches, deaths',
    'lose nothing when either dies',
    { ...wide, maxsize: 2, threads: [batchProducer(0, 2, mortal), batchTaker(0, 2, mortal), guardian(0)] },
    { preemptions: 2, kills: 1 },
    3,
  ),
  configuration(
    'batches, shutdown',
    'refuse puts, and end',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 2), batchTaker(0, UNTIL_END), closer(false)],
      end: ended(1),
    },
    { preemptions: 3 },
  ),
  configuration(
    'fetched ahead, 1P2C',
    'is begun by whoever is free',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 2), batchTaker(0, UNTIL_END, ahead), taker(1, UNTIL_END), closer(false)],
      end: ended(2),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, begun',
    'is begun, or revoked by a taker that finds nothing else',
    { ...wide, maxsize: 2, threads: [twoPut, batchTaker(0, 2, ahead), taker(1, 1)] },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'fetched ahead, 2 ahead',
    'is begun while another is revoked',
    {
      ...wider,
      maxsize: 3,
      threads: [batchProducer(0, 3), batchTaker(0, 2, ahead), taker(1, 2)],
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'fetched ahead, 4 items',
    'leaves an entry that is used again',
    { ...wide, maxsize: 2, threads: [batchProducer(0, 4), batchTaker(0, 3, ahead), taker(1, 1)] },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, one taker sleeps',
    'does not wait for a slow call',
    { ...wide, maxsize: 2, threads: [twoPut, batchTaker(0, 1, busy), taker(1, 1)] },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'fetched ahead, 2 takers sleep',
    'is passed on by the one that was woken',
    {
      ...wide,
      maxsize: 3,
      threads: [producer(0, 3), batchTaker(0, 1, busy), taker(1, 1), taker(2, 1)],
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, 2 of 3',
    'comes to 2 takers that sleep',
    {
      ...wider,
      maxsize: 3,
      threads: [batchProducer(0, 3), batchTaker(0, 1, busy), taker(1, 1), taker(2, 1)],
    },
    { preemptions: 1 },
    2,
  ),
  ...(['awaits', 'selects'] as const).map((how) =>
    configuration(
      `fetched ahead, one taker ${how}`,
      'comes to it beside one that sleeps',
      {
        ...wider,
        maxsize: 3,
        threads: [batchProducer(0, 3), batchTaker(0, 1, busy), taker(1, 1, { [how]: true }), taker(2, 1)],
      },
      { preemptions: 1 },
      2,
    ),
  ),
  configuration(
    'fetched ahead, 2 are busy',
    'comes to the one that is free',
    {
      ...wide,
      maxsize: 4,
      threads: [batchProducer(0, 3), batchTaker(0, 1, busy), batchTaker(1, 1, busy), taker(2, 1)],
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, a delayed one',
    'is delivered beside those that are due',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 2, { ...ahead, manner: DELAY_ONCE }), taker(1, 1), clock()],
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, given back',
    'comes to a taker that sleeps',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 1, { ...ahead, over: GIVE_BACK }), taker(1, 1)],
      end: allDelivered(1, 2),
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'fetched ahead, given back at the end',
    'comes to a taker that waits there',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 1, { ...ahead, over: GIVE_BACK }), taker(1, UNTIL_END), closer(false)],
      end: ended(1),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, given back, immediate',
    'is discarded though the shutdown has looked, and the join is released',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 1, { ...ahead, over: GIVE_BACK }), closer(true), joiner()],
      end: joined,
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, immediate, its caller dies',
    'is discarded by those that go on',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 1, ahead), closer(true, true), joiner(), guardian(0)],
    },
    { preemptions: 1, kills: 1 },
    2,
  ),
  configuration(
    'fetched ahead, detached',
    'comes to a taker that sleeps',
    {
      ...wide,
      maxsize: 2,
      threads: [twoPut, batchTaker(0, 1, { ...ahead, over: DETACH }), taker(1, 1)],
      end: allDelivered(1, 2),
    },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'fetched ahead, the owner dies',
    'comes back uncounted',
    {
      ...wide,
      maxsize: 2,
      maxDeliveries: 1,
      threads: [batchProducer(0, 2), batchTaker(0, 2, dying), taker(1, 1), guardian(0)],
    },
    { preemptions: 2, kills: 1 },
    3,
  ),
  configuration(
    'fetched ahead, the thief dies',
    'is not lost',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 2), batchTaker(0, UNTIL_END, ahead), taker(1, 1, mortal), guardian(0)],
      end: drained,
    },
    { preemptions: 2, kills: 1 },
    3,
  ),
  configuration(
    'fetched ahead, immediate',
    'is discarded, and the join is released',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 2), batchTaker(0, UNTIL_END, ahead), closer(true), joiner()],
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'batches that drop, 2P1C',
    'take the place of the oldest beside a put that does',
    {
      ...dropping,
      threads: [batchProducer(0, 3), producer(1, 1), taker(0, 1)],
      end: accountsFor([1, 2, 3, 17], 1),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'batches that drop, 2 batches',
    'share the room, beside a take of several',
    {
      ...dropping,
      threads: [twoPut, batchProducer(1, 2), batchTaker(0, 2)],
      end: accountsFor([1, 2, 17, 18]),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'batches that drop, deaths',
    'stay whole when any of them dies',
    {
      ...dropping,
      threads: [batchProducer(0, 3, mortal), producer(1, 1, mortal), batchTaker(0, 2, mortal), guardian(0)],
      end: accountsFor([1, 2, 3, 17]),
    },
    { preemptions: 0, kills: 1 },
    1,
  ),
  configuration(
    'fetched ahead, one of 2 gives back',
    'is begun once, by whoever is free',
    {
      ...wide,
      maxsize: 3,
      threads: [
        batchProducer(0, 3),
        batchTaker(0, 1, { ...ahead, over: GIVE_BACK }),
        batchTaker(1, 2, ahead),
      ],
      end: allDelivered(1, 2, 3),
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, begun as the last is finished',
    'is begun once, or revoked, and the join is released',
    {
      ...wider,
      maxsize: 3,
      threads: [batchProducer(0, 3), batchTaker(0, UNTIL_END, brisk), taker(1, 1), joiner()],
    },
    { preemptions: 1 },
    2,
  ),
  configuration(
    'fetched ahead, begun as the last is finished, deaths',
    'is delivered again',
    {
      ...wider,
      values: true,
      maxsize: 3,
      threads: [
        batchProducer(0, 3),
        batchTaker(0, 3, { ...brisk, mortal: true }),
        taker(1, UNTIL_END, mortal),
        guardian(0),
      ],
      end: drained,
    },
    { preemptions: 1, kills: 1 },
    2,
  ),
  configuration(
    'fetched ahead, retries',
    'is begun beside what comes back',
    {
      ...wide,
      maxsize: 3,
      threads: [
        batchProducer(0, 3),
        batchTaker(0, 2, { ...ahead, manner: RETRY_ONCE }),
        batchTaker(1, 3, ahead),
      ],
    },
    { preemptions: 1 },
    2,
  ),
  onlyDeep(
    'fetched ahead, 2 fetch',
    'is begun once',
    {
      ...wide,
      maxsize: 2,
      threads: [
        batchProducer(0, 3),
        batchTaker(0, UNTIL_END, ahead),
        batchTaker(1, UNTIL_END, ahead),
        closer(false),
      ],
      end: ended(2),
    },
    { preemptions: 2 },
  ),
  onlySampled(
    'batches, 2P2C, 2 die',
    'harm no other thread',
    {
      ...wide,
      maxsize: 3,
      threads: [
        batchProducer(0, 4, mortal),
        producer(1, 3, mortal),
        batchTaker(0, UNTIL_END, { ...dying, manner: RETRY_ONCE }),
        batchTaker(1, UNTIL_END, { ahead: true }),
        taker(2, UNTIL_END, mortal),
        closer(false),
        guardian(0, true),
        guardian(1),
      ],
    },
    2,
  ),
]
