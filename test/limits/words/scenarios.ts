import type { Scenario } from './explorer.ts'
import type { Options } from './machine.ts'
import { acquires, all, blocks, detaches, finds, later, penalizes, tries } from './scripts.ts'

const MS = 1e6
/** Names of which the hashes share a bucket, and differ in one word. */
const hashOf = (name: string): readonly [number, number, number, number] => [0, 0, 0, name.charCodeAt(0)]

function quota(limit: number, interval: number, burst = 1, concurrency = 0): Options['quota'] {
  const step = Math.ceil((interval * MS) / limit)
  return { limit, interval: interval * MS, burst, step, concurrency }
}

const ONE_KEY = { maxKeys: 1, added: ['a'], hashOf }
const KEYS = { maxKeys: 2, added: ['a'], hashOf }
/** Nothing but places matters. */
const PLACE = quota(1000, 1, 1000, 1)
const PLACES = quota(1000, 1, 1000, 2)

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'one grant each': {
    ...ONE_KEY,
    quota: quota(1, 10),
    scripts: [acquires(), acquires(), blocks()],
    preemptions: 2,
  },
  'waits that are late': {
    ...ONE_KEY,
    quota: quota(3, 12, 2),
    scripts: [all(acquires(), acquires(), acquires()), all(tries(), acquires(), acquires())],
    preemptions: 1,
    ticks: 2,
    lateness: [1, 3.9e6, 30e6],
  },
  'heavy and light': {
    ...ONE_KEY,
    quota: quota(4, 20, 2),
    scripts: [
      all(acquires({ weight: 4 }), acquires()),
      all(acquires(), acquires({ weight: 2 })),
      all(tries(), blocks({ weight: 3 })),
    ],
    preemptions: 1,
    ticks: 1,
    lateness: [2e6],
  },
  penalties: {
    ...ONE_KEY,
    quota: quota(2, 8, 2),
    scripts: [all(acquires(), acquires(), acquires()), penalizes(11), all(penalizes(3), blocks())],
    preemptions: 2,
    ticks: 1,
  },
  'a first one that lapses, or is aborted': {
    ...ONE_KEY,
    quota: quota(1, 10),
    scripts: [
      all(tries(), acquires({ timeout: 4 }), acquires()),
      blocks({ timeout: 6 }),
      acquires({ abortAfter: 12 }),
    ],
    preemptions: 1,
    ticks: 1,
    stalls: 1,
  },
  'a heavy one that lapses before one that is stalled': {
    ...ONE_KEY,
    quota: quota(100, 1000),
    scripts: [all(tries(), acquires({ weight: 50, timeout: 20 })), acquires(), acquires()],
    preemptions: 0,
    stalls: 1,
  },
  'waits that lapse behind one that is stalled': {
    ...ONE_KEY,
    quota: quota(1, 10),
    scripts: [
      all(tries(), acquires()),
      acquires(),
      later(
        9,
        acquires({ timeout: 2 }),
        later(3, acquires({ timeout: 2 }), later(3, acquires({ timeout: 2 }))),
      ),
    ],
    preemptions: 0,
    stalls: 1,
    stalled: [0],
  },
  'stalled threads': {
    ...ONE_KEY,
    quota: quota(1, 10),
    scripts: [all(acquires(), acquires()), all(acquires(), acquires()), blocks()],
    preemptions: 0,
    ticks: 1,
    stalls: 2,
  },
  'one place': {
    ...ONE_KEY,
    quota: PLACE,
    scripts: [acquires({ holds: 3 }), all(acquires(), acquires()), blocks()],
    preemptions: 2,
  },
  'two places, and threads that stall': {
    ...ONE_KEY,
    quota: PLACES,
    scripts: [acquires({ holds: 3 }), all(acquires({ holds: 4 }), acquires()), acquires(), blocks()],
    preemptions: 0,
    stalls: 2,
  },
  'places given back one by one behind one that stalls': {
    ...ONE_KEY,
    quota: PLACES,
    scripts: [
      acquires({ holds: 2 }),
      all(acquires({ holds: 9 }), later(3, acquires())),
      acquires(),
      acquires({ holds: 1 }),
    ],
    preemptions: 0,
    ticks: 1,
    stalls: 1,
  },
  'places and a rate': {
    ...ONE_KEY,
    quota: quota(2, 8, 1, 1),
    scripts: [all(acquires({ holds: 1 }), acquires({ holds: 6 })), acquires({ holds: 3 }), tries()],
    preemptions: 1,
    ticks: 1,
    lateness: [1e6, 20e6],
  },
  'deaths of waiters': {
    ...ONE_KEY,
    quota: quota(1, 10),
    scripts: [all(tries(), acquires()), acquires(), blocks(), undefined],
    preemptions: 0,
    ticks: 1,
    kills: 1,
    mortal: [0, 1, 2],
  },
  'deaths of holders': {
    ...ONE_KEY,
    quota: PLACE,
    scripts: [acquires({ holds: Number.POSITIVE_INFINITY }), acquires(), blocks(), undefined],
    preemptions: 0,
    kills: 2,
    mortal: [0, 1, 2],
    expected: { leavesNothing: false },
  },
  'a death as a place is given back': {
    ...ONE_KEY,
    quota: PLACE,
    scripts: [acquires({ holds: 1 }), acquires({ holds: 3 }), later(1, acquires({ holds: 9 }))],
    preemptions: 1,
    ticks: 1,
    kills: 1,
    mortal: [0],
    stalls: 1,
  },
  'a death, and a recoverer that dies': {
    ...ONE_KEY,
    quota: PLACE,
    scripts: [acquires({ holds: 1 }), undefined, acquires()],
    preemptions: 1,
    kills: 2,
  },
  'two recoverers at once, of several keys': {
    ...KEYS,
    added: ['a', 'b'],
    quota: PLACE,
    scripts: [
      all(
        acquires({ key: 'b', holds: Number.POSITIVE_INFINITY }),
        acquires({ holds: Number.POSITIVE_INFINITY }),
        acquires(),
      ),
      acquires({ key: 'b' }),
      acquires(),
    ],
    preemptions: 1,
    kills: 1,
    mortal: [0],
    expected: { leavesNothing: false },
  },
  'keys that are added by two at once': {
    ...KEYS,
    added: [],
    quota: quota(1, 4),
    scripts: [all(tries(), tries({ key: 'b' })), all(tries(), finds('b')), tries({ key: 'b' })],
    preemptions: 2,
  },
  'keys that are evicted and added anew': {
    ...KEYS,
    quota: quota(1, 4, 2),
    scripts: [
      all(tries(), tries({ key: 'b' }), later(9, tries({ key: 'c' }), tries({ weight: 2 }), tries({ weight: 2 }))),
      all(later(9, tries({ weight: 2 }), finds('b'), tries({ key: 'c' }))),
    ],
    preemptions: 2,
    ticks: 1,
  },
  'keys that are evicted while they are wanted': {
    ...KEYS,
    maxKeys: 1,
    quota: quota(1, 4, 3),
    scripts: [
      all(tries({ weight: 3 }), later(20, tries({ key: 'b' })), later(40, tries({ weight: 3 }))),
      later(20, tries({ weight: 3 }), acquires()),
    ],
    preemptions: 2,
    ticks: 2,
  },
  'keys with places': {
    ...KEYS,
    added: ['a', 'b'],
    quota: quota(1, 1, 1, 1),
    scripts: [
      all(acquires({ holds: 3 }), later(4, acquires({ key: 'c' }))),
      all(acquires({ key: 'b' }), later(2, tries({ key: 'c' }), acquires({ key: 'a' }))),
    ],
    preemptions: 2,
    ticks: 1,
  },
  'ledgers of the dead': {
    ...ONE_KEY,
    claims: true,
    maxThreads: 2,
    quota: PLACE,
    scripts: [acquires({ holds: Number.POSITIVE_INFINITY }), undefined, undefined],
    isFull: true,
    preemptions: 1,
    kills: 1,
    mortal: [0],
    expected: { leavesNothing: false },
  },
  'a thread that detaches': {
    ...ONE_KEY,
    quota: PLACE,
    scripts: [
      all(acquires({ holds: Number.POSITIVE_INFINITY }), acquires(), later(2, detaches())),
      acquires(),
      blocks(),
    ],
    preemptions: 1,
    ticks: 1,
  },
  'tickets that pass 2^31': {
    ...ONE_KEY,
    tickets: 0x7ffffffa,
    quota: quota(1, 10),
    scripts: [all(acquires(), acquires()), all(acquires(), acquires()), acquires()],
    preemptions: 1,
    stalls: 1,
  },
  'tickets that pass 2^32': {
    ...ONE_KEY,
    tickets: -6,
    quota: quota(1, 10),
    scripts: [all(acquires(), acquires()), all(acquires(), acquires()), acquires()],
    preemptions: 1,
    stalls: 1,
  },
  'times beyond 2^53 ns': {
    ...ONE_KEY,
    start: 2 ** 53 - 11e6,
    quota: { ...quota(3, 10), step: 3_333_334 },
    scripts: [all(acquires(), acquires(), acquires()), all(acquires(), acquires(), blocks())],
    preemptions: 1,
    ticks: 1,
    lateness: [1, 3],
  },
}
