import { describe, expect, it } from 'vitest'
import { KINDS } from '../../support/queues.ts'
import { seedOfRun } from '../../support/seed.ts'
import type { Fault } from '../sabotage.ts'
import { killInHotLoop } from './kill.ts'

/** `npx tsx test/kill/hot-loop/run.ts --kills 300` for more. */
const KILLS = 12
const SEED = seedOfRun()

describe('threads killed in the hot loop of put, get and taskDone', () => {
  it.each(KINDS)(
    'leave a %s queue whole, lose nothing and stop nobody',
    async (kind) => {
      const report = await killInHotLoop({ kind, kills: KILLS, seed: SEED }, 110_000)
      console.log(kind, report)
      expect(report.failure).toBe(undefined)
      expect(report).toMatchObject({ kills: KILLS, lost: 0, unknown: 0, excess: 0 })
      // Else the kills landed elsewhere or nothing had to be recovered, and the zeros say nothing.
      expect(report.put + report.get + report.taskDone).toBeGreaterThan(0)
      expect(report.duplicates).toBeGreaterThan(0)
      expect(report.duplicates).toBeLessThanOrEqual(report.held)
    },
    120_000,
  )

  const faults: [Fault, RegExp][] = [
    ['no recovery', /the places of the dead are free/],
    ['dropping', /items lost/],
  ]
  it.each(faults)(
    'are found to do harm where recovery is spoilt: %s',
    async (fault, found) => {
      const job = { kind: 'fifo', kills: 4, seed: SEED, recovery: 3000, fault } as const
      expect((await killInHotLoop(job, 110_000)).failure).toMatch(found)
    },
    120_000,
  )
})
