import { guardian, producer, taker } from '../scenario.ts'
import { ALL, type Configuration, configuration, onlyDeep } from './configuration.ts'
import { allDelivered, mortal } from './ends.ts'

const pair = { threads: [producer(0, 2), taker(0, 2)], end: allDelivered(1, 2) }
const dying = [producer(0, 2, mortal), taker(0, 2, mortal), guardian(0)]
const three = { threads: [producer(0, 1), producer(1, 1), taker(0, 2)], end: allDelivered(1, 17) }
const four = {
  threads: [producer(0, 1), producer(1, 1), taker(0, 1), taker(1, 1)],
  end: allDelivered(1, 17),
}
const passing = 'passes items of 2 producers to'

function wrapping(start: number, words: string): Configuration[] {
  const fact = `goes on where the position words wrap at ${words}`
  return [
    configuration(`1P1C from ${start}`, fact, { ...pair, maxsize: 2, start }),
    configuration(
      `1P1C from ${start}, maxsize 1`,
      fact,
      { ...pair, maxsize: 1, start },
      { preemptions: 2 },
      ALL,
    ),
  ]
}

export const RING: readonly Configuration[] = [
  configuration('1P1C, maxsize 1', 'passes 2 items', { ...pair, maxsize: 1 }),
  configuration('1P1C, maxsize 2', 'passes 2 items', { ...pair, maxsize: 2 }),
  configuration(
    '1P1C, deaths',
    'loses nothing when either dies',
    { maxsize: 2, threads: dying, end: allDelivered(1, 2) },
    { kills: 1 },
  ),
  onlyDeep(
    '1P1C, maxsize 1, deaths',
    'loses nothing when either dies',
    { maxsize: 1, threads: dying },
    { kills: 1 },
  ),
  configuration('2P1C', `${passing} 1 consumer`, { ...three, maxsize: 2 }),
  onlyDeep('2P1C, maxsize 1', `${passing} 1 consumer`, { ...three, maxsize: 1 }),
  configuration('2P2C', `${passing} 2 consumers`, { ...four, maxsize: 2 }, { preemptions: 2 }, 3),
  onlyDeep('2P2C, maxsize 1', `${passing} 2 consumers`, { ...four, maxsize: 1 }, { preemptions: 3 }),
  ...wrapping(2 ** 31 - 1, '2^32'),
  ...wrapping(2 ** 30 - 1, '2^31'),
]
