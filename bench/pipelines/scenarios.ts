import { availableParallelism } from 'node:os'
import type { Contender } from './contender.ts'
import { ARGUMENTS, type Arguments } from './items.ts'
import { countedMillrace, millrace, millracePipeline } from './millrace.ts'
import { plainLoops } from './plain-loops.ts'
import { busyPiscina, rivals } from './rivals.ts'

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly more: Arguments
  /** The time of the `index`-th task, in µs. */
  taskTime(index: number): number
  /** The mean of these, in µs. */
  readonly meanTime: number
  /** The first is one plain loop in one thread: the ideal is computed from it. */
  contenders(): Contender[]
  /** Rates that a contender must reach, as a part of another one's. */
  readonly targets: readonly Target[]
  /** A round takes so many times as long as others. */
  readonly longer: number
  /** The source may be read so far beyond what was yielded, by the contender's name. */
  readonly windows: Readonly<Record<string, number>>
}

export interface Target {
  readonly contender: string
  readonly atLeast: number
  /** Names of contenders, the fastest of which counts; the ideal if there are none. */
  readonly of: readonly string[] | 'ideal' | 'others'
}

const PLAIN = 'one plain loop'
const ORDERED = 'millrace'
const GRAINS: readonly (readonly [name: string, microseconds: number])[] = [
  ['1us', 1],
  ['10us', 10],
  ['100us', 100],
  ['1ms', 1000],
  ['10ms', 10_000],
]
/** In µs. */
const BREAK_EVEN_GRAINS = [0.5, 1, 2, 4, 8, 16, 32, 64]
const BASE = { targets: [], longer: 1, windows: {} }

/** All scenarios. `threads`: those of the scenarios of grain and of spread. */
export function scenariosFor(threads: number): Scenario[] {
  return [
    scaling(),
    ...ARGUMENTS.flatMap((more) => GRAINS.map(([name, time]) => grain(name, time, more, threads))),
    ...BREAK_EVEN_GRAINS.map((time) => breakEven(time, threads)),
    spread(threads, 'even', 128, logUniform()),
    spread(threads, 'rare', 2048, rarelyLong()),
  ]
}

function scaling(): Scenario {
  const cores = availableParallelism()
  const counts = Array.from({ length: 2 * cores }, (_, index) => index + 1)
  return {
    ...BASE,
    name: 'scaling',
    title: 'tasks of 100 µs in a pipeline of a map and a filter, on 1 to twice as many threads as cores',
    more: 'small',
    taskTime: () => 100,
    meanTime: 100,
    contenders: () => [
      plainLoops(PLAIN, 1),
      ...counts.flatMap((threads) => [
        ...(threads === 1 ? [] : [plainLoops(`${threads} plain loops`, threads)]),
        millracePipeline(threads === 1 ? 'millrace, 1 thread' : `millrace, ${threads} threads`, threads),
      ]),
      millracePipeline(`millrace, ${cores} again`, cores),
    ],
  }
}

function grain(name: string, time: number, more: Arguments, threads: number): Scenario {
  const what = more === 'small' ? 'two numbers' : `two numbers and 4 KB of ${more}`
  return {
    ...BASE,
    name: `grain/${name}/${more}`,
    title: `tasks of ${name.replace('us', ' µs').replace('ms', ' ms')} on ${threads} threads, called with ${what}`,
    more,
    taskTime: () => time,
    meanTime: time,
    contenders: () => [
      plainLoops(PLAIN, 1),
      plainLoops(`${threads} plain loops`, threads),
      millrace(ORDERED, { threads }),
      millrace('millrace again', { threads }),
      millrace('millrace, unordered', { threads, ordered: false }),
      ...rivals(threads),
    ],
    targets: grainTargets(time),
  }
}

function grainTargets(time: number): Target[] {
  if (time === 10)
    return [
      { contender: ORDERED, atLeast: 0.7, of: 'ideal' },
      { contender: ORDERED, atLeast: 4, of: ['piscina'] },
      { contender: ORDERED, atLeast: 1, of: 'others' },
    ]
  if (time === 100) return [{ contender: ORDERED, atLeast: 0.9, of: 'ideal' }]
  return time >= 1000 ? [{ contender: ORDERED, atLeast: 0.98, of: 'others' }] : []
}

function breakEven(time: number, threads: number): Scenario {
  return {
    ...BASE,
    name: `break-even/${time}us`,
    title: `tasks of ${time} µs on ${threads} threads, beside one plain loop`,
    more: 'small',
    taskTime: () => time,
    meanTime: time,
    contenders: () => [plainLoops(PLAIN, 1), millrace(ORDERED, { threads }), ...busyPiscina(threads)],
  }
}

interface Spread {
  readonly title: string
  readonly meanTime: number
  taskTime(index: number): number
}

function spread(threads: number, name: string, window: number, times: Spread): Scenario {
  const open = { threads, window }
  const unordered = `unordered, window ${window}`
  const ordered = `ordered, window ${window}`
  const small = { threads, window: Math.max(2, window >> 3) }
  const narrow = `ordered, window ${small.window}`
  return {
    ...BASE,
    ...times,
    name: `spread/${name}`,
    more: 'small',
    contenders: () => [
      plainLoops(PLAIN, 1),
      countedMillrace(unordered, { ...open, ordered: false }),
      countedMillrace(`${unordered}, again`, { ...open, ordered: false }),
      countedMillrace(ordered, open),
      countedMillrace(narrow, small),
    ],
    targets: [{ contender: ordered, atLeast: 0.9, of: [unordered] }],
    longer: 3,
    windows: {
      [unordered]: window,
      [`${unordered}, again`]: window,
      [ordered]: window,
      [narrow]: small.window,
    },
  }
}

/** 10 µs to 10 ms, every power of ten as often as the others. */
function logUniform(): Spread {
  return {
    title: 'tasks of 10 µs to 10 ms, each power of ten as often',
    meanTime: 9990 / Math.log(1000),
    taskTime: (index) => 10 * 1000 ** scattered(index),
  }
}

function rarelyLong(): Spread {
  return {
    title: 'tasks of 10 µs, and one in 100 of 10 ms',
    meanTime: 0.99 * 10 + 0.01 * 10_000,
    taskTime: (index) => (scattered(index) < 0.01 ? 10_000 : 10),
  }
}

/** A number from 0 to 1, the same for an index in every run. */
function scattered(index: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}
