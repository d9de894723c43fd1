import { describe, it } from 'vitest'
import { RETRY_ONCE } from './actors.ts'
import { DEEP, explored, guardian, producer, registrant, taker } from './scenario.ts'

const mortal = { mortal: true }
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
})
