import { BackEnds } from '../core/back-ends.ts'
import { faultsOf } from '../core/cell-places.ts'
import { STARTS } from '../core/ledgers.ts'
import { randomGeometry } from '../core/random-geometry.ts'
import { RandomOperations } from '../core/random-operations.ts'
import { Random } from '../support/random.mjs'

const QUEUES = 150
const PER_QUEUE = 400
const COMPARED_EVERY = 50

/**
 * Runs random operations; it is bundled with the source of a mutant and its compiled core. Returns the fault.
 */
export function randomRun(seed: number): string | undefined {
  for (const kind of ['fifo', 'lifo', 'priority'] as const) {
    for (let queue = 0; queue < QUEUES; queue++) {
      const random = new Random(seed + queue)
      const geometry = randomGeometry(random, kind)
      const ends = new BackEnds(geometry, random.pick(STARTS))
      const operations = new RandomOperations(ends, random)
      try {
        for (let done = 1; done <= PER_QUEUE; done++) {
          if (random.once(PER_QUEUE)) operations.shut()
          else operations.step()
          if (done % COMPARED_EVERY === 0) ends.compare()
        }
        operations.unlock()
        ends.compare()
      } catch (error) {
        return `${kind}, seed ${seed + queue}: ${(error as Error).message.split('\n')[0]}`
      }
      const [fault] = faultsOf(ends.words, geometry)
      if (fault !== undefined) return `${kind}, seed ${seed + queue}: ${fault}`
    }
  }
  return undefined
}
