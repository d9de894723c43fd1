import { describe, expect, it } from 'vitest'
import { selected } from '../../bench/options.ts'
import { planOf } from '../../bench/plan.ts'
import { measure } from '../../bench/rounds.ts'
import { SCENARIOS } from '../../bench/scenarios/index.ts'
import type { Contender, Scenario } from '../../bench/scenarios/scenario.ts'

const NEVER = new Promise<never>(() => {})
const PLAN = planOf(undefined, false, new Set())

/** A contender whose rounds take as many ns as are given, one after the other; the first warms it up. */
function timed(name: string, items: number, ns: readonly number[], more: Partial<Contender> = {}): Contender {
  let round = 0
  return { name, items, ...more, start: () => ({ round: () => ns[round++] as number, stop: () => {} }) }
}

function scenario(contenders: readonly Contender[], more: Partial<Scenario> = {}): Scenario {
  return {
    name: 'group/detail',
    group: 'group',
    title: 'a title',
    threads: 1,
    baseline: 'base',
    unit: 'M items/s',
    better: 'more',
    contenders: () => contenders,
    ...more,
  }
}

describe('the scenarios of the bench', () => {
  it('have names of their own that begin with the group', () => {
    const names = SCENARIOS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(SCENARIOS.filter(({ name, group }) => !name.startsWith(`${group}/`))).toEqual([])
  })

  it('have one unit, one axis and different places on it in each group with a sweep', () => {
    for (const { group } of SCENARIOS.filter(({ sweep }) => sweep !== undefined)) {
      const points = SCENARIOS.filter((each) => each.group === group)
      expect(new Set(points.map(({ unit, sweep }) => `${unit} ${sweep?.axis} ${sweep?.scale}`)).size).toBe(1)
      expect(new Set(points.map(({ sweep }) => sweep?.at)).size).toBe(points.length)
    }
  })

  it('take part in a quick run with at least one of each group', () => {
    const quick = new Set(SCENARIOS.filter(({ inQuick }) => inQuick === true).map(({ group }) => group))
    expect(SCENARIOS.map(({ group }) => group).filter((group) => !quick.has(group))).toEqual([])
  })

  it('are chosen by a name, by a group and by a part of a name', () => {
    const names = (wanted: string) => selected([wanted], SCENARIOS).map(({ name }) => name)
    expect(names('int32/1P1C')).toEqual(['int32/1P1C'])
    expect(names('wake')).toEqual(['wake/worker', 'wake/main'])
    expect(names('4P4C')).toContain('record/4P4C')
    expect(() => names('int32/9P9C')).toThrow('--only must be one of back-ends/core, ')
  })
})

describe('the rounds of a scenario', () => {
  it('give rates, medians and ratios to the baseline, and leave the first round out', async () => {
    const base = timed('base', 10, [9, 100, 200, 400])
    const fast = timed('fast', 20, [9, 100, 100, 100])
    const target = { contender: 'fast', atLeast: 5 }
    const result = await measure(scenario([fast, base], { target }), 3, PLAN, NEVER)
    expect(result.contenders).toEqual([
      { name: 'fast', items: 20, values: [200, 200, 200], median: 200, min: 200, max: 200, ratio: 4 },
      { name: 'base', items: 10, values: [100, 50, 25], median: 50, min: 25, max: 100, ratio: 1 },
    ])
    expect(result.target).toEqual({ contender: 'fast', atLeast: 5, reached: false })
  })

  it.each<[Scenario['unit'], Partial<Contender>, number]>([
    ['M calls/s', {}, 5],
    ['MB/s', { bytes: 64 }, 320],
    ['ns', {}, 200],
    ['µs', {}, 0.2],
    ['ms', {}, 0.0002],
    ['bytes', { gives: 'value' }, 2000],
    ['µs', { gives: 'value' }, 2000],
  ])('of 10 items in 2000 ns count in %s, with %j', async (unit, more, value) => {
    const { contenders } = await measure(
      scenario([timed('base', 10, [0, 2000], more)], { unit }),
      1,
      PLAN,
      NEVER,
    )
    expect(contenders[0]?.values).toEqual([value])
  })

  it('count as parts of the ideal beside the baseline of the same round', async () => {
    const base = timed('base', 10, [0, 100, 200])
    const ours = timed('ours', 30, [0, 200, 300], { lanes: 2 })
    const { contenders } = await measure(scenario([base, ours], { unit: 'of ideal' }), 2, PLAN, NEVER)
    expect(contenders.map(({ values }) => values)).toEqual([
      [1, 1],
      [0.75, 1],
    ])
  })

  it('refuse a unit without bytes, and a baseline that nobody has', async () => {
    const without = measure(scenario([timed('base', 1, [1, 1])], { unit: 'MB/s' }), 1, PLAN, NEVER)
    await expect(without).rejects.toThrow('base: bytes must be a number of bytes')
    const nobody = measure(scenario([timed('other', 1, [1, 1])]), 1, PLAN, NEVER)
    await expect(nobody).rejects.toThrow('group/detail: no contender has the name base')
  })

  it('end when the user interrupts, and stop the contenders', async () => {
    let stops = 0
    const hung: Contender = {
      name: 'base',
      items: 1,
      start: () => ({ round: () => NEVER, stop: () => stops++ }),
    }
    const interrupted = new Promise<never>((_, reject) => setTimeout(reject, 1, new Error('interrupted')))
    await expect(measure(scenario([hung]), 1, PLAN, interrupted)).rejects.toThrow('interrupted')
    expect(stops).toBe(1)
  })
})

describe('the threads of the bench', () => {
  it.each(['back-ends/core', 'object/1P1C', 'sizes/1MiB', 'capacity/1', 'ping-pong/int32', 'wake/main'])(
    '%s moves each item once',
    async (name) => {
      const [named] = selected([name], SCENARIOS)
      const plan = planOf(64, false, new Set())
      const { contenders } = await measure(named as Scenario, 1, plan, NEVER)
      expect(contenders.length).toBeGreaterThan(1)
      for (const { values } of contenders) expect(values.every((value) => value > 0)).toBe(true)
    },
  )
})
