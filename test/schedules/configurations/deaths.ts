import { guardian, producer, taker } from '../scenario.ts'
import { ALL, type Configuration, configuration } from './configuration.ts'
import { mortal } from './ends.ts'

const shallow = { preemptions: 1, kills: 1 }

export const DEATHS: readonly Configuration[] = [
  configuration(
    '2P1C, a producer dies',
    'harms no other thread',
    { maxsize: 2, threads: [producer(0, 1, mortal), producer(1, 1), taker(0, 2), guardian(0)] },
    { preemptions: 2, kills: 1 },
    ALL,
  ),
  configuration(
    '2P1C and a successor',
    'the consumer dies and harms no other thread',
    { maxsize: 2, threads: [producer(0, 1), producer(1, 1), taker(0, 2, mortal), taker(1, 2), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    '2P2C, a producer dies',
    'harms no other thread',
    { maxsize: 2, threads: [producer(0, 1, mortal), producer(1, 1), taker(0, 1), taker(1, 1), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    '2P2C, a consumer dies',
    'harms no other thread',
    { maxsize: 2, threads: [producer(0, 1), producer(1, 1), taker(0, 1, mortal), taker(1, 1), guardian(0)] },
    shallow,
    2,
  ),
]
