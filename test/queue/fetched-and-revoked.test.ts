import { describe, expect, it } from 'vitest'
import { ledgerAt } from '../../src/core/geometry.ts'
import { ENTRIES, ENTRY_BYTES } from '../../src/core/words/offsets.ts'
import { attach, codecs, EMPTY, Queue, type QueueOptions } from '../../src/index.ts'
import { internalsOf, type Lease } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { within } from '../support/deadline.ts'

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

/** Another thread at the queue, as shared memory shows it. */
function neighbour(queue: Queue<number>) {
  const { core, geometry } = internalsOf(queue).shared
  const ledger = ledgerAt(geometry, 1)
  core.claim(ledger, 1, 1000)
  const entry = (number: number) => ledger + ENTRIES + number * ENTRY_BYTES
  return {
    /** It begins one item, and fetches one ahead. */
    fetch: () => core.takeBatch(ledger, 1, 2, entry(1)),
  }
}

/** The items that are left, in the order in which they come out. */
function emptied(queue: Queue<number>): number[] {
  const items: number[] = []
  for (let item = queue.tryGet(); item !== EMPTY; item = queue.tryGet()) {
    items.push(item)
    queue.taskDone()
  }
  return items
}

function isWhole(queue: Queue<number>): void {
  const { words, geometry } = internalsOf(queue).shared
  expect(faultsOf(words, geometry)).toEqual([])
}

describe('items that a consumer has fetched ahead', () => {
  it('are discarded by a join, if the thread that shut the queue down died before that', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    const lease = leasedAfter(queue, 1)
    internalsOf(queue).shared.core.shut(1)
    lease.finish()
    await queue.join({ timeout: 0 })
    isWhole(queue)
  })

  it('come back in their order when the thread detaches, or dies', async () => {
    const queue = numbers()
    const { handle } = queue
    await queue.putMany(Array.from({ length: 16 }, (_, index) => index))
    leasedAfter(queue, 7).finish()
    expect(queue.stats().threads[0]?.held).toBe(7)
    queue[Symbol.dispose]()
    expect(emptied(attach(handle))).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
  })
})

describe('an item that another thread has fetched ahead', () => {
  it('counts for a pending get that may hold no more, as a queued one does', async () => {
    const queue = numbers({ maxInFlight: 2 })
    const there = neighbour(queue)
    const gets = [1, 2, 3].map(() => queue.get())
    queue.tryPut(1)
    queue.tryPut(2)
    expect(await Promise.all(gets.slice(0, 2))).toEqual([1, 2])
    const last = expect(gets[2]).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
    queue.tryPut(3)
    queue.tryPut(4)
    expect(there.fetch() >> 1).toBe(2)
    await within(last, 'the third get')
    queue.taskDone()
    expect(queue.tryGet()).toBe(4)
  })
})
