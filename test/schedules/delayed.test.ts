import { describe, expect, it } from 'vitest'
import { DELAY_ONCE, ENDED, JOINED } from './actors.ts'
import { fail } from './invariants.ts'
import {
  clock,
  closer,
  DEEP,
  type End,
  explored,
  guardian,
  joiner,
  producer,
  run,
  taker,
  UNTIL_END,
} from './scenario.ts'

const shallow = DEEP ? 2 : 1

/** Where nobody died, the item was delivered, came back, and was delivered again. */
const deliveredTwice = (end: End) => {
  if (end.deaths > 0) return
  const { delivered, returned, settled } = end.item(1)
  if (settled !== 1 || delivered !== 1 + returned) fail(`item 1: delivered ${delivered}, finished ${settled}`)
}

describe.each(['fifo', 'priority'] as const)('an item of a %s queue that is retried with a delay', (kind) => {
  it('is delivered again by the one that retried it, in all orders', async () => {
    const threads = [producer(0, 1), taker(0, 2, { manner: DELAY_ONCE }), clock()]
    await explored(`${kind} delayed, 1P1C`, { kind, threads, end: deliveredTwice })
  })

  it('comes to whoever of 2 consumers sleeps, and one of them knows its time', async () => {
    const delaying = taker(0, 1, { manner: DELAY_ONCE })
    const threads = [producer(0, 2), delaying, taker(1, 2), clock()]
    await explored(
      `${kind} delayed, 1P2C`,
      { kind, maxsize: 2, threads },
      { preemptions: kind === 'fifo' ? 2 : shallow },
    )
    const three = [producer(0, 1), delaying, taker(1, 1), taker(2, 1), clock()]
    await explored(`${kind} delayed, 1P3C`, { kind, threads: three }, { preemptions: shallow })
  })

  it('comes though who retried it, or slept until then, dies', async () => {
    const retrier = taker(0, 1, { manner: DELAY_ONCE, mortal: true })
    const retried = [producer(0, 1), retrier, taker(1, 1), clock(), guardian(0)]
    await explored(
      `${kind} delayed, the retrier dies`,
      { kind, threads: retried },
      { preemptions: shallow, kills: 1 },
    )
    if (kind !== 'fifo' && !DEEP) return
    const sleeper = taker(1, 1, { mortal: true })
    const slept = [producer(0, 1), taker(0, 1, { manner: DELAY_ONCE }), sleeper, taker(2, 1), clock()]
    await explored(
      `${kind} delayed, a sleeper dies`,
      { kind, threads: [...slept, guardian(0)] },
      { preemptions: shallow, kills: 1 },
    )
  }, 180_000)

  it('is waited for at the end of the queue', async () => {
    const end = (at: End) => {
      if (at.count(ENDED) !== 2 || at.unfinished > 0) fail('the queue does not end, or an item is stranded')
    }
    const threads = [
      producer(0, 1),
      closer(false),
      taker(0, UNTIL_END, { manner: DELAY_ONCE }),
      taker(1, UNTIL_END),
      clock(),
    ]
    await explored(`${kind} delayed, drained`, { kind, threads, end }, { preemptions: shallow })
  })

  it('is discarded at once, and the join released', async () => {
    const end = (at: End) => void (at.count(JOINED) === 1 || fail('the join sleeps on'))
    const delaying = taker(0, UNTIL_END, { manner: DELAY_ONCE })
    const threads = [producer(0, 1), closer(true), delaying, joiner(), clock()]
    await explored(`${kind} delayed, immediate`, { kind, threads, end }, { preemptions: shallow })
  })
})

describe('a deliberate fault is found', () => {
  const threads = [producer(0, 2), taker(0, 1, { manner: DELAY_ONCE }), taker(1, 1), taker(2, 2), clock()]

  it('where a sleeper that leaves does not tell another that something is delayed', async () => {
    const find = ' || shared.load(DELAYED) > 0) wakeTakers(shared)'
    const faults = [{ file: 'wait/blocking.ts', find, replace: ') wakeTakers(shared)' }]
    const broken = run({ maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow('sleeps, and an item is due')
  })
})
