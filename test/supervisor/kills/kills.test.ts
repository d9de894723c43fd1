import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { CELLS, type Cell, modeOf, type Threads } from './cells.ts'
import { growth, startMany } from './many-runs.ts'
import { killInProcess } from './processes.ts'

// All kills: npx tsx test/supervisor/kills/run.ts --kills 50
// One round again: add --only NAME --seed N --from ROUND --kills 1
const SEED = seedOfRun()
const TEST_LIMIT_MS = 110_000

// The seed decides which third of them.
const indices = [...CELLS.keys()].filter((index) => index % 3 === SEED % 3)
const scenes = (...wanted: string[]) => indices.filter((index) => wanted.includes(CELLS[index]?.scene ?? ''))
const jobs: [string, number[]][] = [
  ['consumers', scenes('consumer', 'ahead')],
  ['producers', scenes('producer')],
  ['several close upon each other, and threads before they are ready', scenes('storm', 'nested', 'wedge')],
  ['kept threads between two runs', scenes('between')],
]

/** Half of the cells run on fresh threads, and the others on kept ones; another run changes them over. */
function threadsFor(index: number): Threads {
  return modeOf(CELLS[index] as Cell, Math.floor((index + SEED) / 3))
}

describe('a supervisor whose threads are killed', () => {
  it.concurrent.each(jobs)(
    'delivers all, and says what failed: %s',
    async (_name, cells) => {
      // Each run takes another round: rounds differ in the size of the queue and the number of threads.
      const round = SEED % 18
      const { lines } = await killInProcess(
        cells.map((cell) => [cell, round, threadsFor(cell)] as const),
        SEED,
        TEST_LIMIT_MS,
      )
      expect(lines.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(lines.map(({ cell }) => cell)).toEqual(cells)
    },
    TEST_LIMIT_MS + 10_000,
  )

  it.concurrent(
    'leaves nothing behind but kept threads, run after run on them, and lets the process end',
    async () => {
      const { snapshots, exit } = await startMany(40)
      expect(growth(snapshots)).toBeUndefined()
      // Measured: tens of ms. A handle that is left keeps the process alive until the deadline.
      expect(exit).toBeLessThan(10_000)
    },
    TEST_LIMIT_MS,
  )
})
