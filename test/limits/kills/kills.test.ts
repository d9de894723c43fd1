import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { CELLS, nameOf } from './cells.ts'
import { kill } from './processes.ts'

// All kills: npx tsx test/limits/kills/run.ts --kills 30
const SEED = seedOfRun() % 2 ** 20

describe('a limiter whose threads are killed', () => {
  // The seed decides which fifth of them.
  const cells = [...CELLS.keys()].filter((index) => (index * 3) % 5 === SEED % 5)
  it.each(cells.map((index) => [nameOf(CELLS[index] as (typeof CELLS)[0]), index] as const))(
    'gets places and ledgers back, keeps the bound, and stalls nobody: %s',
    async (_, index) => {
      const reports = await kill([index], 4, SEED)
      expect(reports.map(({ failure }) => failure)).toEqual([undefined])
    },
    150_000,
  )

  it('has its 64 ledgers claimed by 80 threads, one after the other', async () => {
    const index = CELLS.findIndex((cell) => nameOf(cell) === 'hold, exit, started by main, main detached')
    const [report] = await kill([index], 80, SEED)
    expect(report).toMatchObject({ deaths: 80 })
  }, 360_000)
})
