import { fail } from './invariants.ts'
import { closer, type End, guardian, producer, type Scenario, taker, UNTIL_END } from './scenario.ts'
import type { Fault } from './transform.ts'

/** Deliberate faults that every method of choosing schedules must find. */

export interface Faulty {
  readonly what: string
  readonly scenario: Scenario
  readonly faults: readonly Fault[]
  readonly kills: number
  readonly finding: RegExp
}

const RING = 'core/operations/ring.ts'
const BLOCKING = 'wait/blocking.ts'
const WORD = 920

const pair = { maxsize: 2, threads: [producer(0, 2), taker(0, 2)] }
const putExchange = 'if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY'
const published = 'store(slot, fullMark(tail))\n  return needsWake(GET)'
const takeExchange = 'if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY\n  empty(slot, entry)'
const freed = 'store(slot, emptiedMark(head))'
const difference = '(load(slotAt(oldest)) - emptiedMark(oldest)) | 0'
const closedLook = 'const tail = load(TAIL)\n  if ((tail & SHUT) !== 0) return CLOSED'

export const FAULTY: readonly Faulty[] = [
  {
    what: 'an item is published before its cell stands in the slot',
    scenario: pair,
    faults: [
      { file: RING, find: putExchange, replace: `${putExchange}\n  store(slot, fullMark(tail))` },
      { file: RING, find: published, replace: 'return needsWake(GET)' },
    ],
    kills: 0,
    finding: /two places|never put|race|finished twice|torn/,
  },
  {
    what: 'a slot is freed before its cell was taken out',
    scenario: { ...pair, maxsize: 1 },
    faults: [
      { file: RING, find: takeExchange, replace: takeExchange.replace('\n', `\n  ${freed}\n`) },
      { file: RING, find: `${freed}\n  return (peek(entry) << 1)`, replace: 'return (peek(entry) << 1)' },
    ],
    kills: 0,
    finding: /two places|never put|race|torn/,
  },
  {
    what: 'a thread sleeps without looking again',
    scenario: pair,
    faults: [
      { file: BLOCKING, find: 'let lapsed = false', replace: 'let lapsed = false\n    let looked = false' },
      {
        file: BLOCKING,
        find: 'next = attempt()',
        replace: 'next = looked ? attempt() : side\n        looked = true',
      },
    ],
    kills: 0,
    finding: /sleeps, and there is/,
  },
  {
    what: 'positions are compared without their wrap',
    // With fewer items than slots the position maxsize before is looked at.
    scenario: { ...pair, maxsize: 3, start: 2 ** 30 - 1 },
    faults: [{ file: RING, find: difference, replace: difference.replace(' | 0', '') }],
    kills: 0,
    finding: /stuck|sleeps, and there is room/,
  },
  {
    what: 'the closed flag has a word of its own',
    scenario: {
      maxsize: 2,
      threads: [producer(0, 1), closer(false), taker(0, UNTIL_END)],
      end: (end: End) => void (end.item(1).accepted === end.item(1).settled || fail('an item is stranded')),
    },
    faults: [
      { file: 'core/operations/shutdown.ts', find: 'or(TAIL, SHUT)', replace: `or(${WORD}, SHUT)` },
      {
        file: RING,
        find: closedLook,
        replace: `if (load(${WORD}) !== 0) return CLOSED\n  const tail = load(TAIL)`,
      },
      {
        file: RING,
        find: 'return (tail & SHUT) !== 0 ? CLOSED',
        replace: `return load(${WORD}) !== 0 ? CLOSED`,
      },
      {
        file: 'core/shared.ts',
        find: '(shared.load(TAIL) & SHUT) !== 0',
        replace: `shared.load(${WORD}) !== 0`,
      },
    ],
    kills: 0,
    finding: /stranded/,
  },
]

/** Threads die inside straight lines, which the real core prevents. This scenario must fail. */
export const TORN: Scenario = {
  maxsize: 2,
  threads: [producer(0, 1, { mortal: true }), taker(0, 1), guardian(0)],
  tears: true,
}
