import { describe, expect, it } from 'vitest'
import { mutated } from './apply.ts'
import { exploreMutant, findingOf } from './explored.ts'
import { MUTANTS } from './mutants.ts'

/** Found within a second each, in scenes that are small: the script runs all. */
const SAMPLE = [
  'a slot is freed before its cell was taken out',
  'the staged cell is still owned after its put',
  'who finishes looks for joins before it counts',
  'who leaves a wait is still counted',
  'a ledger that was wound up is not released',
]

const sample = MUTANTS.filter(({ name }) => SAMPLE.includes(name))

describe('the mutants', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('apply to the source: %s', (_, mutant) => {
    expect(mutated(mutant).size).toBeGreaterThan(0)
  })

  it('have names of their own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
    expect(sample.length).toBe(SAMPLE.length)
  })

  it('are refused if a fault does not apply', () => {
    const faults = [{ file: 'core/operations/ring.ts', find: 'nowhere in there', replace: '' }]
    expect(() => mutated({ name: 'gone', faults, expected: 'explored' })).toThrow('occurs 0 times')
  })
})

describe('the explorer', () => {
  it.each(sample.map((mutant) => [mutant.name, mutant] as const))('finds: %s', async (_, mutant) => {
    expect(await exploreMutant(mutant)).toBeDefined()
  })

  it('finds nothing in the unmutated source, in the scenes of the sample', async () => {
    for (const scene of new Set(sample.flatMap(({ scenes = [] }) => scenes)))
      expect(await findingOf(scene, []), scene).toBeUndefined()
  })
})
