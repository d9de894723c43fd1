import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../support/seed.ts'
import type { Job } from './job.ts'
import { soakFor } from './soak.ts'
import { WAYS } from './words.ts'

/** `npm run soak` runs longer. */
const job: Job = {
  minutes: 0.12,
  deathsPerSecond: 6,
  seed: seedOfRun(),
  threads: 14,
  periodMs: 5000,
  deadlineMs: 60_000,
  leastDeaths: 15,
}

describe('a soak', () => {
  it('loses no item and never gets stuck while threads die', async () => {
    const { total, faults } = await soakFor(job, () => {})
    expect(faults, `seed ${job.seed}`).toEqual([])
    expect(total).toMatchObject({ lost: 0, unexpected: 0, excess: 0, threads: 0 })
    expect(total?.items).toBeGreaterThan(100)
    expect(total?.periods).toBeGreaterThan(0)
    expect(total?.shortLived).toBeGreaterThan(0)
    expect(WAYS.filter((way) => (total?.deaths[way] ?? 0) > 0).length).toBeGreaterThan(2)
  }, 300_000)

  it('finds an item that is lost', async () => {
    const { faults } = await soakFor(
      { ...job, minutes: 0.06, periodMs: 3000, leastDeaths: 10, sabotage: 'lose' },
      () => {},
    )
    expect(faults.join()).toMatch(/items lost/)
  }, 300_000)

  it('finds a queue that is never drained', async () => {
    const stuck = { ...job, minutes: 0.06, periodMs: 1000, deadlineMs: 4000, leastDeaths: 0 }
    const { faults } = await soakFor({ ...stuck, sabotage: 'hold' }, () => {})
    expect(faults.join()).toMatch(/unfinished|not within/)
  }, 300_000)
})
