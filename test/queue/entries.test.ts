import { describe, expect, it } from 'vitest'
import { ENTRY_BYTES, MAX_BATCH } from '../../src/core/index.ts'
import { EntriesInOrder, FreeEntries } from '../../src/queue/entries/index.ts'
import { randomNumbers } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'

const FIRST = 1000

it('held entries come oldest first, in runs, for any number of them', () => {
  const seed = seedOfRun()
  const random = randomNumbers(seed)
  const held = new EntriesInOrder()
  const model: number[] = []
  for (let step = 0, next = FIRST; step < 20_000; step++) {
    // Alternates phases of puts and phases of takes, so that the list grows, wraps and is emptied.
    const puts = random(8) < (step % 1000 < 500 ? 6 : 2)
    if (puts) {
      const count = 1 + random(MAX_BATCH)
      if (random(3) === 0) next += ENTRY_BYTES
      held.push(next, count)
      for (let index = 0; index < count; index++, next += ENTRY_BYTES) model.push(next)
    } else if (model.length > 0) {
      const count = held.firstRun(1 + random(2 * MAX_BATCH))
      const first = held.shift(count)
      const run = Array.from({ length: count }, (_, index) => first + index * ENTRY_BYTES)
      expect(run, `seed ${seed}, step ${step}`).toEqual(model.splice(0, count))
    }
    expect(held.size).toBe(model.length)
  }
})

describe('free entries', () => {
  it.each([1, 5, 31, 32, 33, 64, 100])('are the lowest of %i, in runs, whatever is freed', (all) => {
    const seed = seedOfRun()
    const random = randomNumbers(seed)
    const free = new FreeEntries(FIRST, all)
    const isFree = new Array<boolean>(all).fill(true)
    const entry = (index: number) => FIRST + index * ENTRY_BYTES
    // Those that were freed last, one behind the other.
    let last: number[] = []
    for (let step = 0; step < 5000; step++) {
      const why = `seed ${seed}, step ${step}`
      const lowest = isFree.indexOf(true)
      expect(free.next, why).toBe(lowest < 0 ? 0 : entry(last.at(-1) ?? lowest))
      expect(free.size, why).toBe(isFree.filter(Boolean).length)
      const roll = random(100) - (step % 1000 < 500 ? 0 : 20)
      if (roll >= 60 && lowest >= 0) {
        isFree[last.pop() ?? lowest] = false
        free.useNext()
      } else if (roll >= 40) {
        last = []
        const most = 1 + random(MAX_BATCH)
        const count = free.nextRun(most)
        const run = isFree.slice(lowest, lowest + count)
        expect(run.every(Boolean) && count >= Math.sign(lowest + 1) && count <= most, why).toBe(true)
        if (lowest < 0) continue
        // It ends before `most` only at an entry in use, or where a word of bits ends.
        const isWhole = count === most || isFree[lowest + count] !== true || (lowest + count) % 32 === 0
        expect(isWhole, why).toBe(true)
        free.useRun(count)
        isFree.fill(false, lowest, lowest + count)
      } else if (isFree.includes(false)) {
        const used = isFree.flatMap((is, index) => (is ? [] : [index]))
        const from = used[random(used.length)] as number
        let count = 1
        while (count < MAX_BATCH && isFree[from + count] === false && random(4) > 0) count++
        if (count === 1) {
          free.free(entry(from))
          const isNext = last.length < MAX_BATCH && from === (last.at(-1) ?? from) + 1
          last = isNext ? [...last, from] : [from]
        } else {
          free.freeRun(entry(from), count)
        }
        isFree.fill(true, from, from + count)
      }
    }
  })
})
