import { describe, expect, it } from 'vitest'
import { ENDED, RETRY_ONCE } from './actors.ts'
import { fail } from './invariants.ts'
import {
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

const mortal = { mortal: true }
const shallow = DEEP ? 2 : 1

/** Where nobody died, every item was delivered and finished once. */
function allDelivered(...items: number[]) {
  return (end: End) => {
    if (end.deaths > 0) return
    for (const id of items) {
      const { delivered, settled, returned } = end.item(id)
      if (delivered !== 1 + returned || settled !== 1)
        fail(`item ${id}: delivered ${delivered} times, finished ${settled} times`)
    }
  }
}

describe.each(['lifo', 'priority'] as const)('a %s queue, all interleavings explored', (kind) => {
  it('passes 2 items from 1 producer to 1 consumer, in all orders', async () => {
    for (const maxsize of [1, 2]) {
      const threads = [producer(0, 2), taker(0, 2)]
      await explored(`${kind} 1P1C, maxsize ${maxsize}`, { kind, maxsize, threads, end: allDelivered(1, 2) })
    }
  })

  it('passes items of 2 producers to 1 consumer', async () => {
    const threads = [producer(0, 1), producer(1, 1), taker(0, 2)]
    await explored(
      `${kind} 2P1C`,
      { kind, maxsize: 2, threads, end: allDelivered(1, 17) },
      DEEP ? {} : { preemptions: 2 },
    )
  })

  it('passes items of 1 producer to 2 consumers', async () => {
    const threads = [producer(0, 2), taker(0, 1), taker(1, 1)]
    await explored(
      `${kind} 1P2C`,
      { kind, maxsize: 2, threads, end: allDelivered(1, 2) },
      { preemptions: DEEP ? 3 : 2 },
    )
  })

  it('harms nobody when a producer of 2, or their consumer, dies', async () => {
    const producing = [producer(0, 1, mortal), producer(1, 1), taker(0, 2), guardian(0)]
    await explored(
      `${kind} 2P1C, a producer dies`,
      { kind, maxsize: 2, threads: producing },
      { preemptions: 2, kills: 1 },
    )
    const consuming = [producer(0, 1), producer(1, 1), taker(0, 2, mortal), taker(1, 2), guardian(0)]
    await explored(
      `${kind} 2P1C and a successor`,
      { kind, maxsize: 2, threads: consuming },
      { preemptions: shallow, kills: 1 },
    )
  })

  it('delivers again what one of 2 consumers held or gave back when it died', async () => {
    const dying = [producer(0, 2), taker(0, 1, mortal), taker(1, 2), guardian(0)]
    await explored(
      `${kind} 1P2C, a consumer dies`,
      { kind, maxsize: 2, threads: dying },
      { preemptions: 2, kills: 1 },
    )
    const retrier = taker(0, 1, { manner: RETRY_ONCE, mortal: true })
    await explored(
      `${kind} 1P2C, a retrier dies`,
      { kind, maxsize: 1, threads: [producer(0, 2), retrier, taker(1, 2), guardian(0)] },
      { preemptions: shallow, kills: 1 },
    )
  })

  it('keeps its bound while items come back', async () => {
    const threads = [producer(0, 2), taker(0, 1, { manner: RETRY_ONCE }), taker(1, 1)]
    await explored(`${kind} retry, take, put`, { kind, maxsize: 1, threads }, { preemptions: 2 })
  })

  it('strands no item that was accepted when it is shut down, in all orders', async () => {
    const end = (at: End) => {
      const { accepted, settled } = at.item(1)
      if (accepted === 1 && settled === 0) fail('item 1 was accepted and never finished')
      if (at.count(ENDED) !== 1) fail('the taker never ends')
    }
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END)]
    await explored(`${kind} shutdown`, { kind, maxsize: 2, threads, end })
  })

  it('discards at once, beside takes and retries, and releases the join', async () => {
    const retrier = taker(0, UNTIL_END, { manner: RETRY_ONCE })
    const threads = [producer(0, 2), closer(true, true), retrier, joiner(), guardian(0)]
    await explored(
      `${kind} immediate, its caller dies`,
      { kind, maxsize: 2, threads },
      { preemptions: shallow, kills: 1 },
    )
  })
})

describe('a deliberate fault is found', () => {
  it('where who waits at the end goes to sleep beside a lock whose holder changes nothing', async () => {
    const find = 'if (shared.load(LOCK) === 0) return doomed\n    }\n    backOff(tries)'
    const faults = [
      {
        file: 'queue/end.ts',
        find,
        replace: 'if (shared.load(LOCK) === 0) return doomed\n    } else return -1',
      },
      {
        file: 'queue/end.ts',
        find: 'if (first.some(',
        replace: 'if (doomed < 0) return SOMEBODY\n    if (first.some(',
      },
    ]
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END)]
    const broken = run({ kind: 'lifo', maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow('sleeps, and the queue has ended')
  })

  it('where a put of the deque stores the tail, and so undoes a shutdown', async () => {
    const find = 'if (cas(TAIL, tail, tail + 2) !== tail) return BUSY'
    const faults = [{ file: 'core/deque.ts', find, replace: 'store(TAIL, tail + 2)' }]
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END)]
    const end = (at: End) => void (at.count(ENDED) === 1 || fail('the taker never ends'))
    const scenario = { kind: 'lifo', maxsize: 2, threads, end } as const
    await run(scenario, { preemptions: 2 })
    await expect(run({ ...scenario, faults }, { preemptions: 2 })).rejects.toThrow('never ends')
  })

  it('where a take of the heap goes without the lock', async () => {
    const find = 'if (cas(LOCK, 0, 1) !== 0) return BUSY\n  const answer = takeLocked(ledger, entry)'
    const faults = [{ file: 'core/priority.ts', find, replace: 'const answer = takeLocked(ledger, entry)' }]
    const threads = [producer(0, 2), taker(0, 2)]
    const broken = run({ kind: 'priority', maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow(/two places|never put|race|before its parent|CORRUPT/)
  })
})
