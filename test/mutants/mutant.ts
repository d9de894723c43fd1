import type { Fault } from '../schedules/transform.ts'
import type { SceneName } from './scenes.ts'

/**
 * The layers, cheapest first.
 *
 *   explored   the explorer, on the mutant's scenes
 *   compiled   the core compiled with the fault: forbidden opcodes, both back ends after random operations
 *   sampled    schedules by chance of all configurations of the explorer, until one shows the mutant
 *   copied     the mutant's test files, in a copy of the project with the fault in it
 */
export const LAYERS = ['explored', 'compiled', 'sampled', 'copied'] as const
export type Layer = (typeof LAYERS)[number]

export interface Mutant {
  /** The deliberate fault, in words. */
  readonly name: string
  /** All are applied together; `find` occurs once in its file. */
  readonly faults: readonly Fault[]
  /** The layer that must find it. */
  readonly expected: Layer
  /** Explored in this order; none: the explored modules do not contain the fault. */
  readonly scenes?: readonly SceneName[]
  /** Test files under test/; none: the other layers suffice. */
  readonly tests?: readonly string[]
  /** Why no check can find it. */
  readonly equivalent?: string
}

/** The only fault of a mutant: `find` is replaced. */
export const one = (file: string, find: string, replace = ''): Fault[] => [{ file, find, replace }]
