import { DELAY_ONCE, LEAVE, RETRY_ONCE } from '../actors.ts'
import {
  clock,
  closer,
  guardian,
  joiner,
  type Participant,
  producer,
  type Scenario,
  taker,
  UNTIL_END,
} from '../scenario.ts'
import { type Configuration, onlySampled } from './configuration.ts'
import { mortal } from './ends.ts'

/** More threads, items and deaths than can be explored to the end. */

const guards = [guardian(0, true), guardian(1)]
const retrying = { manner: RETRY_ONCE, mortal: true }
const delaying = { manner: DELAY_ONCE, mortal: true }
const fourDying = [
  producer(0, 3, mortal),
  producer(1, 3, mortal),
  taker(0, UNTIL_END, retrying),
  taker(1, UNTIL_END, mortal),
]

function closing(...others: Participant[]): Scenario {
  return { maxsize: 2, maxInFlight: 2, threads: [...fourDying, closer(false), ...others, ...guards] }
}

export const LARGE: readonly Configuration[] = [
  onlySampled('3P3C', 'passes 6 items', {
    maxsize: 2,
    threads: [0, 1, 2].flatMap((number) => [producer(number, 2), taker(number, 2)]),
  }),
  onlySampled(
    '2P2C, 2 die where positions wrap',
    'harms no other thread',
    { maxsize: 2, start: 2 ** 31 - 2, threads: [...fourDying, ...guards] },
    2,
  ),
  onlySampled(
    'blocks, 2P2C, 2 die',
    'the blocks come back',
    {
      maxsize: 2,
      blocks: 3,
      threads: [
        producer(0, 2, { bytes: 2, mortal: true }),
        producer(1, 2, { bytes: 1 }),
        taker(0, 2, retrying),
        taker(1, 4),
        ...guards,
      ],
    },
    2,
  ),
  ...(['fifo', 'lifo', 'priority'] as const).flatMap((kind) => [
    onlySampled(`${kind} drained, 2 die`, 'the others end', { ...closing(), kind }, 2),
    onlySampled(
      `${kind} delayed, 2 die`,
      'a selector and a sleeper learn what is due',
      {
        kind,
        maxsize: 2,
        threads: [
          producer(0, 2, mortal),
          taker(0, 2, delaying),
          taker(1, 2, delaying),
          taker(2, 2, { selects: true }),
          clock(),
          ...guards,
        ],
      },
      2,
    ),
    onlySampled(
      `${kind} immediate, 2 die`,
      'the join is released',
      {
        kind,
        maxsize: 2,
        maxInFlight: 2,
        threads: [
          producer(0, 3, mortal),
          closer(true),
          taker(0, UNTIL_END, delaying),
          taker(1, UNTIL_END, { manner: RETRY_ONCE, over: LEAVE }),
          joiner(),
          clock(),
          ...guards,
        ],
      },
      2,
    ),
  ]),
  onlySampled(
    'drops, 2P2C, 2 die',
    'items that come back are dropped, too',
    { maxsize: 2, dropsOldest: true, threads: [...fourDying, ...guards] },
    2,
  ),
]
