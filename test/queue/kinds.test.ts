import { describe, expect, it } from 'vitest'
import { attach, codecs, type DeadLetter, EMPTY, LifoQueue, PriorityQueue, Queue } from '../../src/index.ts'
import { until } from '../support/deadline.ts'
import { CLASSES, KINDS, queueAt } from '../support/queues.ts'
import { other, User } from '../support/users.ts'

/** All items that `tryGet` still answers. */
function drained<T>(queue: Queue<T>): T[] {
  const items: T[] = []
  for (let item = queue.tryGet(); item !== EMPTY; item = queue.tryGet()) items.push(item)
  return items
}

const shutDown = expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' })

describe.each(['lifo', 'priority'] as const)('a %s queue', (kind) => {
  const make = <T>(options = {}) => new CLASSES[kind]<T>(options)

  it.each([1, 2, 3, 5, 64])('of maxsize %i holds that many and is as new after', (maxsize) => {
    const queue = make<number>({ maxsize, codec: codecs.int32 })
    for (let lap = 0; lap < 5; lap++) {
      for (let index = 0; index < maxsize; index++) expect(queue.tryPut(index)).toBe(true)
      expect(queue.tryPut(-1)).toBe(false)
      expect([queue.size, queue.full, queue.empty]).toEqual([maxsize, true, false])
      const order = Array.from({ length: maxsize }, (_, index) => index)
      const got: unknown[] = []
      for (let index = 0; index < maxsize; index++) {
        got.push(queue.tryGet())
        queue.taskDone()
      }
      expect(got).toEqual(kind === 'lifo' ? order.reverse() : order)
      expect([queue.tryGet(), queue.size, queue.unfinished, queue.empty]).toEqual([EMPTY, 0, 0, true])
    }
  })

  it.each([2 ** 30, 2 ** 31])('is the same across position %i', (wrap) => {
    for (const maxsize of [1, 2, 5]) {
      const queue = queueAt<number>(wrap - 3, { maxsize, codec: codecs.int32, ack: 'auto' }, kind)
      for (let number = 0; number < 50; number++) {
        while (queue.tryPut(number));
        expect([queue.size, queue.unfinished, queue.tryGet(), queue.tryPut(number)]).toEqual([
          ...[maxsize, maxsize, number, true],
        ])
        expect(drained(queue).length).toBe(maxsize)
      }
      queue.shutdown()
      expect(() => queue.tryGet()).toThrow(shutDown)
    }
  })

  it('is attached by its handle as its own class, once in a thread', async () => {
    const queue = make<number>()
    expect(attach(queue.handle) === queue).toBe(true)
    expect(queue.handle.kind).toBe(kind)
    expect(queue instanceof CLASSES[kind]).toBe(true)
    queue[Symbol.dispose]()
    const again = attach(queue.handle)
    expect(again === queue).toBe(false)
    expect(again instanceof CLASSES[kind]).toBe(true)
    const there = await other(again)
    await there.call('put', 1)
    await there.call('put', 2)
    expect(drained(again)).toEqual(kind === 'lifo' ? [2, 1] : [1, 2])
  })

  it('wakes a blocked taker and a blocked putter of another thread', async () => {
    const queue = make<number>({ maxsize: 1 })
    const there = await other(queue)
    const got = there.call('getSync')
    await there.waits('get')
    await queue.put(7)
    expect(await got).toBe(7)
    queue.putSync(8)
    const put = there.call('putSync', 9)
    await there.waits('put')
    expect(queue.tryGet()).toBe(8)
    expect(await put).toBe('stored')
    expect(await queue.get()).toBe(9)
  })

  it('carries items longer than itemBytes', async () => {
    const queue = make<string>({ itemBytes: 16, maxItemBytes: 100_000, memoryBytes: 200_000 })
    const there = await other(queue)
    const long = 'x'.repeat(90_000)
    const free = queue.stats().freeMemoryBytes
    for (let lap = 0; lap < 3; lap++) {
      queue.putSync(long)
      expect(await there.call('getSync')).toBe(long)
      await there.call('taskDone')
    }
    const one = queue.putManySync(['short', long])
    const delivery = queue.takeSync()
    delivery.retry()
    queue.shutdown()
    expect([one, queue.getSync().length, queue.getSync().length].sort()).toEqual([2, 5, 90_000])
    queue.taskDone(2)
    expect([queue.unfinished, queue.stats().freeMemoryBytes]).toEqual([0, free])
  })

  it('delivers again the items of a dead thread', async () => {
    const queue = make<number>({ maxsize: 3 })
    queue.putManySync([1, 2, 3])
    const user = new User()
    await user.ask('attach', queue.handle)
    const first = await user.ask('call', queue.handle.id, 'getSync')
    await user.ask('call', queue.handle.id, 'getSync')
    await user.stop()
    await until(() => queue.stats().returned === 2, 'what it held comes back')
    expect(queue.size).toBe(3)
    const again = queue.takeSync()
    expect([again.item, again.attempt]).toEqual([first, 2])
    again.done()
    expect(drained(queue)).toEqual(kind === 'lifo' ? [2, 1] : [2, 3])
    queue.taskDone(2)
    expect(queue.unfinished).toBe(0)
  })

  it('counts returned items against maxsize', () => {
    const queue = make<number>({ maxsize: 2 })
    queue.putManySync([1, 2])
    const delivery = queue.takeSync()
    expect(queue.tryPut(3)).toBe(true)
    delivery.retry()
    expect([queue.size, queue.tryPut(4)]).toEqual([3, false])
    expect(queue.stats()).toMatchObject({ queued: 2, returned: 1 })
    queue.takeSync().done()
    expect(queue.tryPut(5)).toBe(false)
    queue.takeSync().done()
    expect(queue.tryPut(6)).toBe(true)
  })

  it('dead-letters an item that was delivered maxDeliveries times', async () => {
    const deadLetters = new CLASSES[kind]<DeadLetter<number>>()
    const queue = make<number>({ deadLetters, maxDeliveries: 2 })
    queue.putManySync([1, 2])
    const item = queue.takeSync()
    item.retry({ error: new Error('first') })
    const again = queue.takeSync()
    expect([again.item, again.attempt]).toEqual([item.item, 2])
    again.retry({ error: new Error('second') })
    const letter = await deadLetters.get()
    expect(letter).toMatchObject({ item: item.item, attempts: 2, error: { message: 'second' } })
    expect([queue.size, queue.unfinished]).toEqual([1, 1])
  })

  it('ends, when it is drained, after the last items and those that holders return', async () => {
    const queue = make<number>()
    queue.putManySync([1, 2])
    const there = await other(queue)
    const held = await there.take('takeSync')
    queue.shutdown()
    expect(() => queue.tryPut(3)).toThrow(shutDown)
    const got: number[] = []
    const loop = (async () => {
      for await (const item of queue) got.push(item)
    })()
    await until(() => got.length === 1, 'the loop gets what is left')
    await there.settle(held.key, 'retry')
    await loop
    expect(got.sort()).toEqual([1, 2])
    expect(queue.unfinished).toBe(0)
  })

  it('discards queued and returned items at once, and counts them as finished', async () => {
    const queue = make<number>()
    queue.putManySync([1, 2, 3, 4])
    const [first, second] = [queue.takeSync(), queue.takeSync()]
    first.retry()
    const joined = queue.join()
    queue.shutdown({ immediate: true })
    expect([queue.size, queue.unfinished]).toEqual([0, 1])
    expect(() => queue.tryGet()).toThrow(shutDown)
    second.retry()
    await joined
    expect(queue.unfinished).toBe(0)
  })

  it('ends all waits when it is shut down', async () => {
    const queue = make<number>({ maxsize: 1 })
    const there = await other(queue)
    const got = there.call('getSync').catch((error) => error.code)
    await there.waits('get')
    queue.shutdown()
    expect(await got).toBe('ERR_QUEUE_SHUT_DOWN')
  })
})

describe('a LIFO queue', () => {
  it('delivers returned items before all others, in the order of their return', () => {
    const queue = new LifoQueue<number>()
    queue.putManySync([1, 2, 3])
    const [three, two] = [queue.takeSync(), queue.takeSync()]
    three.retry()
    two.retry()
    queue.putSync(4)
    expect(drained(queue)).toEqual([3, 2, 4, 1])
  })
})

describe('a priority queue', () => {
  it('sorts 100,000 random numbers, equal ones in the order they came', () => {
    const queue = new PriorityQueue<{ n: number; at: number }>({
      maxsize: 100_000,
      by: 'n',
      ack: 'auto',
      codec: codecs.json,
    })
    let seed = 1
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed / 0x7fffffff
    }
    const items = Array.from({ length: 100_000 }, (_, at) => {
      const n = random() < 0.2 ? Math.floor(random() * 10) : (random() - 0.5) * 10 ** (random() * 600 - 300)
      return { n, at }
    })
    queue.putManySync(items)
    expect(drained(queue)).toEqual(items.sort((a, b) => a.n - b.n || a.at - b.at))
  })

  it('takes the priority of a put before that of the item, and 0 without either', async () => {
    const queue = new PriorityQueue<string>()
    await queue.put('zero')
    queue.putSync('last', { priority: Number.MAX_VALUE })
    expect(queue.tryPut('first', { priority: -Number.MAX_VALUE })).toBe(true)
    await queue.putMany(['a', 'b'], { priority: -1 })
    queue.putManySync(['c', 'd'], { priority: 1 })
    queue.tryPut('minus zero', { priority: -0 })
    const order = ['first', 'a', 'b', 'zero', 'minus zero', 'c', 'd', 'last']
    expect(drained(queue)).toEqual(order)
    const by = new PriorityQueue<{ n: number }>({ by: 'n' })
    by.putSync({ n: 1 })
    by.putSync({ n: 2 }, { priority: 0 })
    expect(drained(by)).toEqual([{ n: 2 }, { n: 1 }])
  })

  it('keeps the priority of a put that waits for room, long or short', async () => {
    const queue = new PriorityQueue<string>({ maxsize: 1, itemBytes: 8 })
    await queue.put('now')
    const puts = [queue.put('later', { priority: 2 }), queue.put('x'.repeat(5000), { priority: 1 })]
    expect(await queue.get()).toBe('now')
    await puts[0]
    expect(await queue.get()).toBe('later')
    await puts[1]
    expect((await queue.get()).length).toBe(5000)
  })

  it('puts a returned item at its old place', async () => {
    const queue = new PriorityQueue<number>()
    for (const priority of [3, 1, 2, 1]) queue.putSync(priority * 10 + queue.size, { priority })
    const first = queue.takeSync()
    expect(first.item).toBe(11)
    queue.putSync(99, { priority: 1 })
    queue.putSync(0, { priority: 0 })
    first.retry()
    expect(drained(queue)).toEqual([0, 11, 13, 99, 22, 30])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses the priority %s, and stores nothing',
    async (priority) => {
      const range = expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
      const queue = new PriorityQueue<{ n: number }>({ by: 'n' })
      expect(() => queue.tryPut({ n: 1 }, { priority })).toThrow(range)
      expect(() => queue.putSync({ n: priority })).toThrow(range)
      await expect(queue.put({ n: 1 }, { priority })).rejects.toThrow(range)
      expect(queue.size).toBe(0)
    },
  )

  it.each([undefined, null, '1', 1n, {}])('refuses an item whose priority is %s', async (n) => {
    const type = expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringMatching(/^item\.n must be a finite number, the priority; received /),
    })
    const queue = new PriorityQueue<{ n: number }>({ by: 'n' })
    expect(() => queue.putSync({ n } as never)).toThrow(type)
    expect(() => queue.tryPut(null as never)).toThrow(type)
    await expect(queue.put({ n } as never)).rejects.toThrow(type)
    await expect(queue.putMany([{ n: 1 }, { n } as never])).rejects.toMatchObject({ stored: 1 })
    expect(queue.size).toBe(1)
  })

  it('refuses wrong options', () => {
    const make = (options: object) => () => new PriorityQueue(options)
    const type = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
    const range = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' })
    expect(make({ by: 1 })).toThrow(type)
    expect(make({ ageing: '1' })).toThrow(type)
    for (const ageing of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(make({ ageing })).toThrow(range)
    expect(make({ maxsize: 2 ** 20 + 1 })).toThrow(range)
    expect(make({ maxsize: 2 ** 20, maxThreads: 64, maxInFlight: 65_536, codec: codecs.int32 })).toThrow(
      'maxsize + maxThreads x maxInFlight',
    )
  })

  it('lets an item that waits gain a step by each `ageing` ms', async () => {
    const queue = new PriorityQueue<string>({ ageing: 10 })
    queue.putSync('old', { priority: 3 })
    queue.putSync('much later', { priority: 1_000_000 })
    await new Promise((resolve) => setTimeout(resolve, 60))
    queue.putSync('new', { priority: 0 })
    expect(drained(queue)).toEqual(['old', 'new', 'much later'])
  })

  it('ages by one clock in all threads', async () => {
    const queue = new PriorityQueue<string>({ ageing: 1 })
    const there = await other(queue)
    queue.putSync('first')
    await there.call('putSync', 'second')
    queue.putSync('third')
    await there.call('putSync', 'fourth')
    expect(drained(queue)).toEqual(['first', 'second', 'third', 'fourth'])
  })

  it('applies `by` in other threads', async () => {
    const queue = new PriorityQueue<{ n: number }>({ by: 'n' })
    const there = await other(queue)
    for (const n of [2, 1, 3]) await there.call('putSync', { n })
    await expect(there.call('putSync', {})).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(drained(queue).map(({ n }) => n)).toEqual([1, 2, 3])
  })
})

it('the classes of queues are Queues', () => {
  for (const kind of KINDS) expect(new CLASSES[kind]() instanceof Queue).toBe(true)
  expect(new Queue() instanceof LifoQueue).toBe(false)
})
