import { describe, expect, it } from 'vitest'
import { seedOfRun } from '../../support/seed.ts'
import { CELLS, CONTROLS } from './cells.ts'
import type { Cell } from './dimensions.ts'
import type { Play } from './host.ts'
import { playInProcess } from './plays.ts'

/** `npm run kill` for all cells, more kills of each, and a seed of its own every time. */
const SEED = seedOfRun()
const PATIENCE = 110_000
/** Which of the cells, the seed decides. */
const SHARE = 20

const sampleOf = (cells: readonly Cell[]) => cells.filter((_, index) => index % SHARE === SEED % SHARE)
const playsOf = (cells: readonly Cell[]) =>
  cells.map((cell, index): Play => ({ cell, kills: 1, seed: SEED + index }))
const ends = sampleOf(CELLS.filter(({ way }) => way !== 'memory'))
// Fewer than a share of them there are: one, whichever.
const mortal = CELLS.filter(({ way }) => way === 'memory')
const memory = mortal.filter((_, index) => index === SEED % mortal.length)

describe('threads killed among others that go on', () => {
  const jobs: [string, Play[]][] = [
    ['are ended, or end themselves', playsOf(ends)],
    ['run out of memory', playsOf(memory)],
  ]
  it.concurrent.each(jobs)(
    'lose nothing and stop nobody when they %s',
    async (_name, plays) => {
      expect(plays).not.toEqual([])
      const outcomes = await playInProcess(plays, PATIENCE)
      expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(outcomes).toHaveLength(plays.length)
      for (const outcome of outcomes) {
        expect(outcome.kills).toBeGreaterThan(0)
        expect(outcome).toMatchObject({ lost: 0, unknown: 0, excess: 0 })
        expect(outcome.duplicates).toBeLessThanOrEqual(outcome.held)
      }
    },
    PATIENCE + 10_000,
  )

  it(
    'have no counterpart where nobody dies: nothing comes twice, and nobody is missedWakes',
    async () => {
      const plays = CONTROLS.filter((_, index) => index === SEED % CONTROLS.length).map(
        (control): Play => ({ control, kills: 1, seed: SEED }),
      )
      const outcomes = await playInProcess(plays, PATIENCE)
      expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([])
      expect(outcomes).toHaveLength(plays.length)
      for (const outcome of outcomes) {
        expect(outcome.items).toBeGreaterThan(0)
        expect(outcome).toMatchObject({ kills: 0, held: 0, duplicates: 0, lost: 0, missedWakes: 0 })
      }
    },
    PATIENCE + 10_000,
  )

  it(
    'are found to lose items where recovery drops what they held',
    async () => {
      const cell: Cell = {
        operation: 'getMany',
        way: 'exit 0',
        moment: 'between',
        topology: '2P2C',
        kind: 'fifo',
      }
      const [outcome] = await playInProcess([{ cell, kills: 1, seed: SEED, fault: 'dropping' }], PATIENCE)
      expect(outcome?.failure).toMatch(/items lost/)
    },
    PATIENCE + 10_000,
  )
})
