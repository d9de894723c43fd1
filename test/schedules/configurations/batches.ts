import { RETRY_ONCE } from '../actors.ts'
import {
  batchProducer,
  batchTaker,
  closer,
  guardian,
  joiner,
  producer,
  taker,
  UNTIL_END,
} from '../scenario.ts'
import { type Configuration, configuration, onlyDeep, onlySampled } from './configuration.ts'
import { allDelivered, drained, ended, mortal } from './ends.ts'

/** Batches of two. */
const wide = { batch: 2, maxInFlight: 2 }
const ahead = { ahead: true }
const dying = { ahead: true, mortal: true }

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
        producer(0, 2, mortal),
        taker(0, 2, { manner: RETRY_ONCE, mortal: true }),
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
      threads: [batchProducer(0, 3, mortal), batchTaker(0, 3, dying), taker(1, 1), guardian(0)],
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
    'fetched ahead, one taker sleeps',
    'does not wait for a slow call',
    {
      ...wide,
      maxsize: 2,
      threads: [batchProducer(0, 2), batchTaker(0, 1, ahead), taker(1, 1)],
      end: allDelivered(1, 2),
    },
    { preemptions: 3 },
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
    { preemptions: 2 },
    3,
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
