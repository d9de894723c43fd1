import { describe, expect, it } from 'vitest'
import { DROPPING, DYING } from './configurations/dropping.ts'
import { exploring } from './exploring.ts'
import { producer, run, taker } from './scenario.ts'

exploring('a queue that drops its oldest item', DROPPING)

describe('a deliberate fault is found', () => {
  const beside = { maxsize: 1, dropsOldest: true, threads: [producer(0, 2), producer(1, 1), taker(0, 1)] }
  const file = 'core/operations/replace.ts'
  const found = (find: string, replace: string, threads = beside.threads, kills = 0) =>
    run({ ...beside, threads, faults: [{ file, find, replace }] }, { preemptions: 2, kills })

  it('where an item counts as dropped although a taker took it', async () => {
    await expect(
      found('dropsHead ? claimHead(head) : true', 'dropsHead ? claimHead(head) || true : true'),
    ).rejects.toThrow('was finished twice')
  })

  it('where two drops do not exclude each other', async () => {
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

  it('where the ring exceeds its bound because of returned items', async () => {
    const wrong = found('(queued >= maxsize || load(RETURNED) === 0)', 'load(RETURNED) === 0', DYING, 1)
    await expect(wrong).rejects.toThrow('2 items in a queue bounded to 1')
  })
})
