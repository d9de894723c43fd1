import { FAIL } from '../actors.ts'
import { closer, guardian, joiner, producer, taker, UNTIL_END } from '../scenario.ts'
import { type Configuration, configuration } from './configuration.ts'
import { joined, mortal, posted } from './ends.ts'

const failing = { manner: FAIL }
const dying = { manner: FAIL, mortal: true }
const shallow = { preemptions: 1, kills: 1 }

function of(kind: 'fifo' | 'lifo' | 'priority'): Configuration[] {
  const full = { kind, maxsize: 2, deadLetters: true, end: posted(1, 2) }
  return [
    configuration(
      `${kind} letters, 1P2C`,
      'each item that two takers dead-letter is posted once',
      {
        ...full,
        threads: [producer(0, 2), taker(0, 1, failing), taker(1, 1, failing)],
      },
      { preemptions: 1 },
      3,
    ),
    configuration(
      `${kind} letters, the mover dies`,
      'the other posts what it moved, and no taker gets it',
      { ...full, threads: [producer(0, 2), taker(0, 1, dying), taker(1, 1, failing), guardian(0)] },
      shallow,
      2,
    ),
    configuration(
      `${kind} letters, a taker dies`,
      'dead-lettered items and those that it held keep apart',
      { ...full, threads: [producer(0, 2), taker(0, 1, failing), taker(1, 1, mortal), guardian(0)] },
      shallow,
      2,
    ),
    configuration(
      `${kind} letters, immediate`,
      'dead-lettered items are discarded, and the join is released',
      {
        ...full,
        threads: [producer(0, 1), closer(true), taker(0, UNTIL_END, dying), joiner(), guardian(0)],
        end: joined,
      },
      shallow,
      2,
    ),
  ]
}

export const DEAD_LETTERS: readonly Configuration[] = [...of('fifo'), ...of('lifo'), ...of('priority')]
