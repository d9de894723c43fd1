import { describe, expect, it } from 'vitest'
import { ledgerAt } from '../../src/core/geometry.ts'
import { DEAD_LETTER, ENTRIES, ENTRY_BYTES } from '../../src/core/words/offsets.ts'
import { attach, codecs, type DeadLetter, EMPTY, Queue, type QueueOptions, select } from '../../src/index.ts'
import { internalsOf, type Lease } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { until, within } from '../support/deadline.ts'

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
    core,
    ledger,
    entry,
    /** It begins one item, and fetches one ahead. */
    fetch: () => core.takeBatch(ledger, 1, 2, entry(1), entry(2), 0, 0, 0, 0, 0, 0),
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
  it('are begun after an item that came back', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    const lease = leasedAfter(queue, 1)
    lease.retry(new Error('again'))
    const again = leased(queue)
    expect([again.item, again.attempt]).toEqual([2, 2])
    again.finish()
    expect(leased(queue).item).toBe(3)
  })

  it('are begun after an item whose delay is over', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    leasedAfter(queue, 1).retry(new Error('again'), 1)
    const due = performance.now() + 20
    await until(() => performance.now() > due, 'the item is due')
    expect(leased(queue).item).toBe(2)
    expect(leased(queue).item).toBe(3)
  })

  it('are there for others when it gives them back, and their deliveries do not count', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    leasedAfter(queue, 1).finish()
    expect(queue.stats()).toMatchObject({ queued: 1, returned: 0, held: 1 })
    internalsOf(queue).source.releaseAhead()
    expect(queue.stats()).toMatchObject({ queued: 1, returned: 1, held: 0 })
    const delivery = queue.takeSync()
    expect([delivery.item, delivery.attempt]).toEqual([3, 1])
  })

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

  it('come back in their order when the thread detaches, or dies', async () => {
    const queue = numbers()
    const { handle } = queue
    await queue.putMany(Array.from({ length: 16 }, (_, index) => index))
    leasedAfter(queue, 7).finish()
    expect(queue.stats().threads[0]?.held).toBe(7)
    queue[Symbol.dispose]()
    expect(emptied(attach(handle))).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
  })

  it('leave room for as many in a select, and in a batch', async () => {
    const queue = numbers({ maxInFlight: 4 })
    await queue.putMany([1, 2, 3, 4, 5, 6, 7])
    expect(leasedAfter(queue, 3).item).toBe(4)
    expect(await select({ queue }, { timeout: 0 })).toEqual({ from: 'queue', item: 5 })
    expect(await queue.getMany(3)).toEqual([6, 7])
  })

  it('let a put go on that had nothing to drop, when they come back', async () => {
    const letters = new Queue<DeadLetter<number>>({ maxsize: 1 })
    letters.tryPut({} as DeadLetter<number>)
    const queue = numbers({ maxsize: 2, whenFull: 'drop-oldest', deadLetters: letters })
    const { core, ledger, entry } = neighbour(queue)
    await queue.putMany([1, 2])
    leased(queue).finish()
    await queue.put(3)
    expect(leased(queue).item).toBe(2)
    for (const item of [4, 5]) {
      await queue.put(item)
      expect(core.take(ledger, entry(1))).toBeGreaterThanOrEqual(0)
      core.requeue(ledger, entry(1), DEAD_LETTER)
    }
    const put = queue.put(6)
    internalsOf(queue).source.releaseAhead()
    expect(await within(put, 'the put')).toBe('replaced-oldest')
  })

  it('hold blocks: for those no other item is dropped in vain', async () => {
    const queue = new Queue<string>({
      ...{ codec: codecs.string, maxsize: 8, whenFull: 'drop-oldest' },
      ...{ itemBytes: 64, maxItemBytes: 8192, memoryBytes: 8192 },
    })
    queue.tryPut('first')
    leased(queue).finish()
    for (const length of [2000, 2000, 500]) queue.tryPut('x'.repeat(length))
    expect(leased(queue).item).toHaveLength(2000)
    expect(queue.tryPut('x'.repeat(4500))).toBe(false)
    expect(queue.stats()).toMatchObject({ size: 1, dropped: 0 })
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
