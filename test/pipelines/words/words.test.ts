import { describe, expect, it } from 'vitest'
import { explore } from './explorer.ts'
import { modelOf } from './model.ts'
import { FAULTY, SCENARIOS } from './scenarios.ts'

const TIMEOUT_MS = 300_000

describe('the shared words of a stage, all interleavings explored', () => {
  it.each(Object.entries(SCENARIOS))('%s', { timeout: TIMEOUT_MS }, (name, { scenario, preemptions }) => {
    const began = performance.now()
    const { states, ends } = explore(modelOf(scenario), preemptions)
    const extent = Number.isFinite(preemptions) ? `all of at most ${preemptions} preemptions` : 'all orders'
    const ms = Math.round(performance.now() - began)
    process.stdout.write(`  ${name}: ${extent}: ${states} states, ${ends} ends, ${ms} ms\n`)
    expect(ends).toBeGreaterThan(0)
  })
})

describe('a deliberate fault is found', () => {
  it.each(Object.entries(FAULTY))(
    '%s',
    { timeout: TIMEOUT_MS },
    (_, { scenario, preemptions, faults, finding }) => {
      expect(() => explore(modelOf({ ...scenario, faults }), preemptions)).toThrow(finding)
    },
  )
})
