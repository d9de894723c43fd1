import type { Faults, Scenario } from './model.ts'

export interface Explored {
  readonly scenario: Scenario
  readonly preemptions: number
}

const simple = (outputs: number): { outputs: number }[] =>
  Array.from({ length: outputs }, () => ({ outputs: 1 }))

/** Two items go through one slot after the other. */
const ONE_SLOT: Scenario = { items: simple(2), threads: 2, window: 1, isSimple: true, kills: 1 }
const KEYED: Scenario = {
  items: [
    { key: 'a', outputs: 1 },
    { key: 'a', outputs: 1 },
  ],
  threads: 2,
  window: 2,
  isSimple: true,
  kills: 1,
}
const DEADLY: Scenario = { items: simple(1), threads: 2, window: 1, isSimple: true, kills: 2, maxDeaths: 2 }
const FAILING: Scenario = {
  items: [
    { outputs: 1, fails: 2 },
    { outputs: 1, fails: 1 },
  ],
  threads: 2,
  window: 1,
  isSimple: true,
  retries: 1,
  kills: 1,
}
const LATE: Scenario = { items: simple(2), threads: 2, window: 1, isSimple: true, timeouts: 2, retries: 1 }
const STREAMED: Scenario = { items: [{ outputs: 2 }], threads: 2, window: 1, kills: 1 }
const IN_TURN: Scenario = { items: [{ outputs: 2 }, { outputs: 2 }], threads: 2, window: 2, hasTurns: true }
const IN_TURN_KILLED: Scenario = { ...IN_TURN, kills: 1, maxDeaths: 1 }
const IN_TURN_FAILING: Scenario = {
  items: [{ outputs: 2, fails: 1 }, { outputs: 2 }, { outputs: 2 }],
  threads: 2,
  window: 3,
  hasTurns: true,
  retries: 1,
}
const ENDED: Scenario = { ...IN_TURN, endsAfter: 2 }

const EVERY = Number.POSITIVE_INFINITY

export const SCENARIOS: Record<string, Explored> = {
  'results, a slot used again, a death': { scenario: ONE_SLOT, preemptions: 2 },
  'calls of one key, a death': { scenario: KEYED, preemptions: EVERY },
  'an item whose threads die': { scenario: DEADLY, preemptions: 2 },
  'calls that fail and are made again, a death': { scenario: FAILING, preemptions: 1 },
  'calls that take too long': { scenario: LATE, preemptions: EVERY },
  'outputs one by one, a death': { scenario: STREAMED, preemptions: EVERY },
  'outputs in turn': { scenario: IN_TURN, preemptions: 3 },
  'outputs in turn, a death': { scenario: IN_TURN_KILLED, preemptions: 1 },
  'outputs in turn, and a retry': { scenario: IN_TURN_FAILING, preemptions: 1 },
  'a stage that ends while threads wait for their turn': { scenario: ENDED, preemptions: 3 },
}

export interface FaultyScenario extends Explored {
  readonly faults: Faults
  readonly finding: RegExp
}

const word = (find: string, replace: string): Faults => ({ words: [{ find, replace }] })

export const FAULTY: Record<string, FaultyScenario> = {
  'begin ignores a decision': {
    scenario: ONE_SLOT,
    preemptions: 2,
    faults: word(' || (state & DECIDED) !== 0) return 0', ') return 0'),
    finding: /after the item is closed/,
  },
  'begin ignores the generation': {
    scenario: ONE_SLOT,
    preemptions: 2,
    faults: word(
      'if (state >>> GENERATION_SHIFT !== generation || (state & DECIDED) !== 0)',
      'if ((state & DECIDED) !== 0)',
    ),
    finding: /after the item is closed/,
  },
  'begin stores the state instead of exchanging it': {
    scenario: ONE_SLOT,
    preemptions: 2,
    faults: word(
      'if (Atomics.compareExchange(this.words, at, state, next) === state) return begins',
      'Atomics.store(this.words, at, next)\n      return begins',
    ),
    finding: /after the item is closed|lost|for ever/,
  },
  'decide reads and stores the state': {
    scenario: ONE_SLOT,
    preemptions: 2,
    faults: word(
      'return (Atomics.or(this.words, placeOf(slot) + STATE, DECIDED) & BEGINS) === begin',
      'const at = placeOf(slot) + STATE\n    const state = Atomics.load(this.words, at)\n    Atomics.store(this.words, at, state | DECIDED)\n    return (state & BEGINS) === begin',
    ),
    finding: /after the item is closed|lost|for ever/,
  },
  'decide does not see a later begin': {
    scenario: KEYED,
    preemptions: 2,
    faults: word('DECIDED) & BEGINS) === begin', 'DECIDED) & BEGINS) >= begin'),
    finding: /after the item is closed|overlap/,
  },
  'a slot is opened again while a call of it is under way': {
    scenario: FAILING,
    preemptions: 2,
    faults: { freesAtOnce: true },
    finding: /after the item is closed|failed for good|did not die/,
  },
  'the key of an item is free while a call of it is under way': {
    scenario: KEYED,
    preemptions: 2,
    faults: { freesAtOnce: true },
    finding: /after the item is closed|overlap/,
  },
  'copies of outputs are passed on': {
    scenario: STREAMED,
    preemptions: 1,
    faults: { takesCopies: true },
    finding: /output 0 after/,
  },
  'a death is not counted': {
    scenario: DEADLY,
    preemptions: 1,
    faults: word('return Atomics.add(this.words, placeOf(slot) + DEATHS, 1) + 1', 'return 1'),
    finding: /a call begins after 2 deaths/,
  },
  'a call that has failed is charged with a later death': {
    scenario: { ...IN_TURN, items: [{ outputs: 2, fails: 1 }], retries: 1, kills: 1 },
    preemptions: 1,
    faults: word('    this.leave(slot)\n    return throws', '    return throws'),
    finding: /did not die in a call/,
  },
  'a call that waits for its turn is charged with a death': {
    scenario: { ...IN_TURN_KILLED, killsIn: 1 },
    preemptions: 2,
    faults: { staysEntered: true },
    finding: /did not die in a call/,
  },
  'a retry in place is charged with its own thread': {
    scenario: { ...IN_TURN, items: [{ outputs: 2, fails: 2 }], threads: 1, retries: 2, kills: 1 },
    preemptions: 2,
    faults: {
      chargesAgain: true,
      words: [{ find: '    this.leave(slot)\n    return throws', replace: '    return throws' }],
    },
    finding: /did not die in a call/,
  },
  'a failure is counted after the last frame': {
    scenario: {
      ...FAILING,
      items: [
        { outputs: 1, fails: 2 },
        { outputs: 1, fails: 2 },
      ],
      kills: 0,
    },
    preemptions: 2,
    faults: { countsLast: true },
    finding: /failed for good after 1/,
  },
  'a call that took too long puts its outcome': {
    scenario: LATE,
    preemptions: 2,
    faults: { tellsLate: true },
    finding: /after it took too long/,
  },
  'the turn moves without a notification': {
    scenario: IN_TURN,
    preemptions: 2,
    faults: word('    Atomics.notify(this.words, EPOCH)\n', ''),
    finding: /sleep for ever/,
  },
  'the epoch stays when the turn has moved': {
    scenario: { ...IN_TURN, items: [{ outputs: 1 }, { outputs: 2 }, { outputs: 2 }], window: 3, threads: 3 },
    preemptions: 2,
    faults: word('!== slot + 1) this.move()', '=== -7) this.move()'),
    finding: /sleep for ever/,
  },
  'the epoch is read after the look': {
    scenario: IN_TURN,
    preemptions: 3,
    faults: { epochLast: true },
    finding: /sleep for ever/,
  },
  'the end of a stage moves no epoch': {
    scenario: ENDED,
    preemptions: 2,
    faults: word(
      '    Atomics.store(this.words, ENDED, 1)\n    this.move()',
      '    Atomics.store(this.words, ENDED, 1)',
    ),
    finding: /sleep for ever/,
  },
  'threads that have outputs to keep back do not see the end of the stage': {
    scenario: ENDED,
    preemptions: 2,
    faults: word(' || Atomics.load(words, ENDED) === 1) return false', ') return false'),
    finding: /sleep for ever/,
  },
  'a retry in a stage with turns goes back to the queue': {
    scenario: IN_TURN_FAILING,
    preemptions: 1,
    faults: { retriesElsewhere: true },
    finding: /sleep for ever/,
  },
  'threads of a stage with turns claim items ahead': {
    scenario: {
      items: [{ outputs: 1 }, { outputs: 1 }, { outputs: 2 }, { outputs: 2 }],
      threads: 2,
      window: 4,
      hasTurns: true,
      grain: 2,
      kills: 1,
      killsIn: 2,
    },
    preemptions: 2,
    faults: {},
    finding: /sleep for ever/,
  },
}
