import { ledgerAt } from '../../../src/core/geometry.ts'
import { OWNER } from '../../../src/core/words/offsets.ts'
import { RETRY_ONCE } from '../actors.ts'
import { at, fail } from '../invariants.ts'
import {
  type End,
  guardian,
  predecessor,
  producer,
  registrant,
  retirer,
  type Scenario,
  successor,
  taker,
} from '../scenario.ts'
import { type Configuration, configuration } from './configuration.ts'
import { mortal } from './ends.ts'

const shallow = { preemptions: 1, kills: 1 }
const retrier = taker(0, 1, { manner: RETRY_ONCE, mortal: true })
const registering = [registrant(0, true), registrant(1), guardian(0)]

function leftTo(owner: number) {
  return ({ words, geometry }: End) => {
    const left = at(words, ledgerAt(geometry, 0) + OWNER)
    if (left !== owner) fail(`the ledger is left to ${left}`)
  }
}

export const RETIRED: Scenario = { threads: [predecessor(), retirer(), guardian(0)], end: leftTo(0) }

export const RECOVERY: readonly Configuration[] = [
  configuration(
    'a sleeper dies',
    'no thread sleeps on, whether it consumed a wake or not',
    { maxsize: 1, threads: [producer(0, 1), taker(0, 1, mortal), taker(1, 1), guardian(0)] },
    { preemptions: 2, kills: 1 },
  ),
  configuration(
    'a sleeper dies, 2 items',
    'no thread sleeps on, whether it consumed a wake or not',
    { maxsize: 1, threads: [producer(0, 2), taker(0, 1, mortal), taker(1, 2), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    'a retrier dies',
    'what it held is delivered again',
    { maxsize: 1, threads: [producer(0, 2), retrier, taker(1, 2), guardian(0)] },
    shallow,
    2,
  ),
  configuration(
    'a recoverer dies',
    'another reclaims the rest',
    {
      maxsize: 1,
      threads: [producer(0, 1), taker(0, 1, mortal), taker(1, 1), guardian(0, true), guardian(1)],
    },
    { preemptions: 0, kills: 2 },
    1,
  ),
]

export const REGISTRATION: readonly Configuration[] = [
  configuration(
    'two register, one dies',
    'the ledger it leaves can be claimed again',
    { ledgers: 2, threads: registering },
    { kills: 1 },
  ),
  configuration(
    'two register for one ledger',
    'the ledger a dead one leaves can be claimed again',
    { ledgers: 1, threads: registering },
    { kills: 1 },
  ),
  configuration(
    'a producer is followed',
    'its ledger is left to its successor',
    { threads: [predecessor(), successor(0), guardian(0)], end: leftTo(2) },
    { kills: 1 },
  ),
  configuration(
    'a producer is retired',
    'its ledger is free, whether that is before, while or after it is released',
    RETIRED,
    { kills: 1 },
  ),
]
