import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../support/seed.ts'
import { ALONE_CELLS } from './cells.ts'
import { killInProcess } from './processes.ts'

/** `npm run kill` kills more. */
const KILLS = 1
const SEED = seedOfRun()

const memory = [...ALONE_CELLS.keys()].filter((index) => ALONE_CELLS[index]?.way === 'memory')
const others = [...ALONE_CELLS.keys()].filter((index) => ALONE_CELLS[index]?.way !== 'memory')
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
