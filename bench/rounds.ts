import type { Scenario, SelectCase, Team } from './scenarios/scenario.ts'

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

/** Rounds alternate between the contenders, who goes first too: what else the machine does hits all of them alike. */
export async function measure(
  scenario: Scenario,
  rounds: number,
  items: number | undefined,
): Promise<Result> {
  const field: { contender: SelectCase; crew: Team; rates: number[] }[] = []
  try {
    for (const contender of await scenario.contenders(items)) {
      field.push({ contender, crew: await contender.start(), rates: [] })
    }
    for (const { crew } of field) await crew.round()
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? field : [...field].reverse()
      for (const { contender, crew, rates } of order) {
        rates.push((contender.items * 1000) / (await crew.round()))
      }
    }
  } finally {
    await Promise.all(field.map(({ crew }) => crew.stop()))
  }
  return {
    scenario,
    contenders: field.map(({ contender: { name, items }, rates }) => ({ name, items, rates })),
  }
}
