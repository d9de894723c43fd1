import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Configuration } from './configurations/configuration.ts'
import { ExploringProcess } from './exploring-process.ts'
import { seedOfDay } from './seed.ts'
import type { OfExploration, OfSampling } from './totals.ts'

/** Results that the tests pass to the reporter, which sums them. */
declare module 'vitest' {
  interface TaskMeta {
    exploration?: OfExploration
    sampling?: OfSampling
  }
}

const TIMEOUT_MS = 300_000

/** Makes one test for each configuration, which explores it to its end and prints its figures. */
export function exploring(what: string, configurations: readonly Configuration[]): void {
  describe(`${what}, all interleavings explored`, () => {
    const exploring = inProcess()
    for (const { name, fact, kills, preemptions } of configurations) {
      if (preemptions === undefined) continue
      it(`${name}: ${fact}`, { timeout: TIMEOUT_MS }, async ({ task }) => {
        const bound = Number.isFinite(preemptions) ? preemptions : 'all'
        const { explored, failure } = await exploring().do({ name, preemptions: bound })
        if (explored === undefined) expect.fail(failure)
        task.meta.exploration = { name, bound, explored }
        const { states, steps, ends, ms } = explored
        const extent = bound === 'all' ? 'all orders' : `all of at most ${bound} preemptions`
        process.stdout.write(
          `  ${name}: ${extent}, ${kills} kills: ${states} states, ${steps} steps, ${ends} ends, ${ms} ms\n`,
        )
        expect(explored.exhausted, 'stopped before the end').toBe(false)
      })
    }
  })
}

/** Makes one test for each configuration, which runs this number of schedules by chance. */
export function sampling(configurations: readonly Configuration[], schedules: number): void {
  const seed = seedOfDay()
  const exploring = inProcess()
  for (const { name, fact, kills } of configurations) {
    it(`${name}: ${fact}`, { timeout: TIMEOUT_MS }, async ({ task }) => {
      const { sampled, failure } = await exploring().do({ name, seed, from: 0, count: schedules })
      if (sampled !== undefined) task.meta.sampling = { name, seed, sampled }
      if (failure !== undefined || sampled === undefined) expect.fail(failure)
      expect(sampled.schedules).toBe(schedules)
      const { asleep, during, between } = sampled.kills
      if (kills > 0) expect(asleep + during + between).toBeGreaterThan(0)
    })
  }
}

/** One process for all tests of a suite; a new one after a test that failed. */
function inProcess(): () => ExploringProcess {
  let current: ExploringProcess | undefined
  beforeAll(() => {
    current = new ExploringProcess()
  })
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') return
    current?.kill()
    current = new ExploringProcess()
  })
  afterAll(() => current?.close())
  return () => current as ExploringProcess
}
