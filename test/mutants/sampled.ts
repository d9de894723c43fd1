import { CONFIGURATIONS } from '../schedules/configurations/index.ts'
import { samplerOf } from '../schedules/scenario.ts'
import { doesNotRun } from './explored.ts'
import type { Mutant } from './mutants.ts'

/** Schedules of each configuration. `npm test` runs more of them. */
export const SCHEDULES = 600

/** The configuration and the finding that show the mutant in schedules by chance. */
export async function sampleMutant({ name, faults }: Mutant, seed: number): Promise<string | undefined> {
  for (const { name: configuration, scenario, kills } of CONFIGURATIONS) {
    const sampler = await samplerOf({ ...scenario, faults }, { seed, kills })
    try {
      for (let number = 0; number < SCHEDULES; number++) sampler.run(number)
    } catch (error) {
      const message = (error as Error).message.split('\n')[0] as string
      if (doesNotRun(message)) throw new Error(`the mutant "${name}" does not run: ${message}`)
      return `${configuration}: ${message}`
    }
  }
  return undefined
}
