import { describe, expect, it } from 'vitest'
import { DELAY_ONCE, ENDED, RETRY_ONCE } from './actors.ts'
import { fail } from './invariants.ts'
import {
  clock,
  closer,
  DEEP,
  type End,
  explored,
  guardian,
  producer,
  run,
  taker,
  UNTIL_END,
} from './scenario.ts'

const selects = { selects: true }
const shallow = DEEP ? 2 : 1

describe('a thread in a select, asleep on the word of its lot', () => {
  it('is woken for the item it waits for, beside a blocked getter and 2 putters', async () => {
    const threads = [producer(0, 1), producer(1, 1), taker(0, 1, selects), taker(1, 1)]
    await explored('select beside get', { maxsize: 2, threads }, { preemptions: 2 })
  })

  it('is woken beside another', async () => {
    const threads = [producer(0, 2), taker(0, 1, selects), taker(1, 1, selects)]
    await explored('2 selects', { maxsize: 2, threads }, { preemptions: DEEP ? 3 : 2 })
  })

  it('hears of the end', async () => {
    const end = (at: End) => {
      if (at.count(ENDED) !== 2 || at.unfinished > 0) fail('the queue does not end, or an item is stranded')
    }
    const threads = [producer(0, 1), closer(false), taker(0, UNTIL_END), taker(1, UNTIL_END, selects)]
    await explored('select, drained', { maxsize: 1, threads, end }, { preemptions: shallow })
  })

  it('hears of an item that came back, and of one that is delayed', async () => {
    const retrier = taker(0, 1, { manner: RETRY_ONCE })
    const returned = [producer(0, 2), retrier, taker(1, 2, selects)]
    await explored('select, returned', { maxsize: 1, threads: returned }, { preemptions: shallow })
    const delaying = taker(0, 1, { manner: DELAY_ONCE })
    const delayed = [producer(0, 1), delaying, taker(1, 1, selects), clock()]
    await explored('select, delayed', { threads: delayed }, { preemptions: shallow })
  })

  it('leaves nothing behind when it dies, and the others go on', async () => {
    const threads = [
      producer(0, 1),
      taker(0, 1, { selects: true, mortal: true }),
      taker(1, 1, selects),
      guardian(0),
    ]
    await explored('a selector dies', { maxsize: 1, threads }, { preemptions: shallow, kills: 1 })
  })

  it('is woken though the putter dies before it has moved the word', async () => {
    const threads = [producer(0, 1, { mortal: true }), taker(0, 1, selects), guardian(0)]
    await explored('a putter dies', { maxsize: 1, threads }, { preemptions: 2, kills: 1 })
  })
})

describe('a deliberate fault is found', () => {
  const threads = [producer(0, 1), producer(1, 1), taker(0, 1, selects), taker(1, 1)]
  const file = 'wait/selecting.ts'
  const read = 'const epoch = lot.load()\n'
  const counted = 'for (const { shared, ledger } of places) enterSelect(shared, ledger)\n'
  const look = 'const found = attempt()\n'

  it.each([
    [
      'who wakes the takers leaves the lot alone',
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
        { file, find: 'for (const { shared } of places) clearWake(shared)\n', replace: '' },
        { file, find: look, replace: `${look}for (const { shared } of places) clearWake(shared)\n` },
      ],
    ],
  ])('where %s', async (_, faults) => {
    const broken = run({ maxsize: 2, threads, faults }, { preemptions: 2 })
    await expect(broken).rejects.toThrow('sleeps, and there is an item')
  })
})
