import { describe, expect, it } from 'vitest'
import { DROPPED, RETRY_ONCE } from './actors.ts'
import { fail } from './invariants.ts'
import { closer, DEEP, type End, explored, guardian, joiner, producer, run, taker } from './scenario.ts'

const mortal = { mortal: true }
const dropsOldest = true
const dying = [producer(0, 3, mortal), taker(0, 2, mortal), guardian(0)]

/** Each item that was accepted is in the queue, or was finished or dropped once; and at least `drops` were dropped. */
function accountsFor(items: readonly number[], drops = 0) {
  return (end: End) => {
    if (end.deaths > 0) return
    let left = end.unfinished
    for (const id of items) {
      const { accepted, settled } = end.item(id)
      left += settled - accepted
    }
    if (left !== 0) fail(`${left} items more than were accepted are finished, dropped or there`)
    if (end.count(DROPPED) < drops) fail(`${end.count(DROPPED)} items were dropped, not ${drops}`)
  }
}

describe.each(['fifo', 'lifo'] as const)('a %s queue that drops its oldest item, explored', (kind) => {
  it('takes the items of 1 producer beside 1 consumer, in all orders', async () => {
    for (const maxsize of [1, 2]) {
      const threads = [producer(0, 3), taker(0, 1)]
      const end = accountsFor([1, 2, 3], maxsize === 1 ? 1 : 0)
      await explored(`${kind} drops, 1P1C, maxsize ${maxsize}`, { kind, maxsize, dropsOldest, threads, end })
    }
  })

  it('takes the items of 2 producers, which never wait', async () => {
    const threads = [producer(0, 2), producer(1, 2)]
    const end = accountsFor([1, 2, 17, 18], 3)
    await explored(`${kind} drops, 2P`, { kind, maxsize: 1, dropsOldest, threads, end }, { preemptions: 3 })
  })

  it('takes the items of 2 producers beside 1 consumer', async () => {
    const threads = [producer(0, 2), producer(1, 1), taker(0, 1)]
    for (const maxsize of [1, 2]) {
      const scenario = { kind, maxsize, dropsOldest, threads, end: accountsFor([1, 2, 17], 2 - maxsize) }
      await explored(`${kind} drops, 2P1C, maxsize ${maxsize}`, scenario, { preemptions: DEEP ? 3 : 2 })
    }
  })

  it('drops what comes back, too', async () => {
    const threads = [producer(0, 3), taker(0, 2, { manner: RETRY_ONCE })]
    const scenario = { kind, maxsize: 1, dropsOldest, threads, end: accountsFor([1, 2, 3]) }
    await explored(`${kind} drops, retries`, scenario, { preemptions: 2 })
  })

  it('stays whole when a producer or the consumer dies anywhere', async () => {
    const scenario = { kind, maxsize: 1, dropsOldest, threads: dying }
    await explored(`${kind} drops, deaths`, scenario, { preemptions: DEEP ? 2 : 1, kills: 1 })
  })

  it('is discarded at once beside puts, and releases the join', async () => {
    const threads = [producer(0, 2), closer(true, true), joiner(), guardian(0)]
    await explored(
      `${kind} drops, immediate`,
      { kind, maxsize: 1, dropsOldest, threads },
      { preemptions: DEEP ? 2 : 1, kills: 1 },
    )
  })
})

describe('a deliberate fault is found', () => {
  const beside = { maxsize: 1, dropsOldest, threads: [producer(0, 2), producer(1, 1), taker(0, 1)] }
  const file = 'core/replace.ts'
  const found = (find: string, replace: string, threads = beside.threads, kills = 0) =>
    run({ ...beside, threads, faults: [{ file, find, replace }] }, { preemptions: 2, kills })

  it('where an item counts as dropped that a taker took', async () => {
    await expect(
      found('dropsHead ? claimHead(head) : true', 'dropsHead ? claimHead(head) || true : true'),
    ).rejects.toThrow('was finished twice')
  })

  it('where those who drop do not exclude each other', async () => {
    await expect(
      found(
        'if (cas(LOCK, 0, 1) !== 0) return BUSY\n  const answer = replaceLocked',
        'const answer = replaceLocked',
      ),
    ).rejects.toThrow('2 items in a queue bounded to 1')
  })

  it('where a slot is used again before it is empty', async () => {
    await expect(found('if (load(slot) !== tail) return BUSY', '')).rejects.toThrow(/slot of .* sequence/)
  })

  it('where the ring grows beyond its bound by what came back', async () => {
    const wrong = found('(queued >= maxsize || load(RETURNED) === 0)', 'load(RETURNED) === 0', dying, 1)
    await expect(wrong).rejects.toThrow('2 items in a queue bounded to 1')
  })
})
