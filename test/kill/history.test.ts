import { describe, expect, it } from 'vitest'
import { type ItemHistory, isSound, judge } from './history.ts'

const nothing: ItemHistory = {
  attempted: false,
  stored: false,
  gotByDead: false,
  finishing: false,
  finished: false,
  deadLettering: false,
  deadLettered: false,
  delivered: 0,
  letters: 0,
}
const put: ItemHistory = { ...nothing, attempted: true, stored: true }
const given: ItemHistory = { ...put, gotByDead: true, deadLettering: true, deadLettered: true }

describe('judge', () => {
  const sound: [string, ItemHistory, number][] = [
    ['an item never put', nothing, 0],
    ['an item delivered once', { ...put, delivered: 1 }, 0],
    ['a put cut off before it was stored', { ...nothing, attempted: true }, 0],
    ['a put cut off after it was stored', { ...nothing, attempted: true, delivered: 1 }, 0],
    ['an item a dead thread held', { ...put, gotByDead: true, delivered: 1 }, 1],
    ['an item a dead thread finished', { ...put, gotByDead: true, finishing: true, finished: true }, 0],
    ['one whose finish was cut off before', { ...put, gotByDead: true, finishing: true, delivered: 1 }, 1],
    ['one whose finish was cut off after', { ...put, gotByDead: true, finishing: true }, 0],
    ['one taken and not noted any more', { ...put, delivered: 1 }, 0],
    ['an item dead-lettered', { ...given, letters: 1 }, 0],
    ['one whose dead-lettering was cut off before', { ...given, deadLettered: false, delivered: 1 }, 1],
    ['one whose dead-lettering was cut off after', { ...given, deadLettered: false, letters: 1 }, 0],
    ['one dead-lettered again after a death', { ...given, letters: 2 }, 1],
  ]
  it.each(sound)('accepts %s', (_name, item, duplicates) => {
    expect(judge([item])).toEqual({ lost: 0, unexpected: 0, duplicates, excess: 0 })
    expect(isSound(judge([item]))).toBe(true)
  })

  const broken: [string, ItemHistory, object][] = [
    ['a stored item that no thread got', put, { lost: 1 }],
    ['a held item that never came back', { ...put, gotByDead: true }, { lost: 1 }],
    ['an item that no thread put', { ...nothing, delivered: 1 }, { unexpected: 1 }],
    ['an item delivered twice without a death', { ...put, delivered: 2 }, { excess: 1 }],
    [
      'a held item that came back twice',
      { ...put, gotByDead: true, delivered: 2 },
      { excess: 1, duplicates: 1 },
    ],
    [
      'a finished item that came back',
      { ...put, gotByDead: true, finishing: true, finished: true, delivered: 1 },
      { excess: 1 },
    ],
    ['an item dead-lettered without a letter', given, { lost: 1 }],
    ['an item dead-lettered and delivered again', { ...given, delivered: 1 }, { excess: 1 }],
    [
      'an item with a letter, delivered again',
      { ...given, deadLettered: false, letters: 1, delivered: 1 },
      { excess: 1 },
    ],
    ['a letter that no thread made', { ...put, delivered: 1, letters: 1 }, { unexpected: 1 }],
  ]
  it.each(broken)('refuses %s', (_name, item, faults) => {
    const verdict = judge([item, { ...put, delivered: 1 }])
    expect(verdict).toMatchObject(faults)
    expect(isSound(verdict)).toBe(false)
  })
})
