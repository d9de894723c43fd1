import { describe, it } from 'vitest'
import { ENDED, HOLD, JOINED, LEAVE, RETRY_ONCE } from './actors.ts'
import { fail } from './invariants.ts'
import { closer, DEEP, type End, explored, guardian, joiner, producer, taker, UNTIL_END } from './scenario.ts'

const mortal = { mortal: true }
const shallow = DEEP ? 2 : 1

/** What was accepted is delivered, as long as a taker is left. */
function noneStranded(...items: number[]) {
  return (end: End) => {
    for (const id of items) {
      const { accepted, settled } = end.item(id)
      if (accepted === 1 && settled === 0) fail(`item ${id} was accepted and never finished`)
    }
  }
}

describe('shutdown', () => {
  it('strands no item that was accepted, in all orders', async () => {
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END)]
    await explored('shutdown', { maxsize: 2, threads, end: noneStranded(1) })
  })

  it('lets 2 takers drain what a waiting producer put', async () => {
    const threads = [producer(0, 2), closer(false), taker(0, UNTIL_END), taker(1, UNTIL_END, { looks: true })]
    await explored(
      'shutdown, 2 takers',
      { maxsize: 1, threads, end: noneStranded(1, 2) },
      { preemptions: shallow },
    )
  })

  it('discards at once, beside takes and retries, and releases the join', async () => {
    const retrier = taker(0, UNTIL_END, { manner: RETRY_ONCE })
    const released = (end: End) => void (end.count(JOINED) === 1 || fail('the join sleeps on'))
    const bounds = { preemptions: 2 }
    await explored(
      'immediate',
      { maxsize: 1, threads: [producer(0, 1), closer(true), taker(0, UNTIL_END), joiner()], end: released },
      bounds,
    )
    const threads = [producer(0, 1), closer(true, true), retrier, joiner(), guardian(0)]
    await explored('immediate, its caller dies', { maxsize: 2, threads }, { preemptions: shallow, kills: 1 })
  })
})

describe('the end of a queue', () => {
  it('comes after the item of a holder that died while the others waited or had left', async () => {
    const others = [producer(0, 1), closer(false), taker(0, UNTIL_END, mortal)]
    // One taker is there to the end: what the dead one held is delivered to it.
    const delivered = (at: End) => {
      if (at.count(ENDED) === 0) fail('the other taker never ends')
      if (at.unfinished > 0) fail('an item is stranded')
    }
    const threads = [...others, taker(1, UNTIL_END), guardian(0)]
    await explored(
      'a holder dies at the end',
      { maxsize: 2, threads, end: delivered },
      { preemptions: shallow, kills: 1 },
    )
    const joined = (at: End) => {
      delivered(at)
      if (at.count(JOINED) !== 1) fail('the join sleeps on')
    }
    await explored(
      'a holder dies at the end, join',
      { maxsize: 2, threads: [...threads, joiner()], end: joined },
      { preemptions: shallow - 1, kills: 1 },
    )
  })

  it('comes for two holders that wait for each other, and what they held comes back', async () => {
    const holder = { manner: HOLD, over: LEAVE }
    const threads = [
      producer(0, 2),
      closer(false),
      taker(0, UNTIL_END, holder),
      taker(1, UNTIL_END, holder),
      guardian(0),
    ]
    const end = (at: End) => void (at.count(ENDED) === 2 || fail('a holder waits for ever'))
    await explored('two holders', { maxsize: 2, maxInFlight: 2, threads, end }, { preemptions: 1 })
  })
})
