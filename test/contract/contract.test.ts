import { afterAll, describe, expect, it } from 'vitest'
import { KINDS } from './kinds.ts'
import { CONTEXTS } from './scene.ts'
import { BEHAVIOURS, check, THEMES } from './suite.ts'
import { endThreads } from './threads.ts'

afterAll(endThreads)

const columns = KINDS.flatMap((kind) => CONTEXTS.map((context) => [kind.name, context, kind] as const))

describe.each(columns)('a %s, its users %s,', (_, context, kind) => {
  describe.each(THEMES)('$name:', ({ behaviours }) => {
    const applicable = behaviours.filter(({ notFor }) => notFor?.(kind, context) === undefined)
    it.each(applicable)('$fact ($source)', async (behaviour) => {
      await check(behaviour, kind, context)
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
