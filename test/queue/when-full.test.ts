import { describe, expect, it } from 'vitest'
import { codecs, EMPTY, Queue, type QueueOptions, type WhenFull } from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { within } from '../support/deadline.ts'
import { CLASSES, KINDS, queueAt } from '../support/queues.ts'
import { startThread } from '../support/threads.ts'
import { other, waits } from '../support/users.ts'

const numbers = (whenFull: WhenFull, options?: QueueOptions<number>) =>
  new Queue<number>({ codec: codecs.int32, maxsize: 3, whenFull, ...options })
const full = expect.objectContaining({ name: 'QueueFullError', code: 'ERR_QUEUE_FULL' })
const isWhole = (queue: Queue<never>) => {
  const { words, geometry } = internalsOf(queue).shared
  expect(faultsOf(words, geometry)).toEqual([])
}

/** The items of the queue, in the order in which they come out. */
function emptied(queue: Queue<number>): number[] {
  const items: number[] = []
  for (let item = queue.tryGet(); item !== EMPTY; item = queue.tryGet()) {
    items.push(item)
    queue.taskDone()
  }
  return items
}

describe.each(KINDS)('whenFull of a %s queue', (kind) => {
  const make = (whenFull: WhenFull | undefined) =>
    new CLASSES[kind]<number>({ codec: codecs.int32, maxsize: 2, whenFull: whenFull as 'wait' })

  it("is 'wait' unless given, and travels in the handle", async () => {
    expect(make(undefined).whenFull).toBe('wait')
    const there = await other(make('reject'))
    expect(await there.call('whenFull')).toBe('reject')
  })

  it("'reject' fails a put at once, with any timeout; the next one finds the room that a get makes", async () => {
    const queue = make('reject')
    await queue.putMany([1, 2])
    await expect(queue.put(3)).rejects.toThrow(full)
    await expect(queue.put(3, { timeout: 10_000 })).rejects.toThrow(full)
    expect(() => queue.putSync(3)).toThrow(full)
    expect(queue.tryPut(3)).toBe(false)
    expect(queue.stats()).toMatchObject({ size: 2, unfinished: 2, rejected: 4, dropped: 0 })
    queue.tryGet()
    queue.taskDone()
    expect(await queue.put(4)).toBe('stored')
    expect(emptied(queue)).toHaveLength(2)
    await queue.join({ timeout: 0 })
  })

  it("'reject' says in putMany how many were stored", async () => {
    await expect(make('reject').putMany([1, 2, 3])).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      stored: 2,
    })
    expect(() => make('reject').putManySync([1, 2, 3])).toThrow(expect.objectContaining({ stored: 2 }))
  })

  it("'drop-newest' drops the item that is put, says so, and counts it", async () => {
    const queue = make('drop-newest')
    expect(await queue.put(1)).toBe('stored')
    expect(queue.putSync(2)).toBe('stored')
    expect([await queue.put(3), queue.putSync(4), queue.tryPut(5)]).toEqual(['dropped', 'dropped', false])
    expect(queue.stats()).toMatchObject({ size: 2, unfinished: 2, dropped: 3, rejected: 0 })
    expect(emptied(queue).sort()).toEqual([1, 2])
    expect(await queue.putMany([6, 7, 8, 9])).toBe(2)
    expect(emptied(queue).sort()).toEqual([6, 7])
    expect(queue.putManySync([6, 7, 8])).toBe(2)
    expect(emptied(queue).sort()).toEqual([6, 7])
    await queue.join({ timeout: 0 })
  })

  it('with any value refuses a put on a shut-down queue with QueueShutDownError', async () => {
    for (const whenFull of ['reject', 'drop-newest', 'drop-oldest'] as const) {
      if (whenFull === 'drop-oldest' && kind === 'priority') continue
      const queue = make(whenFull)
      await queue.putMany([1, 2])
      queue.shutdown()
      await expect(queue.put(3)).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
      expect(() => queue.tryPut(3)).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' }))
      expect(queue.stats()).toMatchObject({ size: 2, dropped: 0, rejected: 0 })
    }
  })
})

describe("whenFull: 'drop-oldest'", () => {
  it('puts the new item in place of the oldest, says so, and counts the dropped one as finished', async () => {
    const queue = numbers('drop-oldest')
    const results = [
      await queue.put(1),
      queue.putSync(2),
      queue.putSync(3),
      await queue.put(4),
      queue.putSync(5),
    ]
    expect(results).toEqual(['stored', 'stored', 'stored', 'replaced-oldest', 'replaced-oldest'])
    expect(queue.tryPut(6)).toBe(true)
    expect(queue.stats()).toMatchObject({ size: 3, queued: 3, unfinished: 3, dropped: 3, held: 0 })
    isWhole(queue as never)
    expect(emptied(queue)).toEqual([4, 5, 6])
    expect(await queue.putMany([1, 2, 3, 4])).toBe(4)
    expect(emptied(queue)).toEqual([2, 3, 4])
    await queue.join({ timeout: 0 })
    isWhole(queue as never)
  })

  it.each([1, 2, 3, 4, 5, 7, 8, 64])('keeps the newest %i of any number, from any position', (maxsize) => {
    for (const kind of ['fifo', 'lifo'] as const) {
      for (const start of [0, 2 ** 30 - 2, 2 ** 31 - 2]) {
        const options = { codec: codecs.int32, maxsize, whenFull: 'drop-oldest' } as const
        const queue = queueAt<number>(start, options, kind)
        for (let lap = 1; lap < 6; lap++) {
          const count = lap * maxsize + lap
          const all = Array.from({ length: count }, (_, index) => index)
          for (const item of all) {
            expect(queue.putSync(item)).toBe(item < maxsize ? 'stored' : 'replaced-oldest')
            expect(queue.size).toBe(Math.min(item + 1, maxsize))
          }
          const kept = all.slice(-maxsize)
          expect(emptied(queue)).toEqual(kind === 'fifo' ? kept : kept.reverse())
          expect([queue.unfinished, queue.tryGet()]).toEqual([0, EMPTY])
        }
        isWhole(queue as never)
      }
    }
  })

  it('drops the item put first in a LIFO queue, at any position of the stack', () => {
    const queue = new CLASSES.lifo<number>({ codec: codecs.int32, maxsize: 3, whenFull: 'drop-oldest' })
    const stack: number[] = []
    for (let item = 0; item < 500; item++) {
      const replaces = stack.length === 3
      if (replaces) stack.shift()
      stack.push(item)
      expect(queue.putSync(item)).toBe(replaces ? 'replaced-oldest' : 'stored')
      if (item % 7 < 3 && item % 5 !== 0) {
        expect(queue.tryGet()).toBe(stack.pop())
        queue.taskDone()
      }
    }
    isWhole(queue as never)
    expect(emptied(queue)).toEqual(stack.reverse())
  })

  it('drops returned items before new ones, and delayed items last', async () => {
    const queue = numbers('drop-oldest')
    await queue.putMany([1, 2, 3])
    ;(await queue.take()).retry()
    ;(await queue.take()).retry({ delay: 60_000 })
    expect(queue.stats()).toMatchObject({ queued: 2, delayed: 1, returned: 0 })
    expect(await queue.put(4)).toBe('replaced-oldest')
    expect(await queue.put(5)).toBe('replaced-oldest')
    const held = await queue.take()
    expect([held.item, await queue.put(6)]).toEqual([4, 'stored'])
    held.retry()
    expect(queue.stats()).toMatchObject({ queued: 2, delayed: 1, returned: 1, size: 4 })
    expect(await queue.put(7)).toBe('replaced-oldest')
    expect(queue.stats()).toMatchObject({ queued: 3, delayed: 1, returned: 0, size: 4 })
    isWhole(queue as never)
    expect(emptied(queue)).toEqual([5, 6, 7])
    expect(queue.unfinished).toBe(1)
  })

  it.each(['fifo', 'lifo'] as const)(
    'of a %s queue drops a delayed item where nothing else is left to drop',
    async (kind) => {
      const queue = new CLASSES[kind]<number>({ codec: codecs.int32, maxsize: 1, whenFull: 'drop-oldest' })
      queue.tryPut(1)
      ;(await queue.take()).retry({ delay: 60_000 })
      expect(await queue.put(2)).toBe('replaced-oldest')
      expect(queue.stats()).toMatchObject({ size: 1, queued: 1, delayed: 0, dropped: 1, unfinished: 1 })
      ;(await queue.take()).retry()
      expect(await queue.put(3)).toBe('replaced-oldest')
      isWhole(queue as never)
      expect([queue.size, queue.tryGet()]).toEqual([1, 3])
    },
  )

  it('drops no held item: with maxInFlight items held a put still replaces', async () => {
    const queue = numbers('drop-oldest', { maxInFlight: 2 })
    await queue.putMany([1, 2, 3])
    expect([queue.tryGet(), queue.tryGet()]).toEqual([1, 2])
    expect(await queue.putMany([4, 5, 6, 7])).toBe(4)
    queue.taskDone(2)
    expect(emptied(queue)).toEqual([5, 6, 7])
    expect(queue.stats().dropped).toBe(2)
  })

  it('never drops items that wait for room among the dead letters: a put waits for them, as without it', async () => {
    const deadLetters = new Queue<never>({ maxsize: 1 })
    const queue = new Queue<number>({
      maxsize: 1,
      whenFull: 'drop-oldest',
      deadLetters: deadLetters as never,
    })
    for (const item of [1, 2]) {
      queue.tryPut(item)
      ;(await queue.take()).fail(new Error('no use'))
    }
    expect(queue.stats()).toMatchObject({ doomed: 1, size: 1 })
    expect(queue.tryPut(3)).toBe(false)
    const put = queue.put(3)
    await waits(queue, 'put', 0)
    ;(await deadLetters.take()).done()
    expect(await within(put, 'the put')).toBe('stored')
    expect(queue.stats()).toMatchObject({ doomed: 0, size: 1, dropped: 0 })
  })

  it('frees the blocks of the long items it drops', async () => {
    const queue = new Queue<Uint8Array>({ codec: codecs.bytes, maxsize: 2, whenFull: 'drop-oldest' })
    for (let item = 0; item < 200; item++) queue.putSync(new Uint8Array(500_000).fill(item))
    const last = await queue.getMany(2)
    expect(last.map((item) => [item.length, item[0], item.at(-1)])).toEqual([
      [500_000, 198, 198],
      [500_000, 199, 199],
    ])
    queue.taskDone(2)
    const { memoryBytes, freeMemoryBytes, dropped } = queue.stats()
    expect([freeMemoryBytes, dropped]).toEqual([memoryBytes, 198])
    isWhole(queue as never)
  })

  it.each(['fifo', 'lifo'] as const)(
    'of a %s queue drops as many as it takes where the budget for long items is used up, short ones too',
    async (kind) => {
      const queue = new CLASSES[kind]<Uint8Array>({
        codec: codecs.bytes,
        maxItemBytes: 65536,
        memoryBytes: 131072,
        whenFull: 'drop-oldest',
      })
      const results = [1, 2, 3].map((fill) =>
        queue.putSync(new Uint8Array(fill === 1 ? 10 : 65536).fill(fill)),
      )
      expect(results).toEqual(['stored', 'stored', 'stored'])
      expect(await queue.put(new Uint8Array(65536).fill(4))).toBe('replaced-oldest')
      expect(queue.stats()).toMatchObject({ size: 2, dropped: 2, unfinished: 2 })
      const kept = (await queue.getMany(2)).map((item) => item[0])
      expect(kept).toEqual(kind === 'fifo' ? [3, 4] : [4, 3])
      // All blocks are held: no item can be dropped for them.
      expect(queue.tryPut(new Uint8Array(65536))).toBe(false)
      const put = queue.put(new Uint8Array(65536).fill(5))
      await waits(queue, 'memory', 0)
      queue.taskDone(2)
      expect(await within(put, 'the put')).toBe('stored')
      isWhole(queue as never)
    },
  )

  it('drops nothing for a long item while too much of its memory is held', async () => {
    const queue = new Queue<Uint8Array>({
      codec: codecs.bytes,
      maxItemBytes: 65536,
      memoryBytes: 131072,
      whenFull: 'drop-oldest',
    })
    queue.tryPut(new Uint8Array(65536))
    queue.tryPut(new Uint8Array(32768))
    queue.tryGet()
    queue.tryGet()
    for (let count = 0; count < 5; count++) queue.tryPut(new Uint8Array(10))
    queue.tryPut(new Uint8Array(16384))
    expect(queue.tryPut(new Uint8Array(65536))).toBe(false)
    expect(queue.stats()).toMatchObject({ size: 6, dropped: 0 })
    // The memory that is not held can be freed by dropping queued items.
    expect(queue.putSync(new Uint8Array(32768))).toBe('replaced-oldest')
    expect(queue.stats()).toMatchObject({ size: 1, dropped: 6 })
    isWhole(queue as never)
  })

  it.each(['retry', 'detach'] as const)(
    'wakes a put that waits for memory when what was held comes back, by %s: there is something to drop',
    async (how) => {
      const queue = new Queue<Uint8Array>({
        codec: codecs.bytes,
        maxItemBytes: 65536,
        memoryBytes: 65536,
        whenFull: 'drop-oldest',
      })
      queue.tryPut(new Uint8Array(65536).fill(1))
      const there = await other(queue)
      const { key } = await there.take('takeSync')
      const putter = await other(queue)
      const blocked = putter.call('putSync', new Uint8Array(65536).fill(2))
      await putter.waits('memory')
      if (how === 'retry') await there.settle(key, 'retry')
      else await there.detach()
      expect(await within(blocked, 'the put')).toBe('replaced-oldest')
      expect(queue.stats()).toMatchObject({ size: 1, dropped: 1, unfinished: 1 })
      isWhole(queue as never)
    },
  )

  it('wakes a put that waits behind dead letters when another item comes back', async () => {
    const deadLetters = new Queue<never>({ maxsize: 1 })
    const queue = new Queue<number>({
      maxsize: 1,
      whenFull: 'drop-oldest',
      deadLetters: deadLetters as never,
    })
    const held: { retry(): void; fail(error: unknown): void }[] = []
    for (const item of [1, 2, 3]) {
      queue.tryPut(item)
      held.push(await queue.take())
    }
    for (const delivery of held.splice(0, 2)) delivery.fail(new Error('no use'))
    expect(queue.stats()).toMatchObject({ doomed: 1, size: 1 })
    const put = queue.put(4)
    await waits(queue, 'put', 0)
    held[0]?.retry()
    expect(await within(put, 'the put')).toBe('replaced-oldest')
    expect(queue.stats()).toMatchObject({ doomed: 1, queued: 1, returned: 0, dropped: 1 })
  })

  it('stores a letter in place of the oldest letter', async () => {
    const deadLetters = new Queue<{ item?: number }>({ maxsize: 2, whenFull: 'drop-oldest' })
    const queue = new Queue<number>({ deadLetters: deadLetters as never })
    await queue.putMany([1, 2, 3])
    for (let count = 0; count < 3; count++) (await queue.take()).fail(new Error('no use'))
    await queue.join({ timeout: 0 })
    expect((await deadLetters.getMany(3)).map(({ item }) => item)).toEqual([2, 3])
    expect(deadLetters.stats().dropped).toBe(1)
  })

  it('is refused by a PriorityQueue, and a dead-letter queue must not drop new letters', () => {
    // @ts-expect-error: it does not compile either
    expect(() => new CLASSES.priority({ whenFull: 'drop-oldest' })).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringMatching(
          /whenFull.*PriorityQueue.*'wait', 'reject', 'drop-newest'.*drop-oldest/,
        ),
      }),
    )
    const deadLetters = new Queue<never>({ whenFull: 'drop-newest' })
    expect(() => new Queue({ deadLetters: deadLetters as never })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining('options.deadLetters'),
      }),
    )
  })

  it.each([
    ['fifo', 1],
    ['fifo', 4],
    ['lifo', 1],
    ['lifo', 4],
  ] as const)(
    'in a %s queue of %i, by 2 producers beside a consumer: each item is got or dropped, and the results say how many',
    async (kind, maxsize) => {
      const each = 20_000
      const queue = queueAt<number>(
        2 ** 31 - 5,
        { codec: codecs.int32, maxsize, whenFull: 'drop-oldest' },
        kind,
      )
      const common = { handle: queue.handle, producers: 2, each }
      const consumer = startThread('drop.mjs', { ...common, role: 'consume' })
      const producers = [0, 1].map((index) => startThread('drop.mjs', { ...common, role: 'produce', index }))
      const results = await Promise.all(
        producers.map((thread) => thread.message<Record<string, number>>(60_000)),
      )
      await Promise.all(producers.map((thread) => thread.ended()))
      queue.shutdown()
      const got = (await consumer.message<number[]>(60_000)) as number[]
      await consumer.ended()
      const replaced = results.reduce((sum, result) => sum + (result['replaced-oldest'] ?? 0), 0)
      expect(queue.stats()).toMatchObject({ size: 0, unfinished: 0, dropped: replaced })
      expect(got.length).toBe(2 * each - replaced)
      expect(new Set(got).size).toBe(got.length)
      for (const producer of kind === 'fifo' ? [0, 1] : []) {
        const own = got.filter((item) => item % 2 === producer)
        expect(own).toEqual([...own].sort((a, b) => a - b))
      }
      isWhole(queue as never)
    },
    90_000,
  )
})
