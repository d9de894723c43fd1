import { resultOf } from './report/statistics.ts'
import type { ScenarioResult, Unit } from './results.ts'
import type { Contender, Plan, Scenario, WorkerSet } from './scenarios/scenario.ts'

/** The values of one contender. */
export interface Measured {
  readonly contender: Contender
  /** In the scenario's unit, one for each round, in order. */
  readonly values: readonly number[]
}

interface Entry {
  readonly contender: Contender
  readonly workers: WorkerSet
  /** The answers of its rounds, in order. */
  readonly answers: number[]
}

/**
 * Runs rounds that alternate between the contenders, after one that warms each of them up. The contender that
 * goes first alternates, too, so that other work of the machine hits all of them alike.
 */
export async function measure(scenario: Scenario, rounds: number, plan: Plan): Promise<ScenarioResult> {
  const entries: Entry[] = []
  try {
    for (const contender of await scenario.contenders(plan)) {
      entries.push({ contender, workers: await contender.start(), answers: [] })
    }
    for (const { workers } of entries) await workers.round()
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? entries : [...entries].reverse()
      for (const { workers, answers } of order) answers.push(await workers.round())
    }
  } finally {
    await Promise.all(entries.map(({ workers }) => workers.stop()))
  }
  return resultOf(scenario, valuesOf(scenario, entries))
}

function valuesOf({ unit, baseline }: Scenario, entries: readonly Entry[]): Measured[] {
  if (unit === 'of ideal') return partsOf(baseline, entries)
  return entries.map(({ contender, answers }) => ({
    contender,
    values: contender.gives === 'value' ? answers : answers.map((ns) => converted(ns, contender, unit)),
  }))
}

function converted(ns: number, { name, items, bytes }: Contender, unit: Unit): number {
  switch (unit) {
    case 'M items/s':
    case 'M calls/s':
      return (items * 1000) / ns
    case 'MB/s':
      if (bytes === undefined) throw new Error(`${name}: bytes must be a number of bytes; received undefined`)
      return (items * bytes * 1000) / ns
    case 'ns':
      return ns / items
    case 'µs':
      return ns / items / 1e3
    case 'ms':
      return ns / items / 1e6
    default:
      throw new Error(`${name}: a value in ${unit} cannot be computed from ns`)
  }
}

/** Each rate beside that of the baseline in the same round, times the lanes. */
function partsOf(baseline: string, entries: readonly Entry[]): Measured[] {
  const plain = entries.find(({ contender }) => contender.name === baseline)
  if (plain === undefined) throw new Error(`no contender has the name ${baseline}`)
  const time = ({ contender, answers }: Entry, round: number) => (answers[round] as number) / contender.items
  return entries.map((entry) => ({
    contender: entry.contender,
    values: entry.answers.map(
      (_, round) => time(plain, round) / (time(entry, round) * (entry.contender.lanes ?? 1)),
    ),
  }))
}
