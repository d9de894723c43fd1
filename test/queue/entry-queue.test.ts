import { expect, it } from 'vitest'
import { EntryQueue } from '../../src/queue/access/entry-queue.ts'
import { randomNumbers } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'

it('entries held come oldest first, however many are held meanwhile', () => {
  const seed = seedOfRun()
  const random = randomNumbers(seed)
  const held = new EntryQueue()
  const model: number[] = []
  for (let step = 0, next = 1; step < 20_000; step++) {
    // Runs of either, so that it grows, wraps and is emptied.
    const takes = random(8) < (step % 1000 < 500 ? 6 : 2)
    if (takes) {
      held.push(next)
      model.push(next++)
    } else if (model.length > 0) {
      expect(held.shift(), `seed ${seed}, step ${step}`).toBe(model.shift())
    }
    expect(held.size).toBe(model.length)
  }
})
