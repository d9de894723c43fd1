import { afterAll, describe, expect, it } from 'vitest'
import { KINDS } from './kinds.ts'
import { BEHAVIOURS, check, runsOf, THEMES } from './suite.ts'
import { endThreads } from './threads.ts'
import { CONTEXTS } from './trial.ts'

afterAll(endThreads)

/** `npm run conformance` runs all capacities from 1 to 64. */
const CAPACITIES = [1, 2, 3, 8, 33]

const columns = KINDS.flatMap((kind) => CONTEXTS.map((context) => [kind.name, context, kind] as const))
const themes = THEMES.map(({ name, behaviours }) => [name, behaviours] as const)

describe.each(columns)('a %s, its users %s,', (_, context, kind) => {
  describe.each(themes)('(%s)', (_, behaviours) => {
    const applicable = behaviours.filter(({ notFor }) => notFor?.(kind, context) === undefined)
    const titled = applicable.map((behaviour) => [behaviour.fact, behaviour.source, behaviour] as const)
    it.each(titled)('%s (%s)', async (_fact, _source, behaviour) => {
      const runs = runsOf(behaviour, context)
      const few = runs.filter(({ capacity }) => CAPACITIES.includes(capacity))
      await check(behaviour, kind, context, { runs: few.length > 0 ? few : runs })
    })
  })
})

describe('the suite', () => {
  it('has 32 behaviours of CPython and 33 of JSR-166, each from a test of its own', () => {
    const sources = BEHAVIOURS.map(({ source }) => source)
    expect(sources.filter((source) => source.startsWith('CPython'))).toHaveLength(32)
    expect(sources.filter((source) => source.startsWith('JSR-166'))).toHaveLength(33)
    expect(new Set(sources).size).toBe(65)
  })
})
