import { describe, expect, it } from 'vitest'
import { SELECTING } from './configurations/selecting.ts'
import { exploring } from './exploring.ts'
import { producer, run, taker } from './scenario.ts'

const selects = { selects: true }

exploring('a thread in a select, asleep on the word of its parking lot', SELECTING)

describe('a deliberate fault is found', () => {
  const threads = [producer(0, 1), producer(1, 1), taker(0, 1, selects), taker(1, 1)]
  const file = 'wait/blocking-select.ts'
  const read = 'const epoch = lot.load()\n'
  const counted = 'for (const { shared, ledger } of ledgers) enterSelect(shared, ledger)\n'
  const look = 'const found = attempt()\n'

  it.each([
    [
      'a wake of the takers does not move the parking lot',
      [
        {
          file: 'wait/waking.ts',
          find: 'if (shared.load(SELECT + WAITERS) !== 0) shared.lot.move()',
          replace: '',
        },
      ],
    ],
    [
      'the word is read after the look',
      [
        { file, find: read, replace: '' },
        { file, find: look, replace: `${look}${read}` },
      ],
    ],
    [
      'a selector looks before it is counted',
      [
        { file, find: counted, replace: '' },
        { file, find: look, replace: `${look}${counted}` },
      ],
    ],
    [
      'the wake in flight is cleared after the look',
      [
        { file, find: 'for (const { shared } of ledgers) clearWake(shared)\n', replace: '' },
        { file, find: look, replace: `${look}for (const { shared } of ledgers) clearWake(shared)\n` },
      ],
    ],
  ])('where %s', async (_, faults) => {
    const broken = run({ maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow('sleeps, and there is an item')
  })
})
