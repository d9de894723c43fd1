import { describe, expect, it } from 'vitest'
import { clock } from '../../src/clock.ts'
import { EMPTY_ENTRY, ENTRY_STATE } from '../../src/core/words/offsets.ts'
import { codecs, type DeadLetter, Queue, type QueueOptions, select } from '../../src/index.ts'
import { internalsOf, type Source } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { within } from '../support/deadline.ts'
import { CLASSES } from '../support/queues.ts'
import { Random } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'
import { other, others, waits } from '../support/users.ts'

/** This thread fetches ahead as a consumer does, and other threads revoke. */

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

interface Site {
  readonly queue: Queue<number>
  readonly source: Source<number>
}

async function site(count: number, options?: QueueOptions<number>): Promise<Site> {
  const queue = new Queue<number>({ codec: codecs.int32, maxsize: 256, ...options })
  await queue.putMany(upTo(count))
  return { queue, source: internalsOf(queue).source }
}

/** Begins the next item, and finishes it. */
function finishOne(source: Source<number>): number {
  const lease = source.tryLeaseAhead()
  if (lease === undefined) throw new Error('there is no item')
  const { item } = lease
  lease.finish()
  return item
}

/** Begins and finishes 0 to 6, then begins 7: the thread has fetched 8 to 14 with it. */
function fetched(source: Source<number>) {
  for (const item of upTo(7)) expect(finishOne(source)).toBe(item)
  const lease = source.tryLeaseAhead()
  expect(lease?.item).toBe(7)
  return lease as NonNullable<typeof lease>
}

function isWhole({ queue }: Site): void {
  const { words, geometry } = internalsOf(queue).shared
  expect(faultsOf(words, geometry)).toEqual([])
}

describe('fetching ahead', () => {
  it('begins the items in their order, and takes more at once the longer it finds some', async () => {
    const place = await site(40)
    const { queue, source } = place
    const sizes = upTo(20).map((item) => {
      expect(finishOne(source)).toBe(item)
      return queue.size
    })
    expect(sizes).toEqual([39, 37, 37, 33, 33, 33, 33, 25, 25, 25, 25, 25, 25, 25, 25, 17, 17, 17, 17, 17])
    source.releaseAhead()
    expect(queue.stats()).toMatchObject({ held: 0, returned: 3, queued: 17, unfinished: 20 })
    for (const item of upTo(20, 20)) expect(finishOne(source)).toBe(item)
    expect([source.tryLeaseAhead(), queue.unfinished]).toEqual([undefined, 0])
    isWhole(place)
  })

  it.each([1, 2, 3, 5])('holds no more than maxInFlight: %i', async (maxInFlight) => {
    const place = await site(30, { maxInFlight })
    const { queue, source } = place
    for (const item of upTo(30)) {
      const lease = source.tryLeaseAhead()
      expect(lease?.item).toBe(item)
      expect(queue.stats().held).toBeLessThanOrEqual(maxInFlight)
      lease?.finish()
    }
    expect(queue.unfinished).toBe(0)
    isWhole(place)
  })

  it.each([1, 2, 3, 8])('is done with any maxsize: %i', async (maxsize) => {
    const place = await site(0, { maxsize })
    const { queue, source } = place
    let next = 0
    for (let put = 0; put < 50; ) {
      while (queue.tryPut(put)) put++
      expect(queue.size).toBe(maxsize)
      for (let left = (next % 5) + 1; left > 0 && next < put; left--) expect(finishOne(source)).toBe(next++)
    }
    isWhole(place)
  })

  it('is not done for LIFO and priority queues, whose order it would break', async () => {
    for (const kind of ['lifo', 'priority'] as const) {
      const queue = new CLASSES[kind]<number>({ codec: codecs.int32 })
      await queue.putMany(upTo(20))
      const { source } = internalsOf(queue)
      for (let left = 19; left > 0; left--) {
        finishOne(source)
        expect(queue.stats()).toMatchObject({ size: left, held: 0 })
      }
    }
  })

  it('is not done where puts drop the oldest item: the next is one of the latest', async () => {
    const queue = new Queue<number>({ codec: codecs.int32, maxsize: 8, whenFull: 'drop-oldest' })
    const { source } = internalsOf(queue)
    queue.putManySync(upTo(8))
    for (const item of upTo(7)) expect(finishOne(source)).toBe(item)
    queue.putManySync(upTo(7, 8))
    const lease = source.tryLeaseAhead()
    expect([lease?.item, queue.stats()]).toMatchObject([7, { size: 7, held: 1 }])
    queue.putManySync(upTo(100, 100))
    lease?.finish()
    for (const item of upTo(8, 192)) expect(finishOne(source)).toBe(item)
    expect(queue.stats()).toMatchObject({ size: 0, held: 0, unfinished: 0, dropped: 99 })
  })

  it('charges no delivery: what is released has the attempt it had', async () => {
    const place = await site(20, { maxDeliveries: 1 })
    const { queue, source } = place
    const lease = fetched(source)
    expect(lease.attempt).toBe(1)
    source.releaseAhead()
    expect(queue.stats()).toMatchObject({ held: 1, returned: 7 })
    lease.release()
    const batch = await queue.takeMany(20)
    expect([...batch].map(({ item, attempt }) => [item, attempt])).toEqual(
      [...upTo(7, 8), 7, ...upTo(5, 15)].map((item) => [item, 1]),
    )
    batch.done()
    expect(queue.stats()).toMatchObject({ unfinished: 0, dropped: 0 })
    isWhole(place)
  })

  it('is undone when the thread detaches: only the begun item is charged', async () => {
    const { queue, source } = await site(20)
    const there = await other(queue)
    fetched(source)
    queue[Symbol.dispose]()
    const attempts = new Map<unknown, number>()
    while ((await there.call('size')) > 0) {
      const { item, attempt } = await there.take('take')
      attempts.set(item, attempt)
    }
    expect([...attempts].sort(([a], [b]) => Number(a) - Number(b))).toEqual(
      upTo(13, 7).map((item) => [item, item === 7 ? 2 : 1]),
    )
  })

  it('has an item that failed come before those that were fetched', async () => {
    const { queue, source } = await site(20)
    const lease = fetched(source)
    lease.retry(new Error('again'))
    const again = source.tryLeaseAhead()
    expect([again?.item, again?.attempt]).toEqual([7, 2])
    again?.finish()
    for (const item of upTo(12, 8)) expect(finishOne(source)).toBe(item)
    expect(queue.unfinished).toBe(0)
  })

  it('has an item that is due come before those that were fetched', async () => {
    const { queue, source } = await site(20)
    fetched(source).retry(new Error('later'), 60_000)
    expect([finishOne(source), queue.stats().delayed]).toEqual([8, 1])
    const { shared } = clock
    clock.shared = () => shared() + 60_001
    try {
      const due = source.tryLeaseAhead()
      expect([due?.item, due?.attempt]).toEqual([7, 2])
      due?.finish()
      expect(finishOne(source)).toBe(9)
    } finally {
      clock.shared = shared
    }
  })

  it('begins the next item as it finishes one, while some are left', async () => {
    const place = await site(20)
    const { queue, source } = place
    const lease = fetched(source)
    for (const item of upTo(7, 8)) {
      expect(lease.finishForNext()).toBe(true)
      expect([lease.item, lease.attempt, queue.unfinished]).toEqual([item, 1, 20 - item])
    }
    expect(lease.finishForNext()).toBe(false)
    expect(() => lease.finish()).toThrow('settled before')
    for (const item of upTo(5, 15)) expect(finishOne(source)).toBe(item)
    expect(queue.stats()).toMatchObject({ held: 0, unfinished: 0 })
    isWhole(place)
  })

  it.each([0, 60_000])('begins no next item beside one that is due after %i ms', async (delay) => {
    const { queue, source } = await site(20)
    const lease = fetched(source)
    ;(await queue.take()).retry({ delay })
    const { shared } = clock
    clock.shared = () => shared() + delay + 1
    try {
      expect(lease.finishForNext()).toBe(false)
      const due = source.tryLeaseAhead()
      expect([due?.item, due?.attempt]).toEqual([8, 2])
      expect(due?.finishForNext()).toBe(true)
      expect(due?.item).toBe(9)
      due?.finish()
    } finally {
      clock.shared = shared
    }
  })

  it('begins no next item where the entry of the last one is damaged', async () => {
    const { queue, source } = await site(20)
    const lease = fetched(source)
    internalsOf(queue).shared.words[(lease.entry + ENTRY_STATE) >> 2] = EMPTY_ENTRY
    expect(() => lease.finishForNext()).toThrow('damaged')
  })

  it('begins no next item once the thread has detached', async () => {
    const { queue, source } = await site(20)
    const lease = fetched(source)
    queue[Symbol.dispose]()
    expect(() => lease.finishForNext()).toThrow('has detached')
  })

  it('gives up an item that cannot be decoded, and goes on with the next', async () => {
    const letters = new Queue<DeadLetter<number>>()
    const codec = {
      name: 'choosy',
      byteLength: 1,
      encode(item: number, into: Uint8Array) {
        if (into.length > 0) into[0] = item
        return 1
      },
      decode([item = 0]: Uint8Array) {
        if (item === 9) throw new Error('unlucky')
        return item
      },
    }
    const { queue, source } = await site(20, { codec, deadLetters: letters })
    fetched(source).finish()
    expect(finishOne(source)).toBe(8)
    expect(() => finishOne(source)).toThrow(expect.objectContaining({ code: 'ERR_CODEC' }))
    for (const item of upTo(10, 10)) expect(finishOne(source)).toBe(item)
    expect([letters.size, queue.unfinished]).toEqual([1, 0])
  })
})

describe('items fetched ahead', () => {
  it.each(['tryGet', 'getSync', 'get', 'getMany', 'takeSync', 'takeManySync'] as const)(
    'go to a thread that finds nothing else: %s',
    async (method) => {
      const place = await site(15)
      const { queue, source } = place
      const lease = fetched(source)
      expect(queue.stats()).toMatchObject({ size: 0, held: 8 })
      const there = await other(queue)
      const got: unknown[] = []
      for (let left = 7; left > 0; left -= method.includes('Many') ? 7 : 1) {
        if (method === 'takeSync') {
          const { key, item, attempt } = await there.take(method)
          expect(attempt).toBe(1)
          got.push(item)
          await there.settle(key, 'done')
        } else if (method === 'takeManySync') {
          got.push(...(await there.user.ask(method, queue.handle.id, 10)))
        } else {
          const answer = await there.call(method, ...(method === 'getMany' ? [10] : []))
          const items = [answer].flat()
          got.push(...items)
          await there.call('taskDone', items.length)
        }
      }
      expect(got.sort((a, b) => Number(a) - Number(b))).toEqual(upTo(7, 8))
      expect(queue.stats()).toMatchObject({ held: 1, unfinished: 1 })
      lease.finish()
      expect([source.tryLeaseAhead(), queue.unfinished]).toEqual([undefined, 0])
      isWhole(place)
    },
  )

  it('go to a thread that sleeps, blocked, as a promise, in an iterator or a select', async () => {
    const { queue, source } = await site(7)
    for (const _ of upTo(7)) finishOne(source)
    const threads = await others(queue, 4)
    const [blocked, promised, iterating, selecting] = threads as [
      (typeof threads)[0],
      (typeof threads)[0],
      (typeof threads)[0],
      (typeof threads)[0],
    ]
    const gets = [
      blocked.call('getSync'),
      promised.call('get'),
      iterating.next('sync').then(({ value }) => value),
      selecting.user.ask('selectSync', { queue: queue.handle.id }).then(({ item }) => item),
    ]
    await Promise.all([blocked.waits('get'), promised.waits('get'), iterating.waits('get')])
    await selecting.waits('get')
    // This thread takes all in the same turn, or as much as the others let it.
    queue.putManySync(upTo(8, 7))
    const lease = source.tryLeaseAhead()
    const got = await within(Promise.all(gets), 'the four')
    expect(new Set([...got, lease?.item]).size).toBe(5)
    expect(queue.stats().missedWakes).toBe(0)
  })

  it.each([7, 15, 23, 31, 32, 35])(
    'keep their order when another thread gets them, after %i',
    async (before) => {
      const { queue, source } = await site(before + 8)
      for (const item of upTo(before)) expect(finishOne(source)).toBe(item)
      const lease = source.tryLeaseAhead()
      const fetchedNow = queue.stats().held - 1
      expect(fetchedNow).toBeGreaterThan(2)
      const there = await other(queue)
      const got: number[] = []
      while (got.length < fetchedNow) got.push(...(await there.call('getMany', 1)))
      // The rest was queued, and came first.
      const rest = upTo(7 - fetchedNow, before + 1 + fetchedNow)
      while (got.length < 7) got.push(await there.call('getSync'))
      expect(got).toEqual([...rest, ...upTo(fetchedNow, before + 1)])
      lease?.finish()
    },
  )

  it('keep their order when their thread detaches, whatever it did before', async () => {
    const seed = seedOfRun()
    const random = new Random(seed)
    for (let round = 0; round < 30; round++) {
      const { queue, source } = await site(0, { maxInFlight: 1 + random.below(12) })
      const there = await other(queue)
      let put = 0
      for (let steps = random.below(60) + 1; steps > 0; steps--) {
        for (let more = random.below(12); more > 0; more--) queue.tryPut(put++)
        const lease = source.tryLeaseAhead()
        // The last one is still held when the thread detaches.
        if (steps === 1) break
        if (random.once(5)) lease?.retry(undefined)
        else lease?.finish()
        if (random.once(10)) source.releaseAhead()
      }
      queue[Symbol.dispose]()
      const firsts: number[] = []
      while ((await there.call('size')) > 0) {
        const { key, item, attempt } = await there.take('takeSync')
        if (attempt === 1) firsts.push(item as number)
        await there.settle(key, 'done')
      }
      expect(firsts, `seed ${seed}`).toEqual(firsts.toSorted((a, b) => a - b))
    }
  })

  it('come last: a thread revokes none while others are queued', async () => {
    const { queue, source } = await site(30)
    fetched(source)
    const there = await other(queue)
    expect(await there.call('getMany', 15)).toEqual(upTo(15, 15))
    expect(queue.stats()).toMatchObject({ size: 0, returned: 0, held: 23 })
    await there.call('getMany', 2)
    expect(queue.stats()).toMatchObject({ size: 0, held: 23 })
  })

  it('come back to a consumer that always finds others, if their thread has not begun them for long', async () => {
    const place = await site(600, { maxsize: 1024 })
    const { queue, source } = place
    const lease = fetched(source)
    const there = await other(queue)
    const begun: { item: number; attempt: number }[] = []
    const older = () => begun.filter(({ item }) => item < 15)
    // It looks after every 16 fetches, and takes back what it saw at the look before.
    while (older().length < 7) {
      begun.push(...(await there.user.ask('consume', queue.handle.id, 8)))
      expect(begun.length).toBeLessThan(320)
    }
    expect(older()).toEqual(upTo(7, 8).map((item) => ({ item, attempt: 1 })))
    expect(queue.stats().queued).toBeGreaterThan(200)
    lease.finish()
    // This thread goes on with what is queued.
    expect(finishOne(source)).toBeGreaterThan(14)
    source.releaseAhead()
    isWhole(place)
  })

  it('that are begun in time are left to their thread', async () => {
    const { queue, source } = await site(600, { maxsize: 1024 })
    fetched(source).finish()
    const there = await other(queue)
    for (const item of upTo(7, 8)) {
      // It looks at least once, and sees another fetch each time but the first two.
      const begun = await there.user.ask('consume', queue.handle.id, 40)
      expect(begun.some(({ item: one }: { item: number }) => one < 15)).toBe(false)
      expect(finishOne(source)).toBe(item)
      if (item === 9) break
    }
  })

  it('that were revoked are skipped by the thread that had fetched them', async () => {
    const place = await site(15)
    const { queue, source } = place
    const lease = fetched(source)
    const there = await other(queue)
    const [a, b] = [await there.call('tryGet'), await there.call('tryGet')]
    lease.finish()
    const rest: number[] = []
    for (let next = source.tryLeaseAhead(); next !== undefined; next = source.tryLeaseAhead()) {
      rest.push(next.item)
      next.finish()
    }
    expect([...rest, a, b].sort((x, y) => x - y)).toEqual(upTo(7, 8))
    await there.call('taskDone', 2)
    expect(queue.unfinished).toBe(0)
    isWhole(place)
  })

  it('are got first by the other calls of their own thread', async () => {
    const { queue, source } = await site(30)
    fetched(source)
    expect([queue.tryGet(), await queue.get(), queue.getSync()]).toEqual([8, 9, 10])
    expect((await queue.take()).item).toBe(11)
    expect(await queue.getMany(2)).toEqual([12, 13])
    expect((await queue.takeMany(3)).items).toEqual([14, 15, 16])
    expect((await select({ queue })).item).toBe(17)
    queue.taskDone(6)
    expect(queue.stats()).toMatchObject({ held: 5 })
  })

  it.each([1, 2, 3, 8])(
    'take no room from what their thread may hold: maxInFlight %i',
    async (maxInFlight) => {
      const place = await site(40, { maxInFlight })
      const { queue, source } = place
      let begun = 0
      let lease = source.tryLeaseAhead()
      // Until it has fetched as many as it may hold.
      for (; queue.stats().held < maxInFlight; begun++) {
        lease?.finish()
        lease = source.tryLeaseAhead()
      }
      expect([lease?.item, queue.stats().held]).toEqual([begun, maxInFlight])
      const room = maxInFlight - 1
      const got: number[] = []
      if (room > 0) got.push((await select({ queue })).item)
      if (room > 1) got.push(...(await queue.getMany(40)))
      expect(got).toEqual(upTo(room, begun + 1))
      // Now it holds as much as it may.
      for (const call of [() => queue.tryGet(), () => queue.takeManySync(1)]) {
        expect(call).toThrow(expect.objectContaining({ code: 'ERR_TOO_MANY_IN_FLIGHT' }))
      }
      await expect(select({ queue })).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
      if (room > 0) queue.taskDone(room)
      lease?.finish()
      for (let item = begun + maxInFlight; item < 40; item++) expect(finishOne(source)).toBe(item)
      expect(queue.unfinished).toBe(0)
      isWhole(place)
    },
  )

  it('are discarded by an immediate shutdown, and the join waits for the begun one only', async () => {
    for (const where of ['here', 'there']) {
      const place = await site(30)
      const { queue, source } = place
      const lease = fetched(source)
      const there = await other(queue)
      if (where === 'here') queue.shutdown({ immediate: true })
      else await there.call('shutdown', { immediate: true })
      expect(queue.stats()).toMatchObject({ size: 0, held: 1, unfinished: 1 })
      const joined = queue.join()
      await waits(queue, 'join', 0)
      lease.finish()
      await within(joined, 'the join')
      expect(() => source.tryLeaseAhead()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' }))
      source.releaseAhead()
      expect(queue.unfinished).toBe(0)
      isWhole(place)
    }
  })

  it.each(upTo(7, 1))('are discarded, though the shutdown comes before release number %i', async (nth) => {
    const { queue, source } = await site(30)
    const lease = fetched(source)
    const { shared } = internalsOf(queue)
    const { core } = shared
    let releases = 0
    const revoke: typeof core.revoke = (ledger, entry) => {
      // As another thread would, between two operations of this one.
      if (++releases === nth) queue.shutdown({ immediate: true })
      return core.revoke(ledger, entry)
    }
    Object.assign(shared, { core: { ...core, revoke } })
    source.releaseAhead()
    Object.assign(shared, { core })
    expect(releases).toBeGreaterThanOrEqual(7)
    expect(queue.stats()).toMatchObject({ size: 0, held: 1, unfinished: 1 })
    lease.finish()
    await within(queue.join(), 'the join')
  })

  it('are delivered after a shutdown, and then all end', async () => {
    const { queue, source } = await site(15)
    const lease = fetched(source)
    const there = await other(queue)
    queue.shutdown()
    const got: unknown[] = []
    for (const _ of upTo(7)) got.push((await there.next('sync')).value)
    const end = there.next('sync')
    await there.waits('get')
    lease.finish()
    expect((await end).done).toBe(true)
    expect(got.sort((a, b) => Number(a) - Number(b))).toEqual(upTo(7, 8))
    expect(() => source.tryLeaseAhead()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' }))
  })

  it('leave room for puts, which fill the queue to maxsize', async () => {
    const { queue, source } = await site(15, { maxsize: 15 })
    fetched(source)
    expect(queue.putManySync(upTo(15, 15))).toBe(15)
    expect(queue.tryPut(99)).toBe(false)
    source.releaseAhead()
    // Items that come back may exceed it; a put does not.
    expect([queue.size, queue.tryPut(99)]).toEqual([22, false])
    const got = await queue.getMany(7)
    expect([got, queue.size, queue.tryPut(99)]).toEqual([upTo(7, 8), 15, false])
    expect([queue.tryGet(), queue.tryPut(99)]).toEqual([15, true])
  })

  it('are counted as held', async () => {
    const { queue, source } = await site(20)
    fetched(source)
    expect(queue.stats()).toMatchObject({ held: 8, unfinished: 13, size: 5, threads: [{ held: 8 }] })
    expect(() => queue.taskDone()).toThrow(expect.objectContaining({ code: 'ERR_TASK_DONE' }))
  })
})
