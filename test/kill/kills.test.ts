import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../support/seed.ts'
import { CELLS } from './cells.ts'
import { killInProcess } from './processes.ts'

/** `npx tsx test/kill/run.ts --kills 100` for more. */
const KILLS = 2
const SEED = seedOfRun()

const memory = [...CELLS.keys()].filter((index) => CELLS[index]?.way === 'memory')
const others = [...CELLS.keys()].filter((index) => CELLS[index]?.way !== 'memory')
const jobs: [string, number[]][] = [
  ['are ended by others, or end themselves', others.filter((_, index) => index % 2 === 0)],
  ['are ended in other ways', others.filter((_, index) => index % 2 === 1)],
  ['run out of memory', memory],
]

describe('threads that die', () => {
  it.concurrent.each(jobs)(
    'lose nothing when they %s',
    async (_name, cells) => {
      const outcomes = await killInProcess({ cells, kills: KILLS, seed: SEED }, 110_000)
      expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(outcomes.map(({ cell }) => cell)).toEqual(cells)
    },
    120_000,
  )
})
