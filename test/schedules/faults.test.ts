import { describe, expect, it } from 'vitest'
import { FAULTY, TORN } from './faults.ts'
import { run } from './scenario.ts'

const named = FAULTY.map((faulty) => [faulty.what, faulty] as const)

describe('a deliberate fault is found', () => {
  it.each(named)('where %s', async (_, { scenario, faults, kills, finding }) => {
    const bounds = { preemptions: 2, kills }
    await run(scenario, bounds)
    await expect(run({ ...scenario, faults }, bounds)).rejects.toThrow(finding)
  })

  it('where threads can die inside a straight line', async () => {
    const { tears: _, ...whole } = TORN
    await run(whole, { kills: 1 })
    await expect(run(TORN, { kills: 1 })).rejects.toThrow()
  })
})
