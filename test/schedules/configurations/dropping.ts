import { RETRY_ONCE } from '../actors.ts'
import { closer, guardian, joiner, producer, taker } from '../scenario.ts'
import { type Configuration, configuration } from './configuration.ts'
import { accountsFor, mortal } from './ends.ts'

const shallow = { preemptions: 1, kills: 1 }

export const DYING = [producer(0, 3, mortal), taker(0, 2, mortal), guardian(0)]

function of(kind: 'fifo' | 'lifo'): Configuration[] {
  const full = { kind, maxsize: 1, dropsOldest: true }
  const beside = [producer(0, 2), producer(1, 1), taker(0, 1)]
  return [
    ...[1, 2].map((maxsize) =>
      configuration(`${kind} drops, 1P1C, maxsize ${maxsize}`, 'takes the items beside 1 consumer', {
        ...full,
        maxsize,
        threads: [producer(0, 3), taker(0, 1)],
        end: accountsFor([1, 2, 3], 2 - maxsize),
      }),
    ),
    configuration(
      `${kind} drops, 2P`,
      'takes the items of 2 producers, which never wait',
      { ...full, threads: [producer(0, 2), producer(1, 2)], end: accountsFor([1, 2, 17, 18], 3) },
      { preemptions: 3 },
    ),
    ...[1, 2].map((maxsize) =>
      configuration(
        `${kind} drops, 2P1C, maxsize ${maxsize}`,
        'takes the items of 2 producers beside 1 consumer',
        { ...full, maxsize, threads: beside, end: accountsFor([1, 2, 17], 2 - maxsize) },
        { preemptions: 2 },
        3,
      ),
    ),
    configuration(
      `${kind} drops, retries`,
      'drops what comes back, too',
      {
        ...full,
        threads: [producer(0, 3), taker(0, 2, { manner: RETRY_ONCE })],
        end: accountsFor([1, 2, 3]),
      },
      { preemptions: 2 },
    ),
    configuration(
      `${kind} drops, deaths`,
      'stays whole when the producer or the consumer dies',
      { ...full, threads: DYING },
      shallow,
      2,
    ),
    configuration(
      `${kind} drops, immediate`,
      'is discarded at once beside puts, and releases the join',
      { ...full, threads: [producer(0, 2), closer(true, true), joiner(), guardian(0)] },
      shallow,
      2,
    ),
  ]
}

export const DROPPING: readonly Configuration[] = [...of('fifo'), ...of('lifo')]
