import { describe, expect, it } from 'vitest'
import { compareWithSearch, SUBJECTS, total } from './oracle.ts'

const HISTORIES = 100

describe('a check of histories', () => {
  it.each(SUBJECTS)('agrees with a search of all orders: $title', (subject) => {
    const { model, isExact, byTickets } = subject
    const tallies = compareWithSearch(subject, HISTORIES, 1)
    expect(tallies.get('as it was')).toEqual({ accepted: HISTORIES, refused: 0, missed: 0 })
    expect(tallies.get('a take twice')?.accepted).toBe(0)

    const oneSided = new Set(['as it was', 'a take twice'])
    if (byTickets) oneSided.add('at random').add('two takes swapped').add('two puts swapped')
    if (model.capacity > 12) oneSided.add('a put found no room')
    for (const [how, { accepted, refused }] of tallies) {
      if (!oneSided.has(how)) expect([how, accepted > 0, refused > 0]).toEqual([how, true, true])
    }
    const { refused, missed } = total(tallies)
    if (isExact) expect(missed).toBe(0)
    // About 1 in 100 is missed, most of them of LIFO.
    else expect(missed).toBeLessThan(refused / 20)
  })
})
