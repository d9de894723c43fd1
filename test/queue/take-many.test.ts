import { describe, expect, it } from 'vitest'
import {
  type Batch,
  type Codec,
  codecs,
  type DeadLetter,
  type Delivery,
  EMPTY,
  Queue,
  type QueueOptions,
} from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { DEADLINE_MS, until, within } from '../support/deadline.ts'
import { CLASSES, KINDS } from '../support/queues.ts'
import { other, others, waits } from '../support/users.ts'

const numbers = (options?: QueueOptions<number>) =>
  new Queue<number>({ codec: codecs.int32, name: 'shelf', ...options })
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const stale = expect.objectContaining({ name: 'StaleDeliveryError', code: 'ERR_STALE_DELIVERY' })
const LONG = 10 * DEADLINE_MS

/** Both forms, which the main thread may call while an item is there. */
const FORMS = [
  ['takeMany', async <T>(queue: Queue<T>, max: number, options?: object) => queue.takeMany(max, options)],
  [
    'takeManySync',
    async <T>(queue: Queue<T>, max: number, options?: object) => queue.takeManySync(max, options),
  ],
] as const

async function filled(count: number, options?: QueueOptions<number>): Promise<Queue<number>> {
  const queue = numbers(options)
  await queue.putMany(upTo(count))
  return queue
}

function isWhole(queue: Queue<never>): void {
  const { words, geometry } = internalsOf(queue).shared
  expect(faultsOf(words, geometry)).toEqual([])
}

describe.each(FORMS)('%s', (_, take) => {
  it.each([1, 2, 7, 8, 9, 30])('takes up to %i items, each to be settled by itself', async (max) => {
    const queue = await filled(30)
    const batch = await take(queue, max)
    expect([batch.length, batch.items]).toEqual([max, upTo(max)])
    expect([...batch].map(({ item, attempt }) => [item, attempt])).toEqual(upTo(max).map((item) => [item, 1]))
    expect(queue.stats()).toMatchObject({ size: 30 - max, held: max, unfinished: 30 })
    let left = 30
    for (const delivery of batch) {
      delivery.done()
      expect(queue.unfinished).toBe(--left)
    }
    expect(queue.stats().held).toBe(0)
    isWhole(queue as Queue<never>)
  })

  it('takes what is there, and does not wait for more', async () => {
    const queue = await filled(3)
    expect((await take(queue, 100)).items).toEqual([0, 1, 2])
    await expect(take(queue, 100, { timeout: 0 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
  })

  it('gives the same deliveries each time', async () => {
    const batch = await take(await filled(5), 5)
    const first = [...batch]
    expect([...batch].every((delivery, index) => delivery === first[index])).toBe(true)
    const [second] = [...batch].slice(1)
    second?.done()
    expect(() => first[1]?.done()).toThrow(stale)
  })

  it('is finished by done: what is not settled yet, and twice is no error', async () => {
    const queue = await filled(20)
    const batch = await take(queue, 20)
    const [one, two, three, four] = [...batch] as Delivery<number>[]
    one?.done()
    two?.retry()
    three?.fail(new Error('no use'))
    expect(queue.stats()).toMatchObject({ held: 17, returned: 1, unfinished: 18, dropped: 1 })
    batch.done()
    expect(queue.stats()).toMatchObject({ held: 0, returned: 1, unfinished: 1, dropped: 1 })
    batch.done()
    for (const delivery of batch) {
      expect(() => delivery.done()).toThrow(stale)
      expect(() => delivery.retry()).toThrow(stale)
      expect(() => delivery.fail(undefined)).toThrow(stale)
    }
    expect(() => four?.done()).toThrow(stale)
    const again = await queue.take()
    expect([again.item, again.attempt]).toEqual([1, 2])
    again.done()
    expect(queue.unfinished).toBe(0)
    isWhole(queue as Queue<never>)
  })

  it('still tells its items and attempts when it is done', async () => {
    const queue = await filled(3)
    for (const delivery of await take(queue, 2)) delivery.retry()
    const batch = await take(queue, 3)
    batch.done()
    // The entries hold other items now.
    await queue.putMany([7, 8, 9])
    const next = await take(queue, 3)
    expect([batch.length, batch.items]).toEqual([3, [0, 1, 2]])
    expect([...batch].map(({ item, attempt }) => [item, attempt])).toEqual([
      [0, 2],
      [1, 2],
      [2, 1],
    ])
    expect([...next].map(({ item, attempt }) => [item, attempt])).toEqual([
      [7, 1],
      [8, 1],
      [9, 1],
    ])
  })

  it('has items that the caller may change, and deliveries that stay', async () => {
    const queue = await filled(3)
    const batch = await take(queue, 3)
    batch.items.reverse()
    batch.items.pop()
    expect([batch.length, batch.items]).toEqual([3, [2, 1]])
    expect([...batch].map(({ item }) => item)).toEqual([0, 1, 2])
    batch.done()
    expect(queue.unfinished).toBe(0)
  })

  it('is finished in one, wakes a join, and lets no taskDone count it', async () => {
    const queue = await filled(12)
    const batch = await take(queue, 11)
    await queue.get()
    const joined = queue.join()
    expect(() => queue.taskDone(2)).toThrow(expect.objectContaining({ code: 'ERR_TASK_DONE' }))
    queue.taskDone()
    await waits(queue, 'join', 0)
    batch.done()
    await within(joined, 'the join')
  })

  it('takes at most what maxInFlight allows', async () => {
    const queue = await filled(20, { maxInFlight: 6 })
    const one = await queue.take()
    const batch = await take(queue, 20)
    expect(batch.items).toEqual([1, 2, 3, 4, 5])
    await expect(take(queue, 20)).rejects.toMatchObject({
      code: 'ERR_TOO_MANY_IN_FLIGHT',
      message: expect.stringMatching(/holds 6 .*maxInFlight/),
    })
    one.done()
    expect((await take(queue, 20)).items).toEqual([6])
    batch.done()
    expect((await take(queue, 20)).length).toBe(5)
  })

  it("leases with ack: 'auto' too", async () => {
    const queue = await filled(12, { ack: 'auto' })
    const batch = await take(queue, 10)
    expect([queue.unfinished, batch.length]).toEqual([12, 10])
    batch.done()
    expect(queue.unfinished).toBe(2)
  })

  it.each(KINDS)('takes from a %s queue in its order', async (kind) => {
    const queue = new CLASSES[kind]<number>({ codec: codecs.int32 })
    for (const item of [3, 1, 2]) await queue.put(item, kind === 'priority' ? { priority: item } : undefined)
    const order = { fifo: [3, 1, 2], lifo: [2, 1, 3], priority: [1, 2, 3] }[kind]
    const batch = await take(queue, 5)
    expect(batch.items).toEqual(order)
    ;[...batch][0]?.retry()
    expect((await take(queue, 5)).items).toEqual(order.slice(0, 1))
  })

  it('takes what came back before what is new', async () => {
    const queue = await filled(12)
    for (const delivery of await take(queue, 3)) delivery.retry()
    const batch = await take(queue, 12)
    expect([...batch].map(({ item, attempt }) => [item, attempt])).toEqual(
      upTo(12).map((item) => [item, item < 3 ? 2 : 1]),
    )
  })

  it('gives up one that cannot be decoded, and the others are delivered again as they were', async () => {
    for (const [items, bad] of [
      [[13, 1, 2], 0],
      [[0, 1, 13, 3, 4], 2],
      [[0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 10], 9],
      [[0, 13, 13, 3], 1],
    ] as const) {
      const letters = new Queue<DeadLetter<number>>()
      const queue = numbers({ codec: choosy, deadLetters: letters, maxDeliveries: 1 })
      await queue.putMany(items)
      const [first] = items
      await expect(take(queue, 20)).rejects.toMatchObject({ code: 'ERR_CODEC' })
      const after = queue.stats()
      expect(after).toMatchObject({ held: 0, size: items.length - 1, unfinished: items.length - 1 })
      expect(letters.tryGet()).toMatchObject({ attempts: 1, error: { code: 'ERR_CODEC' } })
      expect(letters.size).toBe(0)
      const rest = items.filter((_, index) => index !== bad)
      if (rest.includes(13)) {
        await expect(take(queue, 20)).rejects.toMatchObject({ code: 'ERR_CODEC' })
        rest.splice(rest.indexOf(13), 1)
      }
      const batch = await take(queue, 20)
      expect([...batch].map(({ item, attempt }) => [item, attempt])).toEqual(rest.map((item) => [item, 1]))
      batch.done()
      expect([queue.unfinished, first === undefined]).toEqual([0, false])
      isWhole(queue as Queue<never>)
    }
  })

  it.each([
    ['structured', codecs.structured],
    ['json', codecs.json],
    ['msgpack', codecs.msgpack],
  ])('is no item of a queue, which says what is: %s', async (_, codec) => {
    const batch = await take(await filled(2), 2)
    const queue = new Queue<unknown>({ codec: codec as Codec<unknown> })
    for (const item of [batch, [batch], { batch }]) {
      await expect(queue.put(item)).rejects.toMatchObject({
        code: 'ERR_CODEC',
        message: expect.stringContaining('a Batch cannot be sent to another thread: its `items` can'),
      })
    }
    await queue.put(batch.items)
    expect(await queue.get()).toEqual([0, 1])
  })

  it('refuses wrong options, and takes nothing', async () => {
    const queue = await filled(3)
    for (const [options, message] of [
      [{ linger: -1 }, /^options\.linger must be/],
      [{ linger: '5' }, /^options\.linger must be/],
      [{ timeout: -1 }, /^options\.timeout must be/],
      [{ signal: 5 }, /^options\.signal must be/],
      [{ lingers: 5 }, /^options\.lingers is not a known option: did you mean linger/],
      [{ into: new Int32Array(3) }, /^options\.into is not a known option/],
      [5, /^options must be an object/],
      [null, /^options must be an object/],
    ] as const) {
      await expect(take(queue, 2, options as object)).rejects.toThrow(message)
    }
    expect(queue.stats()).toMatchObject({ size: 3, held: 0 })
  })

  it('fails on a detached queue', async () => {
    const queue = await filled(3)
    queue[Symbol.dispose]()
    await expect(take(queue, 2)).rejects.toMatchObject({ code: 'ERR_DETACHED' })
  })

  it('is stale once the thread has detached: what is unsettled is delivered again', async () => {
    const queue = await filled(3)
    const there = await other(queue)
    const batch = await take(queue, 3)
    const [first] = [...batch]
    first?.done()
    queue[Symbol.dispose]()
    expect(() => batch.done()).toThrow(stale)
    for (const delivery of [...batch].slice(1)) expect(() => delivery.done()).toThrow(stale)
    expect([await there.call('size'), await there.call('unfinished')]).toEqual([2, 2])
    const { item, attempt } = await there.take('take')
    expect([item, attempt]).toEqual([1, 2])
  })

  it('that is settled whole before the thread detaches is no error', async () => {
    const queue = await filled(3)
    const batch = await take(queue, 3)
    batch.done()
    queue[Symbol.dispose]()
    batch.done()
  })

  it('gives items up after maxDeliveries', async () => {
    const letters = new Queue<DeadLetter<number>>({ maxsize: 4 })
    const queue = await filled(10, { deadLetters: letters, maxDeliveries: 2 })
    for (const delivery of await take(queue, 10)) delivery.retry({ error: new Error('first') })
    const batch = await take(queue, 10)
    for (const delivery of [...batch].slice(0, 6)) delivery.retry({ error: new Error('second') })
    expect(queue.stats()).toMatchObject({ held: 4, doomed: 2, unfinished: 6 })
    const items: unknown[] = []
    for (let letter = letters.tryGet(); letter !== EMPTY; letter = letters.tryGet()) {
      items.push(letter.item)
      expect(letter.history.map(({ error }) => error.message)).toEqual(['first', 'second'])
      letters.taskDone()
    }
    batch.done()
    await until(() => letters.size === 2, 'the rest are moved')
    expect([items, queue.unfinished]).toEqual([[0, 1, 2, 3], 0])
  })
})

describe('takeMany that waits', () => {
  it('waits for the first item', async () => {
    const queue = numbers()
    const batch = queue.takeMany(5)
    await waits(queue, 'get', 0)
    queue.tryPut(1)
    expect((await within(batch, 'the batch')).items).toEqual([1])
    await expect(queue.takeMany(5, { timeout: 5 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
  })

  it('on the main thread does not block', async () => {
    const queue = numbers()
    expect(() => queue.takeManySync(5)).toThrow(expect.objectContaining({ code: 'ERR_BLOCKING_MAIN_THREAD' }))
    queue.tryPut(1)
    expect(queue.takeManySync(5, { linger: LONG }).items).toEqual([1])
  })

  it.each([
    ['its max is reached', (queue) => queue.putManySync([2, 3]), [1, 2, 3]],
    ['it is aborted', (_, controller) => controller.abort(), [1]],
    ['the queue is shut down', (queue) => queue.shutdown(), [1]],
    ['the queue is shut down at once', (queue) => queue.shutdown({ immediate: true }), [1]],
  ] as [string, (queue: Queue<number>, controller: AbortController) => void, number[]][])(
    'lingers until %s',
    async (_, end, items) => {
      const queue = numbers()
      const controller = new AbortController()
      queue.tryPut(1)
      const batch = queue.takeMany(3, { linger: LONG, signal: controller.signal })
      await waits(queue, 'get', 0)
      end(queue, controller)
      const taken = await within(batch, 'the batch')
      expect(taken.items).toEqual(items)
      taken.done()
      expect(queue.stats()).toMatchObject({ held: 0, unfinished: 0 })
    },
  )

  it('lingers until its time is over', async () => {
    const queue = await filled(1)
    expect((await within(queue.takeMany(3, { linger: 1 }), 'the batch')).items).toEqual([0])
  })

  it('takes nothing when its signal is aborted before', async () => {
    const queue = await filled(3)
    await expect(queue.takeMany(2, { signal: AbortSignal.abort('no') })).rejects.toMatchObject({
      code: 'ABORT_ERR',
      cause: 'no',
    })
    expect(queue.stats()).toMatchObject({ size: 3, held: 0 })
  })

  it('holds nothing when the thread detaches while it lingers', async () => {
    const queue = await filled(2)
    const batch = queue.takeMany(5, { linger: LONG })
    await waits(queue, 'get', 0)
    queue[Symbol.dispose]()
    await expect(within(batch, 'the batch')).rejects.toMatchObject({ code: 'ERR_DETACHED' })
    expect(queue.stats()).toMatchObject({ size: 2, held: 0, unfinished: 2 })
  })

  it('in two threads ends when the queue is shut down, though each holds what it took', async () => {
    const queue = numbers()
    const there = await other(queue)
    queue.tryPut(1)
    const here = queue.takeMany(5, { linger: LONG })
    await waits(queue, 'get', 0)
    // The other thread lingers as a promise, too.
    const took = there.user.ask('takeMany', queue.handle.id, 5, { linger: LONG })
    await there.waits('get')
    queue.tryPut(2)
    // This thread blocks, so it does not take the item.
    const deadline = performance.now() + DEADLINE_MS
    while (queue.stats().threads.some(({ thread, held }) => thread === there.threadId && held === 0)) {
      if (performance.now() > deadline) throw new Error('the other thread took nothing')
    }
    await there.waits('get')
    queue.shutdown()
    expect(await within(took, 'the other batch')).toEqual([2])
    const batch = await within(here, 'the batch')
    expect(batch.items).toEqual([1])
    batch.done()
  })

  it('waits at the end for an item that another thread may give back', async () => {
    const queue = await filled(2)
    const there = await other(queue)
    const held = await there.take('take')
    const here = queue.takeMany(5, { linger: LONG })
    await waits(queue, 'get', 0)
    queue.shutdown()
    await waits(queue, 'get', 0)
    await there.settle(held.key, 'retry')
    const batch = await within(here, 'the batch')
    expect([...batch].map(({ item, attempt }) => [item, attempt])).toEqual([
      [1, 1],
      [0, 2],
    ])
  })
})

describe('takeManySync in a worker thread', () => {
  it('blocks for the first item, and lingers', async () => {
    const queue = numbers()
    const there = await other(queue)
    const took = there.user.ask('takeManySync', queue.handle.id, 3, { linger: LONG })
    for (const item of [1, 2, 3]) {
      await there.waits('get')
      await queue.put(item)
    }
    expect(await took).toEqual([1, 2, 3])
    expect(queue.unfinished).toBe(0)
  })

  it('ends by a timeout and by a shutdown', async () => {
    const queue = numbers()
    const there = await other(queue)
    const take = (options: object) => there.user.ask('takeManySync', queue.handle.id, 3, options)
    await expect(take({ timeout: 5 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    await expect(take({ signal: 5 })).rejects.toThrow(/^options\.signal must be/)
    queue.tryPut(1)
    expect(await take({ linger: 1 })).toEqual([1])
    const took = take({ linger: LONG })
    await there.waits('get')
    queue.tryPut(2)
    await until(() => queue.size === 0, 'it has the item')
    await there.waits('get')
    queue.shutdown()
    expect(await took).toEqual([2])
    await expect(take({})).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
  })

  it('gives each item to one of several threads', async () => {
    const queue = numbers({ maxsize: 64 })
    const threads = await others(queue, 3)
    const drains = threads.map(({ user }, index) =>
      user.ask(index === 0 ? 'drainMany' : 'drainManySync', queue.handle.id, 7),
    )
    for (let from = 0; from < 3000; from += 500) await queue.putMany(upTo(500).map((item) => from + item))
    queue.shutdown()
    const all = (await Promise.all(drains)).flat() as number[]
    expect(all.sort((a, b) => a - b)).toEqual(upTo(3000))
    expect(queue.stats()).toMatchObject({ held: 0, unfinished: 0, missedWakes: 0 })
    isWhole(queue as Queue<never>)
  })
})

it('Batch is a type of the library', async () => {
  const queue = await filled(1)
  const batch: Batch<number> = await queue.takeMany(1)
  const deliveries: Iterable<Delivery<number>> = batch
  expect([...deliveries]).toHaveLength(1)
})

/** A codec that decodes all numbers but 13. */
const choosy: Codec<number> = {
  name: 'choosy',
  byteLength: 1,
  encode: (item, into) => {
    into[0] = item
    return 1
  },
  decode: ([item = 0]) => {
    if (item === 13) throw new Error('unlucky')
    return item
  },
}
