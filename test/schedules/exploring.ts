import { describe, expect, it } from 'vitest'
import type { Configuration } from './configurations/configuration.ts'
import { run, samplerOf } from './scenario.ts'
import { seedOfRun } from './seed.ts'
import type { OfExploration, OfSampling } from './totals.ts'

/** What the tests tell the reporter, which adds it up. */
declare module 'vitest' {
  interface TaskMeta {
    exploration?: OfExploration
    sampling?: OfSampling
  }
}

/** One test a configuration: explored to its end. Its figures are printed. */
export function exploring(what: string, configurations: readonly Configuration[]): void {
  describe(`${what}, all interleavings explored`, () => {
    for (const { name, fact, scenario, kills, preemptions } of configurations) {
      if (preemptions === undefined) continue
      it(`${name}: ${fact}`, { timeout: 180_000 }, async ({ task }) => {
        const explored = await run(scenario, { preemptions, kills })
        const bound = Number.isFinite(preemptions) ? preemptions : 'all'
        task.meta.exploration = { name, bound, explored }
        const { states, steps, ends, ms } = explored
        const extent = bound === 'all' ? 'all orders' : `all of at most ${bound} preemptions`
        process.stdout.write(
          `  ${name}: ${extent}, ${kills} kills: ${states} states, ${steps} steps, ${ends} ends, ${ms} ms\n`,
        )
        expect(explored.exhausted, 'given up before the end').toBe(false)
      })
    }
  })
}

/** One test a configuration: so many schedules by chance. */
export function sampling(configurations: readonly Configuration[], schedules: number): void {
  const seed = seedOfRun()
  for (const { name, fact, scenario, kills } of configurations) {
    it(`${name}: ${fact}`, { timeout: 180_000 }, async ({ task }) => {
      const sampler = await samplerOf(scenario, { seed, kills })
      try {
        for (let number = 0; number < schedules; number++) sampler.run(number)
      } finally {
        task.meta.sampling = { name, seed, sampled: sampler.sampled }
      }
      const { asleep, during, between } = sampler.sampled.kills
      if (kills > 0) expect(asleep + during + between).toBeGreaterThan(0)
    })
  }
}
