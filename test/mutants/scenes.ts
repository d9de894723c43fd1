import { ledgerAt } from '../../src/core/geometry.ts'
import {
  DELAY_ONCE,
  ENDED,
  FAIL,
  FINISH_ALL,
  FINISH_AND_BEGIN,
  GIVE_BACK,
  HOLD,
  JOINED,
  LEAVE,
  RETRY_ONCE,
} from '../schedules/actors.ts'
import type { Bounds } from '../schedules/explore.ts'
import { fail, heldIn } from '../schedules/invariants.ts'
import {
  batchProducer,
  batchTaker,
  clock,
  closer,
  type End,
  guardian,
  joiner,
  predecessor,
  producer,
  registrant,
  retirer,
  type Scenario,
  successor,
  taker,
  UNTIL_END,
} from '../schedules/scenario.ts'

/**
 * The scenes in which the explorer runs the mutants: small, complete within their bounds, and without a
 * finding in the source without a fault.
 */
export interface Scene {
  readonly scenario: Scenario
  readonly bounds: Bounds
}

const mortal = { mortal: true }
const selects = { selects: true }
const wide = { batch: 2, maxInFlight: 2, maxsize: 2 }
const ahead = { ahead: true }
/** Its call for the first item never ends. */
const busy = { ahead: true, manner: HOLD }
const brisk = { ahead: true, manner: FINISH_AND_BEGIN }

/** Checks that each accepted item is finished once, or still there, if no thread died. */
function accounted(...items: number[]) {
  return (end: End) => {
    if (end.deaths > 0) return
    let left = end.unfinished
    for (const id of items) left += end.item(id).settled - end.item(id).accepted
    if (left !== 0) fail(`${left} items more than were accepted are finished or there`)
  }
}

/** Checks that each item was accepted and finished, and that nothing is left. */
function allFinished(...items: number[]) {
  return (end: End) => {
    if (end.deaths > 0) return
    for (const id of items) {
      const { accepted, settled } = end.item(id)
      if (accepted !== 1 || settled !== 1)
        fail(`item ${id}: accepted ${accepted} times, finished ${settled} times`)
    }
    if (end.unfinished !== 0) fail(`${end.unfinished} items are left`)
  }
}

const all =
  (...checks: ((end: End) => void)[]) =>
  (end: End) => {
    for (const check of checks) check(end)
  }

const counts = (what: number, times: number, name: string) => (end: End) =>
  void (end.count(what) === times || fail(`${end.count(what)} of ${times} ${name}`))

const ends = (takers: number) => counts(ENDED, takers, 'takers end')
const nothingLeft = (end: End) => void (end.unfinished === 0 || fail('an item is stranded'))

const free = (end: End) => {
  const owner = end.words[end.geometry.ledgersAt >> 2]
  if (owner !== 0) fail(`the ledger is left to ${owner}`)
}

export const SCENES = {
  '1P1C': {
    scenario: { maxsize: 1, threads: [producer(0, 2), taker(0, 2)], end: allFinished(1, 2) },
    bounds: { preemptions: 2 },
  },
  '1P1C, maxsize 2': {
    scenario: { maxsize: 2, threads: [producer(0, 2), taker(0, 2)], end: allFinished(1, 2) },
    bounds: { preemptions: 2 },
  },
  '1P1C of 3 at the wrap': {
    scenario: {
      maxsize: 3,
      start: 2 ** 30 - 1,
      threads: [producer(0, 2), taker(0, 2)],
      end: allFinished(1, 2),
    },
    bounds: { preemptions: 2 },
  },
  '1P1C at the wrap': {
    scenario: {
      maxsize: 2,
      start: 2 ** 30 - 1,
      threads: [producer(0, 2), taker(0, 2)],
      end: allFinished(1, 2),
    },
    bounds: { preemptions: 2 },
  },
  '2P1C': {
    scenario: { maxsize: 1, threads: [producer(0, 1), producer(1, 1), taker(0, 2)], end: allFinished(1, 17) },
    bounds: { preemptions: 2 },
  },
  '1P2C': {
    scenario: { maxsize: 1, threads: [producer(0, 2), taker(0, 1), taker(1, 1)], end: allFinished(1, 2) },
    bounds: { preemptions: 2 },
  },
  join: {
    scenario: {
      maxsize: 1,
      threads: [producer(0, 1), taker(0, 1), joiner()],
      end: all(allFinished(1), counts(JOINED, 1, 'joins return')),
    },
    bounds: { preemptions: 2 },
  },
  retry: {
    scenario: {
      maxsize: 1,
      threads: [producer(0, 2), taker(0, 1, { manner: RETRY_ONCE }), taker(1, 1)],
      end: accounted(1, 2),
    },
    bounds: { preemptions: 1 },
  },
  delayed: {
    scenario: {
      threads: [producer(0, 1), taker(0, 2, { manner: DELAY_ONCE }), clock()],
      end: accounted(1),
    },
    bounds: { preemptions: 2 },
  },
  'delayed, discarded': {
    scenario: {
      threads: [producer(0, 1), closer(true), taker(0, UNTIL_END, { manner: DELAY_ONCE }), joiner(), clock()],
      end: counts(JOINED, 1, 'joins return'),
    },
    bounds: { preemptions: 1 },
  },
  shutdown: {
    scenario: {
      maxsize: 1,
      threads: [producer(0, 2), closer(false), taker(0, UNTIL_END), taker(1, UNTIL_END)],
      end: all(ends(2), accounted(1, 2), nothingLeft),
    },
    bounds: { preemptions: 1 },
  },
  'shutdown, 1 taker': {
    scenario: {
      maxsize: 2,
      threads: [producer(0, 1), closer(false), taker(0, UNTIL_END)],
      end: all(ends(1), accounted(1), nothingLeft),
    },
    bounds: { preemptions: 3 },
  },
  discarded: {
    scenario: {
      maxsize: 1,
      threads: [producer(0, 1), closer(true), taker(0, UNTIL_END), joiner()],
      end: all(ends(1), counts(JOINED, 1, 'joins return'), nothingLeft),
    },
    bounds: { preemptions: 2 },
  },
  'discarded retries': {
    scenario: {
      maxsize: 2,
      threads: [producer(0, 1), closer(true), taker(0, UNTIL_END, { manner: RETRY_ONCE }), joiner()],
      end: all(ends(1), counts(JOINED, 1, 'joins return'), nothingLeft),
    },
    bounds: { preemptions: 1 },
  },
  'two holders': {
    scenario: {
      maxsize: 2,
      maxInFlight: 2,
      threads: [
        producer(0, 2),
        closer(false),
        taker(0, UNTIL_END, { manner: HOLD, over: LEAVE }),
        taker(1, UNTIL_END, { manner: HOLD, over: LEAVE }),
        guardian(0),
      ],
      end: ends(2),
    },
    bounds: { preemptions: 1 },
  },
  'two holders that stay': {
    scenario: {
      maxsize: 2,
      maxInFlight: 2,
      threads: [
        producer(0, 2),
        closer(false),
        taker(0, UNTIL_END, { manner: HOLD }),
        taker(1, UNTIL_END, { manner: HOLD }),
      ],
      // A thread that holds both does not wait for the other, which then waits for it.
      end: (at) => holdersOf(at) < 2 || ends(2)(at),
    },
    bounds: { preemptions: 1 },
  },
  'a holder dies at the end': {
    scenario: {
      maxsize: 2,
      threads: [producer(0, 1), closer(false), taker(0, UNTIL_END, mortal), taker(1, UNTIL_END), guardian(0)],
      end: (at) => {
        if (at.count(ENDED) === 0 || at.unfinished > 0) fail('the queue does not end, or an item is stranded')
      },
    },
    bounds: { preemptions: 1, kills: 1 },
  },
  'a sleeper dies': {
    scenario: { maxsize: 1, threads: [producer(0, 1), taker(0, 1, mortal), taker(1, 1), guardian(0)] },
    bounds: { preemptions: 2, kills: 1 },
  },
  'an executor dies': {
    scenario: {
      maxsize: 1,
      threads: [producer(0, 1), taker(0, 1, mortal), taker(1, 1), guardian(0, true), guardian(1)],
      end: nobodyIsExecutor,
    },
    bounds: { preemptions: 0, kills: 2 },
  },
  'a selector dies': {
    scenario: {
      maxsize: 1,
      threads: [
        producer(0, 1),
        taker(0, 1, { selects: true, mortal: true }),
        taker(1, 1, selects),
        guardian(0),
      ],
    },
    bounds: { preemptions: 1, kills: 1 },
  },
  'a registrant dies': {
    scenario: {
      ledgers: 1,
      threads: [registrant(0, true), guardian(0)],
      end: (at) => at.deaths > 0 && free(at),
    },
    bounds: { kills: 1 },
  },
  'a producer is retired': {
    scenario: { threads: [predecessor(), retirer(), guardian(0)], end: free },
    bounds: { kills: 1 },
  },
  'a producer is followed': {
    scenario: { threads: [predecessor(), successor(0), guardian(0)] },
    bounds: { kills: 1 },
  },
  select: {
    scenario: {
      maxsize: 2,
      threads: [producer(0, 1), producer(1, 1), taker(0, 1, selects), taker(1, 1)],
      end: allFinished(1, 17),
    },
    bounds: { preemptions: 1 },
  },
  'select, drained': {
    scenario: {
      maxsize: 1,
      threads: [producer(0, 1), closer(false), taker(0, UNTIL_END), taker(1, UNTIL_END, selects)],
      end: all(ends(2), nothingLeft),
    },
    bounds: { preemptions: 1 },
  },
  blocks: {
    scenario: {
      maxsize: 2,
      blocks: 2,
      threads: [producer(0, 1, { bytes: 2 }), producer(1, 2, { bytes: 1 }), taker(0, 3)],
      end: allFinished(1, 17, 18),
    },
    bounds: { preemptions: 2 },
  },
  'blocks that come back out of order': {
    scenario: {
      maxsize: 2,
      blocks: 3,
      threads: [producer(0, 1, { bytes: 1 }), producer(1, 4, { bytes: 1 }), taker(0, 3)],
      end: accounted(1, 17, 18, 19, 20),
    },
    bounds: { preemptions: 2 },
  },
  'blocks, a producer dies': {
    scenario: {
      maxsize: 2,
      blocks: 2,
      threads: [
        producer(0, 1, { bytes: 2, mortal: true }),
        producer(1, 1, { bytes: 1 }),
        taker(0, 1),
        guardian(0),
      ],
      end: (at) => void (at.item(17).accepted === 1 || fail('the other producer waits for ever')),
    },
    bounds: { preemptions: 1, kills: 1 },
  },
  'lifo 1P1C': {
    scenario: { kind: 'lifo', maxsize: 2, threads: [producer(0, 2), taker(0, 2)], end: allFinished(1, 2) },
    bounds: { preemptions: 2 },
  },
  'lifo 1P2C': {
    scenario: {
      kind: 'lifo',
      maxsize: 2,
      threads: [producer(0, 2), taker(0, 1), taker(1, 1)],
      end: allFinished(1, 2),
    },
    bounds: { preemptions: 2 },
  },
  'lifo, discarded': {
    scenario: {
      kind: 'lifo',
      maxsize: 2,
      threads: [producer(0, 1), closer(true), taker(0, UNTIL_END), joiner()],
      end: all(ends(1), counts(JOINED, 1, 'joins return'), nothingLeft),
    },
    bounds: { preemptions: 1 },
  },
  'priority 1P1C': {
    scenario: {
      kind: 'priority',
      maxsize: 2,
      threads: [producer(0, 2), taker(0, 2)],
      end: allFinished(1, 2),
    },
    bounds: { preemptions: 2 },
  },
  'priority, discarded': {
    scenario: {
      kind: 'priority',
      maxsize: 2,
      threads: [producer(0, 1), closer(true), taker(0, UNTIL_END, { manner: RETRY_ONCE }), joiner()],
      end: all(ends(1), counts(JOINED, 1, 'joins return'), nothingLeft),
    },
    bounds: { preemptions: 1 },
  },
  drops: {
    scenario: {
      maxsize: 1,
      dropsOldest: true,
      threads: [producer(0, 2), producer(1, 1), taker(0, 1)],
      end: accounted(1, 2, 17),
    },
    bounds: { preemptions: 2 },
  },
  'drops, discarded': {
    scenario: {
      maxsize: 1,
      dropsOldest: true,
      threads: [producer(0, 2), closer(true), joiner()],
      end: nothingLeft,
    },
    bounds: { preemptions: 2 },
  },
  'lifo drops, discarded': {
    scenario: {
      kind: 'lifo',
      maxsize: 1,
      dropsOldest: true,
      threads: [producer(0, 2), closer(true), joiner()],
      end: all(counts(JOINED, 1, 'joins return'), nothingLeft),
    },
    bounds: { preemptions: 2 },
  },
  'letters, the mover dies': {
    scenario: {
      maxsize: 2,
      deadLetters: true,
      threads: [
        producer(0, 2),
        taker(0, 1, { manner: FAIL, mortal: true }),
        taker(1, 2, { manner: FAIL }),
        guardian(0),
      ],
    },
    bounds: { preemptions: 1, kills: 1 },
  },
  'values, come back': {
    scenario: {
      values: true,
      maxsize: 2,
      threads: [producer(0, 2), taker(0, 2, { manner: RETRY_ONCE }), taker(1, 2)],
    },
    bounds: { preemptions: 1 },
  },
  'values, revoked': {
    scenario: {
      ...wide,
      values: true,
      threads: [batchProducer(0, 2), batchTaker(0, 1, busy), taker(1, 1)],
    },
    bounds: { preemptions: 1 },
  },
  values: {
    scenario: { values: true, maxsize: 2, threads: [producer(0, 2), taker(0, 2)], end: allFinished(1, 2) },
    bounds: {},
  },
  napping: {
    scenario: { maxsize: 3, threads: [producer(0, 4), taker(0, 1)] },
    bounds: { preemptions: 3 },
  },
  'napping, 2P1C': {
    scenario: { maxsize: 3, threads: [producer(0, 4), producer(1, 1), taker(0, 2)] },
    bounds: { preemptions: 2 },
  },
  'napping, deaths': {
    scenario: { maxsize: 1, threads: [producer(0, 2, mortal), taker(0, 1), guardian(0)] },
    bounds: { preemptions: 2, kills: 1 },
  },
  batches: {
    scenario: { ...wide, threads: [batchProducer(0, 3), batchTaker(0, 3)], end: allFinished(1, 2, 3) },
    bounds: { preemptions: 2 },
  },
  'batches, 2P1C': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 2), producer(1, 1), batchTaker(0, 3)],
      end: allFinished(1, 2, 17),
    },
    bounds: { preemptions: 2 },
  },
  'batches, 1P2C': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 3), batchTaker(0, 2), taker(1, 1)],
      end: allFinished(1, 2, 3),
    },
    bounds: { preemptions: 2 },
  },
  'batches, maxsize 3': {
    scenario: {
      ...wide,
      maxsize: 3,
      threads: [batchProducer(0, 4), batchTaker(0, 4)],
      end: allFinished(1, 2, 3, 4),
    },
    bounds: { preemptions: 1 },
  },
  'batches, 4 items': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 4), batchTaker(0, 2), taker(1, 2)],
      end: allFinished(1, 2, 3, 4),
    },
    bounds: { preemptions: 1 },
  },
  'batches, shutdown': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 2), batchTaker(0, UNTIL_END), closer(false)],
      end: all(ends(1), accounted(1, 2), nothingLeft),
    },
    bounds: { preemptions: 2 },
  },
  'batches, join': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 2), batchTaker(0, 2, { manner: FINISH_ALL }), joiner()],
      end: all(allFinished(1, 2), counts(JOINED, 1, 'joins return')),
    },
    bounds: { preemptions: 2 },
  },
  fetched: {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 2), batchTaker(0, UNTIL_END, ahead), taker(1, UNTIL_END), closer(false)],
      end: all(ends(2), accounted(1, 2), nothingLeft),
    },
    bounds: { preemptions: 1 },
  },
  'fetched, busy': {
    scenario: { ...wide, threads: [batchProducer(0, 2), batchTaker(0, 1, busy), taker(1, 1)] },
    bounds: { preemptions: 2 },
  },
  'fetched, 2 sleep': {
    scenario: {
      ...wide,
      maxsize: 3,
      threads: [producer(0, 3), batchTaker(0, 1, busy), taker(1, 1), taker(2, 1)],
    },
    bounds: { preemptions: 1 },
  },
  'fetched, brisk': {
    scenario: {
      ...{ batch: 3, maxInFlight: 3, maxsize: 3 },
      threads: [batchProducer(0, 3), batchTaker(0, UNTIL_END, brisk), taker(1, 1), joiner(), closer(false)],
      end: all(accounted(1, 2, 3), counts(JOINED, 1, 'joins return')),
    },
    bounds: { preemptions: 1 },
  },
  'fetched, brisk, 2 ahead': {
    scenario: {
      ...{ batch: 3, maxInFlight: 3, maxsize: 3 },
      threads: [batchProducer(0, 3), batchTaker(0, 2, brisk), taker(1, 2)],
    },
    bounds: { preemptions: 1 },
  },
  'fetched, retries': {
    scenario: {
      ...wide,
      maxsize: 3,
      threads: [
        batchProducer(0, 3),
        batchTaker(0, 2, { ahead: true, manner: RETRY_ONCE }),
        batchTaker(1, 3, ahead),
      ],
    },
    bounds: { preemptions: 1 },
  },
  'fetched, begun': {
    scenario: { ...wide, threads: [batchProducer(0, 2), batchTaker(0, 2, ahead), taker(1, 1)] },
    bounds: { preemptions: 2 },
  },
  'fetched, 2 ahead': {
    scenario: {
      ...{ batch: 3, maxInFlight: 3, maxsize: 3 },
      threads: [batchProducer(0, 3), batchTaker(0, 2, ahead), taker(1, 2)],
    },
    bounds: { preemptions: 1 },
  },
  'fetched, 4 items': {
    scenario: { ...wide, threads: [batchProducer(0, 4), batchTaker(0, 3, ahead), taker(1, 1)] },
    bounds: { preemptions: 2 },
  },
  'fetched, given back': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 2), batchTaker(0, 1, { ahead: true, over: GIVE_BACK }), taker(1, 1)],
      end: allFinished(1, 2),
    },
    bounds: { preemptions: 2 },
  },
  'fetched, the owner dies': {
    scenario: {
      ...wide,
      threads: [
        batchProducer(0, 2),
        batchTaker(0, 2, { ahead: true, mortal: true }),
        taker(1, 1),
        guardian(0),
      ],
    },
    bounds: { preemptions: 1, kills: 1 },
  },
  'fetched, discarded': {
    scenario: {
      ...wide,
      threads: [batchProducer(0, 2), batchTaker(0, 1, busy), closer(true), joiner()],
    },
    bounds: { preemptions: 1 },
  },
  'fetched, discarded when given back': {
    scenario: {
      ...wide,
      threads: [
        batchProducer(0, 2),
        batchTaker(0, 1, { ahead: true, over: GIVE_BACK }),
        closer(true),
        joiner(),
      ],
      end: counts(JOINED, 1, 'joins return'),
    },
    bounds: { preemptions: 1 },
  },
} satisfies Record<string, Scene>

export type SceneName = keyof typeof SCENES

function holdersOf({ words, geometry }: End): number {
  const ledgers = Array.from({ length: geometry.maxThreads }, (_, index) => ledgerAt(geometry, index))
  return ledgers.filter((ledger) => heldIn(words, geometry, ledger).length > 0).length
}

/** Checks that every ledger of a dead thread is free. */
function nobodyIsExecutor(end: End): void {
  const { words, geometry } = end
  for (let index = 0; index < geometry.maxThreads; index++) {
    const recoverer = words[(geometry.ledgersAt + index * geometry.ledgerBytes + 4) >> 2]
    if (recoverer !== 0) fail(`ledger ${index} is still being reclaimed by ${recoverer}`)
  }
}
