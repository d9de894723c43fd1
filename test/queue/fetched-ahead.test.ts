import { describe, expect, it } from 'vitest'
import { codecs, Queue, type QueueOptions } from '../../src/index.ts'
import { internalsOf, type Lease } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'

const numbers = (options?: QueueOptions<number>) =>
  new Queue<number>({ codec: codecs.int32, maxsize: 16, ...options })

/** Leases the next item as a consumer does, which may fetch others ahead with it. */
function leased<T>(queue: Queue<T>): Lease<T> {
  const lease = internalsOf(queue).source.tryLeaseAhead()
  if (lease === undefined) throw new Error('there is no item')
  return lease
}

/** Consumes so many items, and leases the next: by then it fetches as many ahead as it may. */
function leasedAfter<T>(queue: Queue<T>, items: number): Lease<T> {
  for (let count = 0; count < items; count++) leased(queue).finish()
  return leased(queue)
}

function isWhole(queue: Queue<number>): void {
  const { words, geometry } = internalsOf(queue).shared
  expect(faultsOf(words, geometry)).toEqual([])
}

describe('items that a consumer has fetched ahead', () => {
  it('are discarded though they come back after an immediate shutdown has looked for them', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    const lease = leasedAfter(queue, 1)
    internalsOf(queue).shared.core.shut(1)
    internalsOf(queue).source.releaseAhead()
    expect(queue.unfinished).toBe(1)
    lease.finish()
    await queue.join({ timeout: 0 })
  })

  it('are discarded by a join, if the thread that shut the queue down died before that', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    const lease = leasedAfter(queue, 1)
    internalsOf(queue).shared.core.shut(1)
    lease.finish()
    await queue.join({ timeout: 0 })
    isWhole(queue)
  })
})
