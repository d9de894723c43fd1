import { median } from '../output/statistics.ts'
import type { ContenderResult, Run, ScenarioResult } from '../results.ts'

/** One of the package's own ways beside one of the others, in one scenario. */
export interface Comparison {
  readonly scenario: ScenarioResult
  readonly ours: ContenderResult
  readonly rival: ContenderResult
  readonly factor: Factor
}

/** How many times as good one contender is as another: above 1 it is better, whatever the unit. */
export interface Factor {
  /** The factor of the medians. */
  readonly mid: number
  /** The lowest and the highest factor of rounds with the same number. */
  readonly low: number
  readonly high: number
}

/** The beginnings of the names of others: what is not named here is the package's own. */
const RIVALS =
  /^(postMessage|receiveMessageOnPort|structuredClone|JSON|v8|MessageChannel|Go |crossbeam|Java|ArrayBlockingQueue|Python|ringbuf|multithreading|piscina|tinypool|workerpool|poolifier|p-map|Readable|transfer|allocate|copy|(a )?bare)/i

export function isRival({ name }: ContenderResult): boolean {
  return RIVALS.test(name)
}

export function comparisonsOf(scenario: ScenarioResult): Comparison[] {
  const taking = scenario.contenders.filter(({ isControl }) => isControl !== true)
  const rivals = taking.filter(isRival)
  const ours = taking.filter((each) => !isRival(each))
  return ours.flatMap((own) =>
    rivals.flatMap((rival) => {
      const factor = factorOf(scenario, own, rival)
      return factor === undefined ? [] : [{ scenario, ours: own, rival, factor }]
    }),
  )
}

/** How many times as good `one` is as `other`; undefined where a median is not above 0. */
export function factorOf(
  { better }: ScenarioResult,
  one: ContenderResult,
  other: ContenderResult,
): Factor | undefined {
  if (!(one.median > 0 && other.median > 0)) return undefined
  const quotient = (a: number, b: number) => (better === 'more' ? a / b : b / a)
  const mid = quotient(one.median, other.median)
  const rounds = one.values
    .map((value, index) => quotient(value, other.values[index] as number))
    .filter((value) => value > 0 && Number.isFinite(value))
  return { mid, low: Math.min(mid, ...rounds), high: Math.max(mid, ...rounds) }
}

/** The same two contenders in all scenarios of a group where both take part. */
export interface Pair {
  readonly group: string
  readonly ours: string
  readonly rival: string
  readonly comparisons: readonly Comparison[]
  /** Those in which ours is worse, the worst first. */
  readonly losses: readonly Comparison[]
  readonly worst: Comparison
  readonly best: Comparison
  readonly middle: number
}

export function pairsOf(scenarios: readonly ScenarioResult[]): Pair[] {
  const pairs = new Map<string, Comparison[]>()
  for (const comparison of scenarios.flatMap(comparisonsOf)) {
    const key = JSON.stringify([comparison.scenario.group, comparison.ours.name, comparison.rival.name])
    pairs.set(key, [...(pairs.get(key) ?? []), comparison])
  }
  return [...pairs].map(([key, comparisons]) => {
    const [group, ours, rival] = JSON.parse(key) as [string, string, string]
    const sorted = [...comparisons].sort((a, b) => a.factor.mid - b.factor.mid)
    return {
      group,
      ours,
      rival,
      comparisons,
      losses: sorted.filter(({ factor }) => factor.mid < 1),
      worst: sorted[0] as Comparison,
      best: sorted.at(-1) as Comparison,
      middle: median(comparisons.map(({ factor }) => factor.mid)),
    }
  })
}

/** The differences between a contender and its control, which does the same: chance alone makes them. */
export function noiseOf(runs: readonly Run[]): number[] {
  const scenarios = runs.flatMap((run) => run.scenarios)
  return scenarios.flatMap((scenario) =>
    scenario.contenders.flatMap((control) => {
      if (control.isControl !== true) return []
      const factor = factorOf(scenario, control, twinOf(scenario, control))
      return factor === undefined ? [] : [Math.max(factor.mid, 1 / factor.mid) - 1]
    }),
  )
}

/** The contender that a control repeats: the one whose name it begins with, or the baseline. */
function twinOf({ contenders, baseline }: ScenarioResult, control: ContenderResult): ContenderResult {
  const others = contenders.filter((each) => each !== control && each.isControl !== true)
  const named = others
    .filter(({ name }) => control.name.startsWith(name))
    .sort((a, b) => b.name.length - a.name.length)
  return named[0] ?? (others.find(({ name }) => name === baseline) as ContenderResult)
}
