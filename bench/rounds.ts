import type { Contender, Scenario, WorkerSet } from './scenarios/scenario.ts'

export interface Measured {
  readonly name: string
  readonly items: number
  /** M items/s of each round, in order. */
  readonly rates: readonly number[]
}

export interface Result {
  readonly scenario: Scenario
  readonly contenders: readonly Measured[]
}

/**
 * Runs rounds that alternate between the contenders. The contender that goes first alternates, too, so that
 * other work of the machine hits all of them alike.
 */
export async function measure(
  scenario: Scenario,
  rounds: number,
  items: number | undefined,
): Promise<Result> {
  const entries: { contender: Contender; workers: WorkerSet; rates: number[] }[] = []
  try {
    for (const contender of await scenario.contenders(items)) {
      entries.push({ contender, workers: await contender.start(), rates: [] })
    }
    for (const { workers } of entries) await workers.round()
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? entries : [...entries].reverse()
      for (const { contender, workers, rates } of order) {
        rates.push((contender.items * 1000) / (await workers.round()))
      }
    }
  } finally {
    await Promise.all(entries.map(({ workers }) => workers.stop()))
  }
  return {
    scenario,
    contenders: entries.map(({ contender: { name, items }, rates }) => ({ name, items, rates })),
  }
}
