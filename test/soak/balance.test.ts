import { describe, expect, it } from 'vitest'
import { balanceOf, faultsOf, type Notes } from './balance.ts'

const nothing: Notes = {
  attempted: false,
  stored: false,
  late: false,
  got: 0,
  back: 0,
  finishing: 0,
  finished: 0,
  failed: 0,
  letters: 0,
}
const put: Notes = { ...nothing, attempted: true, stored: true }
const done: Notes = { ...put, got: 1, finishing: 1, finished: 1 }
const quiet = { dropped: 0, heldByDead: 0, deaths: 0 }

describe('the balance of a soak', () => {
  it.each<[string, Notes, object]>([
    ['an item never put', nothing, {}],
    ['an item finished', done, {}],
    ['a put cut off', { ...nothing, attempted: true }, {}],
    ['a put cut off after the item was in', { ...done, stored: false }, {}],
    ['an item requeued and finished', { ...done, got: 2, back: 1 }, {}],
    ['an item dead-lettered', { ...put, got: 1, failed: 1, letters: 1 }, {}],
    ['an item a dead thread held', { ...done, got: 2 }, { heldByDead: 1, deaths: 1 }],
    ['a finish that was cut off', { ...put, got: 1, finishing: 1 }, { heldByDead: 1, deaths: 1 }],
    [
      'a finish that was cut off before it counted',
      { ...done, got: 2, finishing: 2 },
      { heldByDead: 1, deaths: 1 },
    ],
    ['an item that a put dropped', put, { dropped: 1 }],
    [
      'one dropped that came back from a thread that had begun to finish it',
      { ...put, got: 1, finishing: 1 },
      { dropped: 1 },
    ],
    ['a letter stored twice by a thread that died', { ...put, got: 1, letters: 2, failed: 1 }, { deaths: 1 }],
  ])('accepts %s', (_name, item, more) => {
    expect(faultsOf(balanceOf([item]), { ...quiet, ...more })).toEqual([])
  })

  it.each<[string, Notes, object, string]>([
    ['an item that no thread got', put, {}, 'lost'],
    ['a held item that never came back', { ...put, got: 1 }, { heldByDead: 1, deaths: 1 }, 'lost'],
    ['an item requeued that never came', { ...put, got: 1, back: 1 }, {}, 'lost'],
    ['an item dead-lettered without a letter', { ...put, got: 1, failed: 1 }, {}, 'lost'],
    ['two missing of one that was dropped', put, { dropped: 0 }, 'lost'],
    ['more drops than items gone', done, { dropped: 1 }, 'dropped'],
    ['an item that no thread put', { ...done, attempted: false, stored: false }, {}, 'no thread put'],
    ['an item got twice without a death', { ...put, got: 2, finishing: 1 }, {}, 'duplicates'],
    ['an item finished twice', { ...done, got: 2, finishing: 2, finished: 2, back: 1 }, {}, 'settled'],
    ['one got after it was finished', { ...done, got: 2, back: 1, late: true }, {}, 'settled'],
    ['one finished and dead-lettered', { ...done, letters: 1 }, {}, 'settled'],
    ['a second letter without a death', { ...put, got: 1, failed: 1, letters: 2 }, {}, 'twice'],
  ])('refuses %s', (_name, item, more, fault) => {
    const faults = faultsOf(balanceOf([item, done]), { ...quiet, ...more })
    expect(faults.join()).toContain(fault)
  })
})
