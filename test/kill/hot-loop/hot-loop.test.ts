import { describe, expect, it } from 'vitest'
import { KINDS } from '../../support/queues.ts'
import { seedOfRun } from '../../support/seed.ts'
import type { Fault } from '../inject-fault.ts'
import { killInHotLoop } from './kill.ts'

/** `npx tsx test/kill/hot-loop/run.ts --kills 300` kills more. */
const KILLS = 8
const SEED = seedOfRun()

describe('threads killed in the hot loop of put, get and taskDone', () => {
  it.each(KINDS)(
    'leave a %s queue intact, lose no item and stop no other thread',
    async (kind) => {
      const report = await killInHotLoop({ kind, kills: KILLS, seed: SEED }, 110_000)
      console.log(kind, report)
      expect(report.failure).toBe(undefined)
      expect(report).toMatchObject({ kills: KILLS, lost: 0, unknown: 0, excess: 0 })
      // Zeros would prove nothing if no kill landed in an operation, or if there was nothing to recover.
      expect(report.put + report.get + report.taskDone).toBeGreaterThan(0)
      expect(report.duplicates).toBeGreaterThan(0)
      expect(report.duplicates).toBeLessThanOrEqual(report.held)
    },
    120_000,
  )

  const faults: [Fault, RegExp][] = [
    ['no recovery', /the ledgers of the dead are free/],
    ['dropping', /items lost/],
  ]
  it.each(faults)(
    'are found to do harm when recovery has a fault: %s',
    async (fault, found) => {
      const job = { kind: 'fifo', kills: 4, seed: SEED, recovery: 3000, fault } as const
      expect((await killInHotLoop(job, 110_000)).failure).toMatch(found)
    },
    120_000,
  )
})
