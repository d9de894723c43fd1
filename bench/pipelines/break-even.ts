import { median } from '../output/statistics.ts'
import type { Result } from './rounds.ts'
import type { Scenario } from './scenarios.ts'

/** The task length at which a pool is as fast as the plain loop in one thread. */
export interface BreakEven {
  readonly contender: string
  /** In µs, interpolated on a scale of powers. */
  readonly grain: number
  /** The grain is as given; or all tasks that were measured are longer, or shorter. */
  readonly is: 'at' | 'below' | 'above'
}

interface Point {
  readonly grain: number
  /** The rate as a part of the plain loop's. */
  readonly gain: number
}

const GROUP = 'break-even/'

export function isOfBreakEven({ name }: Pick<Scenario, 'name'>): boolean {
  return name.startsWith(GROUP)
}

/** The break-even grain of each contender but the first, which is the plain loop. */
export function breakEvensOf(results: readonly Result[]): BreakEven[] {
  const measured = results.filter(({ scenario }) => isOfBreakEven(scenario))
  const names = measured[0]?.contenders.slice(1).map(({ name }) => name) ?? []
  return names.flatMap((contender) => {
    const points = measured.flatMap((result) => pointOf(contender, result))
    return points.length < 2 ? [] : [{ contender, ...grainOf(points) }]
  })
}

export function breakEvenText(evens: readonly BreakEven[]): string {
  const lines = evens.map(({ contender, grain, is }) => {
    return `  ${contender}: ${is === 'at' ? '' : `${is} `}${grain.toFixed(1)} µs`
  })
  return ['break-even: the shortest tasks for which the threads beat one plain loop', ...lines].join('\n')
}

function pointOf(contender: string, { scenario, contenders }: Result): Point[] {
  const plain = contenders[0]?.rates ?? []
  const rates = contenders.find(({ name }) => name === contender)?.rates
  if (rates === undefined) return []
  const gain = median(rates.map((rate, round) => rate / (plain[round] as number)))
  return [{ grain: scenario.meanTime, gain }]
}

/** Where the gain last comes to 1 as tasks get longer: a single slow round must not count as the crossing. */
function grainOf(given: readonly Point[]): Pick<BreakEven, 'grain' | 'is'> {
  const points = [...given].sort((one, other) => one.grain - other.grain)
  const last = points.findLastIndex(({ gain }) => gain < 1)
  const short = points[last]
  const long = points[last + 1]
  if (short === undefined) return { grain: points[0]?.grain ?? 0, is: 'below' }
  if (long === undefined) return { grain: short.grain, is: 'above' }
  const part = Math.log(1 / short.gain) / Math.log(long.gain / short.gain)
  return { grain: short.grain * (long.grain / short.grain) ** part, is: 'at' }
}
