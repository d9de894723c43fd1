import { describe, expect, it } from 'vitest'
import { balance, type Deliveries, faultsOfBalance } from './deliveries.ts'

const nothing: Deliveries = {
  attempted: false,
  stored: false,
  got: 0,
  finishing: 0,
  finished: 0,
  late: false,
}
const put: Deliveries = { ...nothing, attempted: true, stored: true }
const done: Deliveries = { ...put, got: 1, finishing: 1, finished: 1 }

describe('the balance of deliveries', () => {
  const sound: [string, Deliveries, object][] = [
    ['an item got and finished', done, { items: 2, held: 0, duplicates: 0 }],
    ['a put cut off before it was stored', { ...nothing, attempted: true }, { items: 1 }],
    ['a put cut off after it was stored', { ...done, stored: false }, { items: 2 }],
    ['an item a dead thread held', { ...done, got: 2 }, { held: 1, duplicates: 1 }],
    ['one that two dead threads held', { ...done, got: 3 }, { held: 2, duplicates: 2 }],
    ['one whose finish was cut off before', { ...done, got: 2, finishing: 2 }, { held: 1, duplicates: 1 }],
    ['one whose finish was cut off after', { ...done, finished: 0 }, { held: 1, duplicates: 0 }],
  ]
  it.each(sound)('accepts %s', (_name, item, counts) => {
    const sums = balance([item, done])
    expect(sums).toMatchObject({ ...counts, lost: 0, unknown: 0, excess: 0 })
    expect(faultsOfBalance(sums, 2)).toEqual([])
  })

  const broken: [string, Deliveries, RegExp][] = [
    ['a stored item that no thread got', put, /^1 items lost/],
    ['a held item that never came back', { ...put, got: 1 }, /^1 items lost/],
    ['one of a put cut off that never came back', { ...put, stored: false, got: 1 }, /^1 items lost/],
    [
      'an item that no thread put',
      { ...done, attempted: false, stored: false },
      /^1 items that no thread put/,
    ],
    ['an item got again without a death', { ...done, got: 2, finishing: 2, finished: 2 }, /after they were/],
    ['a finished item that came back to one that died', { ...done, got: 2, late: true }, /after they were/],
    ['an item finished by a thread that never got it', { ...done, finishing: 2 }, /after they were/],
    ['more items held than the dead could hold', { ...done, got: 4 }, /^3 items never finished/],
  ]
  it.each(broken)('refuses %s', (_name, item, fault) => {
    expect(faultsOfBalance(balance([item, done]), 2).join()).toMatch(fault)
  })

  it('refuses more duplicates than the dead held', () => {
    const sums = { ...balance([done]), duplicates: 2, held: 1 }
    expect(faultsOfBalance(sums, 2)).toEqual(['2 duplicates of 1 items the dead held'])
  })
})
