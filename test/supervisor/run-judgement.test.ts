import { describe, expect, it } from 'vitest'
import { packError } from '../../src/error-transport.ts'
import type { RunEnd } from '../../src/supervisor/groups/run.ts'
import { type Judgement, judge, type Situation } from '../../src/supervisor/groups/run-judgement.ts'

const returned: RunEnd = { kind: 'returned', value: 1, left: [], isRecycled: false }

function threw(
  facts: { failedDuringSetUp?: boolean; mayLoadOtherwise?: boolean; isStop?: boolean } = {},
): RunEnd {
  return {
    kind: 'threw',
    error: packError(new Error('no flour')),
    failedDuringSetUp: false,
    isStop: false,
    ...facts,
  }
}

const died = (exitCode: number | undefined, error?: Error): RunEnd => ({
  kind: 'died',
  exitCode,
  error,
  mayBeLeftover: false,
})

const leftover = (exitCode: number | undefined): RunEnd => ({
  kind: 'died',
  exitCode,
  error: new Error('left'),
  mayBeLeftover: true,
})

const recycled: RunEnd = { kind: 'returned', value: undefined, left: [], isRecycled: true }

const QUIET: Situation = {
  isStopping: false,
  canLoadOtherwise: false,
  triedOtherwise: false,
  timedOut: undefined,
  isLeaving: false,
  isLate: false,
  blamesItems: false,
  mayRestart: true,
  hasStored: false,
  restartsAfterThrow: false,
}

/** `next`, `failure`, and those that hold of isReported and deadLetters. */
type Expected = [next: Judgement['next'], failure: Judgement['failure'], holds: string]
type Row = [name: string, end: RunEnd, situation: Partial<Situation>, expected: Expected]

const setUp = { failedDuringSetUp: true }
const otherWay = { failedDuringSetUp: true, mayLoadOtherwise: true }
const onThrow = { restartsAfterThrow: true }
const stopping = { isStopping: true }
const uncaught = new Error('uncaught')

const ROWS: Row[] = [
  ['a return ends the member', returned, {}, ['done', undefined, 'isReported']],
  ['a return of a stopping member too', returned, stopping, ['done', undefined, 'isReported']],
  ['a thread that is to be recycled is replaced', recycled, {}, ['replace', undefined, 'isReported']],
  ['not while stopping', recycled, stopping, ['done', undefined, 'isReported']],

  [
    'what an earlier function left restarts afresh',
    leftover(1),
    {},
    ['restart fresh', 'death', 'isReported'],
  ],
  ['a kept thread that dies before it begins too', leftover(undefined), {}, ['restart fresh', undefined, '']],
  [
    'a producer that has stored nothing too',
    leftover(1),
    { mayRestart: false },
    ['restart fresh', 'death', 'isReported'],
  ],
  [
    'not one that has',
    leftover(1),
    { mayRestart: false, hasStored: true },
    ['refuse restart', 'death', 'isReported'],
  ],
  ['it fails no group that stops', leftover(1), stopping, ['done', 'death', 'isReported']],

  ['a throw fails the group', threw(), {}, ['fail', 'throw', 'isReported']],
  ['a throw restarts with onThrow', threw(), onThrow, ['restart', 'throw', 'isReported']],
  [
    'not if the role has no restart',
    threw(),
    { ...onThrow, mayRestart: false },
    ['fail', 'throw', 'isReported'],
  ],
  ['not while stopping', threw(), { ...onThrow, ...stopping }, ['fail', 'throw', 'isReported']],
  ['not before the function has begun', threw(setUp), onThrow, ['fail', 'set-up', 'isReported']],
  [
    'the error of a stop is the answer to it',
    threw({ isStop: true }),
    stopping,
    ['done', undefined, 'isReported'],
  ],
  [
    'the same error without a request is a failure',
    threw({ isStop: true }),
    {},
    ['fail', 'throw', 'isReported'],
  ],
  ['a failed set-up fails the group', threw(setUp), {}, ['fail', 'set-up', 'isReported']],
  [
    'a module is loaded in the other way',
    threw(otherWay),
    { canLoadOtherwise: true },
    ['load otherwise', undefined, ''],
  ],
  [
    'a stopping member loads it in no other way',
    threw(otherWay),
    { canLoadOtherwise: true, ...stopping },
    ['done', undefined, ''],
  ],
  ['there is no third way', threw(otherWay), { triedOtherwise: true }, ['fail', 'set-up', 'isReported']],

  ['a death restarts', died(1), {}, ['restart', 'death', 'isReported']],
  ['with exit code 0 too', died(0), {}, ['restart', 'death', 'isReported']],
  ['before the run began too', died(undefined), {}, ['restart', 'death', 'isReported']],
  [
    'not if the role has no restart',
    died(1),
    { mayRestart: false },
    ['refuse restart', 'death', 'isReported'],
  ],
  [
    'a death in calls counts against their items',
    died(1),
    { blamesItems: true },
    ['restart free', 'death', 'isReported'],
  ],
  ['exit code 0 answers a stop', died(0), stopping, ['done', 'death', 'isReported']],
  ['so does a run that never began', died(undefined), stopping, ['done', 'death', 'isReported']],
  ['any other exit code is a failure', died(1, uncaught), stopping, ['fail', 'death', 'isReported']],
  ['a late thread fails the group', died(1), { ...stopping, isLate: true }, ['fail', 'late', 'isReported']],
  ['a leaving thread does not', died(1), { ...stopping, isLeaving: true }, ['done', undefined, 'isReported']],
  [
    'unless it has an uncaught error',
    died(1, uncaught),
    { ...stopping, isLeaving: true },
    ['fail', 'death', 'isReported'],
  ],
  [
    'the other way itself may fail',
    died(undefined, uncaught),
    { triedOtherwise: true },
    ['fail', 'set-up', ''],
  ],
  [
    'a run in the other way may die as any',
    died(1),
    { triedOtherwise: true },
    ['restart', 'death', 'isReported'],
  ],

  ['a timeout retries the item', died(1), { timedOut: 0 }, ['restart free', 'timeout', 'isReported']],
  ['later, with backoff', died(1), { timedOut: 500 }, ['restart free', 'timeout', 'isReported']],
  [
    'a timeout dead-letters the item',
    died(1),
    { timedOut: 'dead-letter' },
    ['restart free', 'timeout', 'isReported deadLetters'],
  ],
  ['a timeout fails the group', died(1), { timedOut: 'fail' }, ['fail', 'timeout', 'isReported']],
  [
    'a timeout while stopping ends the member',
    died(1),
    { timedOut: 0, ...stopping },
    ['done', 'timeout', 'isReported'],
  ],
  [
    'and still dead-letters the item',
    died(1),
    { timedOut: 'dead-letter', ...stopping },
    ['done', 'timeout', 'isReported deadLetters'],
  ],
  [
    'a timeout counts before a late stop',
    died(1),
    { timedOut: 0, isLate: true, ...stopping },
    ['done', 'timeout', 'isReported'],
  ],
]

describe('the judgement of the end of a run', () => {
  it.each<Row>(ROWS)('%s', (_, end, situation, [next, failure, holds]) => {
    const judgement = judge(end, { ...QUIET, ...situation })
    const held = (['isReported', 'deadLetters'] as const).filter((fact) => judgement[fact])
    expect([judgement.next, judgement.failure, held.join(' ')]).toEqual([next, failure, holds])
  })
})
