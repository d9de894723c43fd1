import { describe, expect, it } from 'vitest'
import { type Delivery, isSound, judge } from './ledger.ts'
import { PLACES } from './places.ts'

const { GOT, DONE, SETTLED, FAILED } = PLACES
const DEAD = 1
const ALIVE = 2

const delivery = (thread: number, state: number, number = 5): Delivery => ({ number, thread, state, life: 0 })
const verdict = (...deliveries: Delivery[]) =>
  judge(new Set([5]), new Set([5]), deliveries, ({ thread }) => thread === DEAD)

describe('the judge of deliveries', () => {
  const last = delivery(ALIVE, SETTLED)
  const sound: [string, Delivery[], number][] = [
    ['an item settled', [last], 0],
    ['an item that a dead thread held', [delivery(DEAD, GOT), last], 1],
    ['an item that a dead thread had done and not settled', [delivery(DEAD, DONE), last], 1],
    ['an item on which the function failed', [delivery(ALIVE, FAILED), last], 1],
    ['an item that a dead thread had settled', [delivery(DEAD, SETTLED)], 0],
  ]
  it.each(sound)('accepts %s', (_name, deliveries, duplicates) => {
    const found = verdict(...deliveries)
    expect(found).toMatchObject({ lost: 0, unexpected: 0, duplicates, excess: 0 })
    expect(isSound(found)).toBe(true)
  })

  const broken: [string, Delivery[], object][] = [
    ['an item that no thread got', [], { lost: 1 }],
    ['an item that a dead thread held, and no thread later', [delivery(DEAD, GOT)], { lost: 1 }],
    ['an item that was never put', [last, delivery(ALIVE, SETTLED, 6)], { unexpected: 1 }],
    ['an item that two living threads got', [delivery(ALIVE, GOT), last], { excess: 1 }],
    ['an item that came back though it was settled', [delivery(DEAD, SETTLED), last], { excess: 1 }],
  ]
  it.each(broken)('refuses %s', (_name, deliveries, faults) => {
    const found = verdict(...deliveries)
    expect(found).toMatchObject(faults)
    expect(isSound(found)).toBe(false)
  })
})
