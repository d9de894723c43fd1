import { describe, expect, it } from 'vitest'
import { Random } from '../../support/random.mjs'
import { seedOfRun } from '../../support/seed.ts'
import { explore, sample } from './explorer.ts'
import { FAULTY } from './faults.ts'
import { SCENARIOS } from './scenarios.ts'
import { program } from './steppable.ts'

const TIMEOUT_MS = 300_000
const EXPLORED = 2500
const SAMPLED = 1500
const SEED = seedOfRun(20_261_130)

function chance(seed: number): (below: number) => number {
  const random = new Random(seed)
  return (below) => random.below(below)
}

describe('the words of a rate limiter', async () => {
  const real = await program()

  it.each(Object.entries(SCENARIOS))('%s', { timeout: TIMEOUT_MS }, (name, scenario) => {
    const { runs, states, ends } = explore(real, scenario, EXPLORED)
    sample(real, scenario, SAMPLED, chance(SEED))
    const extent = runs < EXPLORED ? 'all within its bounds' : 'the first'
    process.stdout.write(
      `  ${name}: ${extent}: ${runs} runs, ${states} states; ${SAMPLED} by chance, seed ${SEED}\n`,
    )
    expect(ends).toBeGreaterThan(0)
  })
})

describe('a deliberate fault is found', () => {
  it.each(Object.entries(FAULTY))(
    '%s',
    { timeout: TIMEOUT_MS },
    async (_, { faults, scenario, finding, runs = 6000 }) => {
      const faulty = await program(...faults)
      const { [scenario]: shown } = SCENARIOS
      if (shown === undefined) throw new Error(`there is no scenario '${scenario}'`)
      // By chance first: it comes sooner to what needs several interruptions. Its seed is fixed.
      expect(() => {
        sample(faulty, shown, runs, chance(1))
        explore(faulty, shown, runs)
      }).toThrow(finding)
    },
  )
})
