import { RETRY_ONCE } from '../actors.ts'
import { guardian, joiner, producer, taker } from '../scenario.ts'
import { ALL, type Configuration, configuration } from './configuration.ts'
import { allDelivered, mortal } from './ends.ts'

const retrier = taker(0, 1, { manner: RETRY_ONCE })
const long = producer(0, 1, { bytes: 2 })
const short = producer(1, 1, { bytes: 1 })
const dyingLong = producer(0, 1, { bytes: 2, mortal: true })
const shallow = { preemptions: 1, kills: 1 }

export const WAITING: readonly Configuration[] = [
  configuration(
    'sleep and wake',
    'each of 2 consumers is woken for the item it waits for',
    { maxsize: 1, threads: [producer(0, 2), taker(0, 1), taker(1, 1)] },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'napping putters, 1P1C',
    'find room by themselves, or are woken',
    { maxsize: 3, threads: [producer(0, 5), taker(0, 5)], end: allDelivered(1, 2, 3, 4, 5) },
    { preemptions: 3 },
    4,
  ),
  configuration(
    'napping putters, a slow taker',
    'are woken for one slot once they sleep without limit',
    { maxsize: 3, threads: [producer(0, 4), taker(0, 1)] },
    { preemptions: 3 },
    ALL,
  ),
  configuration(
    'napping putters, 2P1C',
    'pass the wake on',
    { maxsize: 3, threads: [producer(0, 4), producer(1, 1), taker(0, 2)] },
    { preemptions: 2 },
    3,
  ),
  configuration(
    'napping putters, deaths',
    'harm no other putter',
    { maxsize: 3, threads: [producer(0, 4, mortal), producer(1, 2), taker(0, 5), guardian(0)] },
    { preemptions: 0, kills: 1 },
    1,
  ),
  configuration(
    'join',
    'is released when the last item is finished, though a holder dies',
    { maxsize: 1, threads: [producer(0, 1), taker(0, 1, mortal), taker(1, 1), joiner(), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    'retry, take, put',
    'items that came back are delivered again, and the bound holds',
    { maxsize: 1, threads: [producer(0, 2), retrier, taker(1, 1)] },
    { preemptions: 1 },
    2,
  ),
]

export const BLOCKS: readonly Configuration[] = [
  configuration(
    'blocks',
    'are shared by 2 producers and freed by the consumer',
    { maxsize: 2, blocks: 2, threads: [long, short, taker(0, 2)] },
    { preemptions: 2 },
  ),
  configuration(
    'blocks, a producer dies',
    'those it reserved are free again',
    { maxsize: 2, blocks: 2, threads: [dyingLong, short, taker(0, 1), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    'blocks, a consumer dies',
    'those of the item it held are free again',
    {
      maxsize: 2,
      blocks: 2,
      threads: [producer(0, 2, { bytes: 2 }), taker(0, 2, mortal), taker(1, 2), guardian(0)],
    },
    shallow,
    2,
  ),
]
