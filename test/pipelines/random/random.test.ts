import { expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { runSeeds } from './batches.ts'

/** The runner has more: `npx tsx test/pipelines/random/run.ts`. */
const PIPELINES = 15

it('random pipelines give what a sequential model says, and leave nothing running', async () => {
  const first = seedOfRun()
  console.log(`MILLRACE_SEED=${first}`)
  const seeds = Array.from({ length: PIPELINES }, (_, index) => first + index)
  const reports = await runSeeds(seeds, () => {})
  expect(reports.filter(({ failure }) => failure !== undefined)).toEqual([])
  expect(reports).toHaveLength(PIPELINES)
}, 300_000)
