import { describe, expect, it } from 'vitest'
import { ledgerAt } from '../../src/core/geometry.ts'
import { OWNER } from '../../src/core/layout.ts'
import { RETRY_ONCE } from './actors.ts'
import { at, fail } from './invariants.ts'
import {
  DEEP,
  type End,
  explored,
  guardian,
  predecessor,
  producer,
  registrant,
  retirer,
  run,
  type Scenario,
  successor,
  taker,
} from './scenario.ts'

const mortal = { mortal: true }

const ownerOf = ({ words, geometry }: End) => at(words, ledgerAt(geometry, 0) + OWNER)
const retired: Scenario = {
  threads: [predecessor(), retirer(), guardian(0)],
  end: (at) => void (ownerOf(at) === 0 || fail(`the ledger is left to ${ownerOf(at)}`)),
}
const shallow = DEEP ? 2 : 1

describe('recovery', () => {
  it('strands nobody when a sleeper dies, a wake eaten or not', async () => {
    const threads = [producer(0, 1), taker(0, 1, mortal), taker(1, 1), guardian(0)]
    await explored('a sleeper dies', { maxsize: 1, threads }, { preemptions: 2, kills: 1 })
    const longer = [producer(0, 2), taker(0, 1, mortal), taker(1, 2), guardian(0)]
    await explored(
      'a sleeper dies, 2 items',
      { maxsize: 1, threads: longer },
      { preemptions: shallow, kills: 1 },
    )
  })

  it('delivers again what a thread held that gives back', async () => {
    const retrier = taker(0, 1, { manner: RETRY_ONCE, mortal: true })
    const threads = [producer(0, 2), retrier, taker(1, 2), guardian(0)]
    await explored('a retrier dies', { maxsize: 1, threads }, { preemptions: shallow, kills: 1 })
  })

  it('is wound up by another when the one that winds it up dies', async () => {
    const threads = [producer(0, 1), taker(0, 1, mortal), taker(1, 1), guardian(0, true), guardian(1)]
    await explored('an executor dies', { maxsize: 1, threads }, { preemptions: shallow - 1, kills: 2 })
  })

  it('leaves a ledger that can be claimed again, in all orders', async () => {
    const threads = [registrant(0, true), registrant(1), guardian(0)]
    await explored('two register, one dies', { ledgers: 2, threads }, { kills: 1 })
    await explored('two register for one ledger', { ledgers: 1, threads }, { kills: 1 })
  })

  it('leaves a producer’s ledger to its successor, in all orders', async () => {
    const threads = [predecessor(), successor(0), guardian(0)]
    const end = (at: End) => void (ownerOf(at) === 2 || fail(`the ledger is left to ${ownerOf(at)}`))
    await explored('a producer is followed', { threads, end }, { kills: 1 })
  })

  it('frees a retired producer’s ledger, whether it is retired before, while or after it is released', async () => {
    await explored('a producer is retired', retired, { kills: 1 })
    const find = 'if (load(ledger + PRODUCER) === 0) cas64(ledger + OWNER, VACANT, 0, 0, 0)'
    const faults = [{ file: 'core/ledger.ts', find, replace: '' }]
    await expect(run({ ...retired, faults }, { kills: 1 })).rejects.toThrow('the ledger is left to -1')
  })
})
