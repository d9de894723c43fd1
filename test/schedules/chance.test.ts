import { describe, expect, it } from 'vitest'
import { EXITS, Finding } from './explore.ts'
import { FAULTY, TORN } from './faults.ts'
import type { Sampler } from './pct.ts'
import { guardian, producer, type Scenario, samplerOf, taker } from './scenario.ts'
import { seedOfDay } from './seed.ts'

const seed = seedOfDay()
const mortal = { mortal: true }
const dying: Scenario = {
  maxsize: 1,
  threads: [producer(0, 2, mortal), producer(1, 2), taker(0, 2, mortal), taker(1, 2), guardian(0)],
}

function findingOf(sampler: Sampler, most: number): Finding | undefined {
  try {
    for (let number = 0; number < most; number++) sampler.run(number)
  } catch (error) {
    if (error instanceof Finding) return error
    throw error
  }
  return undefined
}

const named = FAULTY.map((faulty) => [faulty.what, faulty] as const)

describe('a schedule by chance', () => {
  it(`follows from its seed and number, choice by choice (seed ${seed})`, async () => {
    const first = await samplerOf(dying, { seed, kills: 2 })
    const second = await samplerOf(dying, { seed, kills: 2 })
    const choices = Array.from({ length: 200 }, (_, number) => [...first.run(number)])
    for (let number = 199; number >= 0; number--) expect([...second.run(number)]).toEqual(choices[number])
    expect(new Set(choices.map(String)).size).toBeGreaterThan(150)
    expect(choices.flat().filter((choice) => choice >= EXITS).length).toBeGreaterThan(50)
  })

  it('differs with another seed', async () => {
    const first = await samplerOf(dying, { seed })
    const second = await samplerOf(dying, { seed: seed + 1 })
    expect([...first.run(1)]).not.toEqual([...second.run(1)])
  })
})

describe('a deliberate fault is found by PCT and random walks', () => {
  it.each(named)(`within 5,000 schedules where %s (seed ${seed})`, async (_, faulty) => {
    const { scenario, faults, kills, finding } = faulty
    expect(findingOf(await samplerOf(scenario, { seed, kills }), 5000)).toBeUndefined()
    const found = findingOf(await samplerOf({ ...scenario, faults }, { seed, kills }), 5000)
    expect(found?.message).toMatch(finding)
  })

  it('by the same choices, with a trace, when its schedule is run again alone', async () => {
    const { scenario, faults } = FAULTY[2] as (typeof FAULTY)[number]
    const broken = { ...scenario, faults }
    const found = findingOf(await samplerOf(broken, { seed }), 5000)
    const number = Number(/schedule (-?\d+): /.exec(found?.message ?? '')?.[1])
    const again = await samplerOf(broken, { seed })
    let second: unknown
    try {
      again.run(number)
    } catch (error) {
      second = error
    }
    expect((second as Finding).choices).toEqual(found?.choices)
    expect((second as Finding).message).toBe(found?.message)
    expect(found?.message).toMatch(/\nthen:\n/)
  })

  it('within 5,000 schedules where threads die inside straight lines', async () => {
    const { tears: _, ...whole } = TORN
    expect(findingOf(await samplerOf(whole, { seed, kills: 1 }), 5000)).toBeUndefined()
    expect(findingOf(await samplerOf(TORN, { seed, kills: 1 }), 5000)).toBeInstanceOf(Finding)
  })
})
