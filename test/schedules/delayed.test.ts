import { describe, expect, it } from 'vitest'
import { DELAY_ONCE } from './actors.ts'
import { DELAYED } from './configurations/delayed.ts'
import { exploring } from './exploring.ts'
import { clock, producer, run, taker } from './scenario.ts'

exploring('an item that is retried with a delay', DELAYED)

describe('a deliberate fault is found', () => {
  const threads = [producer(0, 2), taker(0, 1, { manner: DELAY_ONCE }), taker(1, 1), taker(2, 2), clock()]

  it('where a sleeper that leaves does not tell another that something is delayed', {
    timeout: 300_000,
  }, async () => {
    const find = ' || shared.load(DELAYED) > 0\n'
    const faults = [{ file: 'wait/blocking.ts', find, replace: '\n' }]
    const broken = run({ maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow('sleeps, and an item is due')
  })
})
