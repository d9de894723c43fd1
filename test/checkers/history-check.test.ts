import { describe, expect, it } from 'vitest'
import { findViolation } from './history-check.ts'
import type { Operation, QueueModel } from './operation.ts'
import { findDisorder } from './order-check.ts'
import { type Exchange, withPositions } from './positions.ts'
import { findTicketViolation } from './ticket-check.ts'

type Call = [kind: Operation['kind'], value: number, invoked: number, returned: number, ticket?: number]

function history(...calls: Call[]): Operation[] {
  return calls.map(([kind, value, invoked, returned, ticket]) => ({ kind, value, invoked, returned, ticket }))
}

const fifo: QueueModel = { kind: 'fifo', capacity: 2 }
const lifo: QueueModel = { kind: 'lifo', capacity: 2 }
const byValue: QueueModel = { kind: 'priority', capacity: 2, priorityOf: (value) => value }

describe('the check of histories', () => {
  it.each<[string, QueueModel, Call[], RegExp]>([
    ['an item from nowhere', fifo, [['take', 1, 0, 1]], /never put: take\(1\)/],
    [
      'an item taken twice',
      fifo,
      [
        ['put', 1, 0, 1],
        ['take', 1, 2, 5],
        ['take', 1, 3, 4],
      ],
      /taken twice/,
    ],
    [
      'an item taken before it was put',
      fifo,
      [
        ['take', 1, 0, 1],
        ['put', 1, 2, 3],
      ],
      /before it was put/,
    ],
    [
      'an item overtaken by a later one',
      fifo,
      [
        ['put', 1, 0, 1],
        ['put', 2, 2, 3],
        ['take', 2, 4, 5],
        ['take', 1, 6, 7],
      ],
      /overtaken: put\(1\).* by put\(2\)/,
    ],
    [
      'an item lost behind a later one',
      fifo,
      [
        ['put', 1, 0, 1],
        ['put', 2, 2, 3],
        ['take', 2, 4, 5],
      ],
      /overtaken: put\(1\) \[0, 1\], never taken/,
    ],
    [
      'an empty answer while one item after another was there',
      fifo,
      [
        ['put', 1, 0, 1],
        ['empty', -1, 2, 9],
        ['put', 2, 3, 4],
        ['take', 1, 5, 6],
        ['take', 2, 10, 11],
      ],
      /never empty during empty \[2, 9\]/,
    ],
    [
      'more items than there is room for',
      { ...fifo, capacity: 1 },
      [
        ['put', 1, 0, 1],
        ['put', 2, 2, 3],
      ],
      /2 items were there after 3, capacity is 1/,
    ],
    [
      'a full answer with room',
      fifo,
      [
        ['put', 1, 0, 1],
        ['full', -1, 2, 3],
      ],
      /never full during/,
    ],
    [
      'a LIFO item taken from below another',
      lifo,
      [
        ['put', 1, 0, 1],
        ['put', 2, 2, 3],
        ['take', 1, 4, 5],
        ['take', 2, 6, 7],
      ],
      /from below another: put\(1\)/,
    ],
    [
      'an item taken while more urgent ones were there, one after the other',
      { ...byValue, capacity: 3 },
      [
        ['put', 3, 0, 1],
        ['put', 1, 2, 3],
        ['take', 3, 4, 10],
        ['put', 2, 5, 6],
        ['take', 1, 7, 8],
        ['take', 2, 11, 12],
      ],
      /more urgent than 3 was there: take\(3\)/,
    ],
  ])('refuses %s', (_what, model, calls, violation) => {
    expect(findViolation(history(...calls), model)).toMatch(violation)
  })

  it('accepts an empty answer in the moment between two items', () => {
    const calls = history(['put', 1, 0, 1], ['empty', -1, 2, 7], ['take', 1, 3, 4], ['put', 2, 5, 6])
    expect(findViolation(calls, fifo)).toBeUndefined()
  })

  it('refuses to judge times that two events share', () => {
    const calls = history(['put', 1, 0, 1], ['put', 2, 1, 2])
    expect(() => findViolation(calls, fifo)).toThrow(RangeError)
  })
})

describe('the ticket check', () => {
  it.each<[string, Call[], RegExp]>([
    [
      'two puts at one position',
      [
        ['put', 1, 0, 2, 0],
        ['put', 2, 1, 3, 0],
      ],
      /one ticket for two/,
    ],
    ['a position left out', [['put', 1, 0, 1, 1]], /no operation has ticket 0/],
    [
      'another item than was put there',
      [
        ['put', 1, 0, 1, 0],
        ['take', 2, 2, 3, 0],
      ],
      /another item was put there/,
    ],
    [
      'an earlier put called after a later one had returned',
      [
        ['put', 1, 2, 3, 0],
        ['put', 2, 0, 1, 1],
        ['take', 1, 4, 5, 0],
      ],
      /called after a later one had returned/,
    ],
    [
      'a put without room',
      [
        ['put', 1, 0, 1, 0],
        ['put', 2, 2, 3, 1],
      ],
      /no room was ever made/,
    ],
    [
      'an empty answer behind an item',
      [
        ['put', 1, 0, 1, 0],
        ['empty', -1, 2, 3, 0],
      ],
      /called after a later one had returned|come after/,
    ],
    ['a full answer in front of an empty queue', [['full', -1, 0, 1, 0]], /still room/],
  ])('refuses %s', (_what, calls, violation) => {
    expect(findTicketViolation(history(...calls), 1)).toMatch(violation)
  })
})

describe('the check of each producer’s order', () => {
  const [first, second] = history(['take', 0, 0, 1], ['take', 2, 2, 3]) as [Operation, Operation]
  const [early, late] = history(['take', 2, 0, 1], ['take', 0, 2, 3]) as [Operation, Operation]

  it('refuses a consumer that gets a producer’s second item first', () => {
    expect(findDisorder([[], [early, late]], 2)).toMatch(/order: take\(2\).*, take\(0\)/)
  })

  it('says nothing of items that different consumers get, or different producers put', () => {
    expect(findDisorder([[first, second]], 2)).toBeUndefined()
    expect(findDisorder([[early], [late]], 2)).toBeUndefined()
    expect(findDisorder([history(['take', 3, 0, 1], ['take', 0, 2, 3])], 2)).toBeUndefined()
  })
})

describe('positions derived from cells', () => {
  const exchange = (
    kind: 'put' | 'take',
    value: number,
    at: number,
    given: number,
    got: number,
  ): Exchange => ({
    kind,
    value,
    invoked: at,
    returned: at + 1,
    given,
    got,
  })
  /** A ring of two slots with cells 0 and 1. The putter begins with cell 2, the taker with cell 3. */
  const laps = [
    exchange('put', 10, 0, 2, 0),
    exchange('put', 11, 2, 0, 1),
    exchange('take', 10, 4, 3, 2),
    exchange('put', 12, 6, 1, 3),
    exchange('take', 11, 8, 2, 0),
    exchange('put', 13, 10, 3, 2),
  ]

  it('go on from lap to lap', () => {
    const placed = withPositions(laps, 2, 0) as Operation[]
    expect(placed.map(({ value, ticket }) => [value, ticket])).toEqual([
      [10, 0],
      [11, 1],
      [10, 0],
      [12, 2],
      [11, 1],
      [13, 3],
    ])
    expect(findTicketViolation(placed, 2)).toBeUndefined()
  })

  it('are refused where two puts found one cell', () => {
    expect(withPositions([...laps, exchange('put', 14, 12, 2, 3)], 2, 0)).toMatch(/no take left.*put\(14\)/)
  })

  it('are refused where the cell of a put follows from nothing', () => {
    const lost = laps.filter(({ value }) => value !== 10)
    expect(withPositions(lost, 2, 0)).toMatch(/no take left its cell: put\(12\)/)
  })

  it('reveal two takes in the wrong order', () => {
    const late = laps.map((each) => (each === laps[2] ? { ...each, invoked: 14, returned: 15 } : each))
    expect(findTicketViolation(withPositions(late, 2, 0) as Operation[], 2)).toMatch(
      /called after a later one/,
    )
  })
})
