import { Finding } from '../schedules/explore.ts'
import { run, type Scenario } from '../schedules/scenario.ts'
import type { Mutant } from './mutants.ts'
import { SCENES, type Scene, type SceneName } from './scenes.ts'

/**
 * States of a scene after which a mutant counts as not found: several times those of the source without a
 * fault.
 */
const STATES = 3_000_000

/** The scene and the finding by which the explorer found the mutant. */
export async function exploreMutant({ name, scenes = [], faults }: Mutant): Promise<string | undefined> {
  for (const scene of scenes) {
    const message = await findingOf(scene, faults)
    if (message === undefined) continue
    if (doesNotRun(message)) throw new Error(`the mutant "${name}" does not run: ${message}`)
    return `${scene}: ${message}`
  }
  return undefined
}

/** The fault broke the program, and nothing was found. */
export function doesNotRun(message: string): boolean {
  return /is not (defined|a function)|of undefined|Assignment to constant/.test(message)
}

/** The finding of the scene in the source with these faults. */
export async function findingOf(name: SceneName, faults: Mutant['faults']): Promise<string | undefined> {
  const { scenario, bounds }: Scene = SCENES[name]
  const faulty: Scenario = { ...scenario, faults }
  try {
    const { exhausted } = await run(faulty, { ...bounds, states: STATES })
    if (exhausted && faults.length === 0) throw new Error(`${name} is not complete within ${STATES} states`)
    return undefined
  } catch (error) {
    // Other errors mean that a fault does not apply.
    if (error instanceof Finding) return error.message.split('\n')[0]
    throw error
  }
}
