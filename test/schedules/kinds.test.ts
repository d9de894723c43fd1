import { describe, expect, it } from 'vitest'
import { ENDED } from './actors.ts'
import { KINDS } from './configurations/kinds.ts'
import { exploring } from './exploring.ts'
import { fail } from './invariants.ts'
import { closer, type End, producer, run, taker, UNTIL_END } from './scenario.ts'

exploring('LIFO and priority queues', KINDS)

describe('a deliberate fault is found', () => {
  it('where a thread at the end goes to sleep because another holds the lock, which then changes nothing', async () => {
    const find = 'if (shared.load(LOCK) === 0) return deadLettered\n    }\n    backOff(tries)'
    const faults = [
      {
        file: 'queue/recovery/end-wait.ts',
        find,
        replace: 'if (shared.load(LOCK) === 0) return deadLettered\n    } else return -1',
      },
      {
        file: 'queue/recovery/end-wait.ts',
        find: 'if (first.some(',
        replace: 'if (deadLettered < 0) return SOMEBODY\n    if (first.some(',
      },
    ]
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END)]
    const broken = run({ kind: 'lifo', maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow('sleeps, and the queue has ended')
  })

  it('where a put of the deque stores the tail and so undoes a shutdown', async () => {
    const find = 'if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY'
    const faults = [{ file: 'core/operations/deque.ts', find, replace: 'store(TAIL, nextPosition(tail))' }]
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END)]
    const end = (at: End) => void (at.count(ENDED) === 1 || fail('the taker never ends'))
    const scenario = { kind: 'lifo', maxsize: 2, threads, end } as const
    await run(scenario, { preemptions: 2 })
    await expect(run({ ...scenario, faults }, { preemptions: 2 })).rejects.toThrow('never ends')
  })

  it('where a take of the heap goes without the lock', async () => {
    const find = 'if (cas(LOCK, 0, 1) !== 0) return BUSY\n  const answer = takeLocked(ledger, entry)'
    const faults = [
      { file: 'core/operations/priority.ts', find, replace: 'const answer = takeLocked(ledger, entry)' },
    ]
    const threads = [producer(0, 2), taker(0, 2)]
    const broken = run({ kind: 'priority', maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow(/two places|never put|race|before its parent|CORRUPT/)
  })
})
