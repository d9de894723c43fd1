import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { CELLS } from './cells.ts'
import { growth, startMany } from './many-runs.ts'
import { killInProcess } from './processes.ts'

/** All: `npx tsx test/supervisor/kills/run.ts --kills 50`. One again: `--only NAME --seed N --from ROUND --kills 1`. */
const SEED = seedOfRun()
const PATIENCE = 110_000

// Every third one; which, the seed decides.
const indices = [...CELLS.keys()].filter((index) => index % 3 === SEED % 3)
const scenes = (...wanted: string[]) => indices.filter((index) => wanted.includes(CELLS[index]?.scene ?? ''))
const jobs: [string, number[]][] = [
  ['consumers', scenes('consumer')],
  ['producers', scenes('producer')],
  ['several close upon each other, and threads before they are ready', scenes('storm', 'nested', 'wedge')],
]

describe('a supervisor whose threads are killed', () => {
  it.concurrent.each(jobs)(
    'delivers all, and says what failed: %s',
    async (_name, cells) => {
      // Another round each time: they differ in sizes of the queue and numbers of threads.
      const round = SEED % 18
      const { lines } = await killInProcess(
        cells.map((cell) => [cell, round] as const),
        SEED,
        PATIENCE,
      )
      expect(lines.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(lines.map(({ cell }) => cell)).toEqual(cells)
    },
    PATIENCE + 10_000,
  )

  it.concurrent(
    'leaves nothing behind, run after run, and lets the process end',
    async () => {
      const { snapshots, exit } = await startMany(8)
      expect(growth(snapshots)).toBeUndefined()
      // Measured: tens of ms. A handle that holds the process holds it until its deadline.
      expect(exit).toBeLessThan(10_000)
    },
    PATIENCE,
  )
})
