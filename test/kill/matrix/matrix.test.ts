import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { CONTROLS, MATRIX_CELLS } from './cells.ts'
import type { Cell } from './dimensions.ts'
import type { CellRun } from './host.ts'
import { runInProcess } from './processes.ts'

/** `npm run kill` runs all cells, with more kills of each and another seed every time. */
const SEED = seedOfRun()
const DEADLINE_MS = 110_000
/** One of so many cells is run; the seed decides which. */
const SHARE = 20

const sampleOf = (cells: readonly Cell[]) => cells.filter((_, index) => index % SHARE === SEED % SHARE)
const runsOf = (cells: readonly Cell[]) =>
  cells.map((cell, index): CellRun => ({ cell, kills: 1, seed: SEED + index }))
const ends = sampleOf(MATRIX_CELLS.filter(({ way }) => way !== 'memory'))
// There are too few of these for a share: one of them is run.
const outOfMemory = MATRIX_CELLS.filter(({ way }) => way === 'memory')
const memory = outOfMemory.filter((_, index) => index === SEED % outOfMemory.length)

describe('threads killed among others that go on', () => {
  const jobs: [string, CellRun[]][] = [
    ['are ended, or end themselves', runsOf(ends)],
    ['run out of memory', runsOf(memory)],
  ]
  it.concurrent.each(jobs)(
    'lose no item and stop no other thread when they %s',
    async (_name, runs) => {
      expect(runs).not.toEqual([])
      const outcomes = await runInProcess(runs, DEADLINE_MS)
      expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(outcomes).toHaveLength(runs.length)
      for (const outcome of outcomes) {
        expect(outcome.kills).toBeGreaterThan(0)
        expect(outcome).toMatchObject({ lost: 0, unknown: 0, excess: 0 })
        expect(outcome.duplicates).toBeLessThanOrEqual(outcome.held)
      }
    },
    DEADLINE_MS + 10_000,
  )

  it(
    'leave no mark on a control without deaths: no item comes twice, and no wake is missed',
    async () => {
      const runs = CONTROLS.filter((_, index) => index === SEED % CONTROLS.length).map(
        (control): CellRun => ({ control, kills: 1, seed: SEED }),
      )
      const outcomes = await runInProcess(runs, DEADLINE_MS)
      expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(outcomes).toHaveLength(runs.length)
      for (const outcome of outcomes) {
        expect(outcome.items).toBeGreaterThan(0)
        expect(outcome).toMatchObject({ kills: 0, held: 0, duplicates: 0, lost: 0, missedWakes: 0 })
      }
    },
    DEADLINE_MS + 10_000,
  )

  it(
    'are found to lose items when recovery drops what they held',
    async () => {
      const cell: Cell = {
        operation: 'getMany',
        way: 'exit 0',
        moment: 'between',
        topology: '2P2C',
        kind: 'fifo',
      }
      const [outcome] = await runInProcess([{ cell, kills: 1, seed: SEED, fault: 'dropping' }], DEADLINE_MS)
      expect(outcome?.failure).toMatch(/items lost/)
    },
    DEADLINE_MS + 10_000,
  )
})
