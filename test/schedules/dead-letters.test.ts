import { describe, expect, it } from 'vitest'
import { FAIL } from './actors.ts'
import { DEAD_LETTERS } from './configurations/dead-letters.ts'
import { exploring } from './exploring.ts'
import { guardian, producer, run, taker } from './scenario.ts'

exploring('dead letters', DEAD_LETTERS)

describe('a deliberate fault is found', () => {
  const threads = [
    producer(0, 2),
    taker(0, 1, { manner: FAIL, mortal: true }),
    taker(1, 2, { manner: FAIL }),
    guardian(0),
  ]

  it('where the death of who moves a dead letter brings its item back', async () => {
    const find = 'const wasDeadLettered = (before & DEAD_LETTERED) !== 0'
    const faults = [{ file: 'core/operations/returns.ts', find, replace: 'const wasDeadLettered = false' }]
    const broken = run({ maxsize: 2, deadLetters: true, threads, faults }, { preemptions: 1, kills: 1 })
    await expect(broken).rejects.toThrow('was given up, and delivered again')
  })
})
