import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { CELLS, kill, nameOf } from './cells.ts'

// All kills: npx tsx test/pipelines/kills/run.ts --kills 30
const SEED = seedOfRun() % 2 ** 20
const LIMIT_MS = 120_000

describe('a stage whose threads are killed', () => {
  // The seed decides which third of them.
  const cells = CELLS.filter((_, index) => index % 3 === SEED % 3)
  it.each(cells.map((cell) => [nameOf(cell), cell] as const))(
    'loses nothing, gives nothing twice, and keeps the order: %s',
    async (_, cell) => {
      const { lines } = await kill(cell, SEED, 0, 1)
      expect(lines.map(({ failure }) => failure)).toEqual([undefined])
    },
    LIMIT_MS,
  )
})
