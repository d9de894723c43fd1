import { describe, expect, it, vi } from 'vitest'
import { attach, codecs, type DeadLetter, EMPTY, Queue, type QueueOptions } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { other, waits } from '../support/users.ts'

type Letters = Queue<DeadLetter<unknown>>

const earlier = new Error('earlier')

function pair(options?: QueueOptions<unknown>, letterOptions?: QueueOptions<DeadLetter<unknown>>) {
  const letters: Letters = new Queue<DeadLetter<unknown>>({ name: 'letters', ...letterOptions })
  return { letters, queue: new Queue<unknown>({ name: 'pages', deadLetters: letters, ...options }) }
}

describe('dead letters', () => {
  it('get an item after three deliveries by default, with its failures', async () => {
    const { queue, letters } = pair()
    await queue.putMany([{ page: 1 }, { page: 2 }])
    const before = Date.now()
    for (const attempt of [1, 2, 3]) {
      const delivery = await queue.take()
      expect([delivery.item, delivery.attempt]).toEqual([{ page: 1 }, attempt])
      expect(letters.empty).toBe(true)
      delivery.retry({ error: new TypeError(`failure ${attempt}`) } as object)
    }
    const letter = letters.tryGet() as DeadLetter<unknown>
    const failure = (attempt: number) => expect.objectContaining({ message: `failure ${attempt}` })
    expect(letter).toEqual({
      item: { page: 1 },
      error: failure(3),
      attempts: 3,
      history: [1, 2, 3].map((attempt) => ({ at: expect.any(Number), thread: 0, error: failure(attempt) })),
      queue: 'pages',
    })
    for (const { at, error } of letter.history) {
      expect(error).toBeInstanceOf(TypeError)
      expect(error.stack).toMatch(/^TypeError: failure \d\n +at /)
      expect(at).toBeGreaterThanOrEqual(before)
      expect(at).toBeLessThanOrEqual(Date.now())
    }
    expect(queue.stats()).toMatchObject({ size: 1, unfinished: 1, doomed: 0, dropped: 0 })
  })

  it.each([1, 2, 5])('get an item after maxDeliveries: %i', async (maxDeliveries) => {
    const { queue, letters } = pair({ maxDeliveries })
    queue.tryPut('page')
    for (let attempt = 1; attempt <= maxDeliveries; attempt++) (await queue.take()).retry()
    expect(letters.tryGet()).toMatchObject({ item: 'page', attempts: maxDeliveries, history: [] })
    expect(queue.unfinished).toBe(0)
  })

  it('get an item at once when it fails, with the error’s name, message and code', async () => {
    const { queue, letters } = pair()
    queue.tryPut('page')
    ;(await queue.take()).fail(Object.assign(new RangeError('no such page'), { code: 'ERR_PAGE' }))
    const error = { name: 'RangeError', message: 'no such page', code: 'ERR_PAGE' }
    expect(letters.tryGet()).toMatchObject({ item: 'page', error, attempts: 1, history: [{ error }] })
    queue.tryPut('next')
    ;(await queue.take()).fail('a string')
    expect(letters.tryGet()).toMatchObject({ error: { name: 'Error', message: 'a string' } })
  })

  it('name the threads that failed', async () => {
    const { queue, letters } = pair()
    const there = await other(queue)
    queue.tryPut('page')
    const first = await there.take('takeSync')
    await there.settle(first.key, 'retry', { error: 'there' })
    ;(await queue.take()).fail(new Error('here'))
    expect(letters.tryGet()).toMatchObject({
      attempts: 2,
      history: [
        { thread: there.threadId, error: { message: 'there' } },
        { thread: 0, error: { message: 'here' } },
      ],
    })
  })

  it('keep eight failures at most, the last one always', async () => {
    const { queue, letters } = pair({ maxDeliveries: 20 })
    queue.tryPut('page')
    for (let attempt = 1; attempt <= 20; attempt++) {
      ;(await queue.take()).retry({
        error: new Error(`failure ${attempt} ${'of many words '.repeat(50)}`),
      } as object)
    }
    const letter = letters.tryGet() as DeadLetter<unknown>
    expect(letter.attempts).toBe(20)
    const words = letter.history.map(({ error }) => (error as Error).message.split(' ')[1])
    expect(words).toEqual(['1', '2', '3', '4', '5', '6', '7', '20'])
    expect((letter.error as Error).message).toMatch(/^failure 20 of many/)
  })

  it('start with no failures for the next item of the same cell', async () => {
    const { queue, letters } = pair({ maxsize: 1, maxDeliveries: 2, maxInFlight: 1, maxThreads: 1 })
    for (let number = 0; number < 20; number++) {
      queue.tryPut(number)
      ;(await queue.take()).retry({ error: new Error(`failure of ${number}`) } as object)
      ;(await queue.take()).retry()
      expect(letters.tryGet()).toMatchObject({
        item: number,
        attempts: 2,
        history: [{ error: { message: `failure of ${number}` } }],
      })
      letters.taskDone()
    }
  })

  it('get long items complete', async () => {
    const { queue, letters } = pair({ codec: codecs.bytes as never }, { maxItemBytes: 2 ** 21 })
    const item = new Uint8Array(300_000).map((_, index) => index)
    queue.tryPut(item)
    ;(await queue.take()).fail(new Error('no use'))
    const letter = letters.tryGet() as DeadLetter<Uint8Array>
    expect(Buffer.compare(letter.item as Uint8Array, item)).toBe(0)
    expect(queue.stats().freeMemoryBytes).toBe(queue.stats().memoryBytes)
  })

  it('get the bytes of an item that cannot be decoded, and the get fails with CodecError', async () => {
    const broken = {
      ...codecs.string,
      name: 'broken',
      decode: () => {
        throw new Error('no text')
      },
    }
    const codec = { name: 'broken', encode: codecs.string.encode, decode: broken.decode }
    const { queue, letters } = pair({ codec: codec as never })
    const letter = {
      bytes: new Uint8Array(Buffer.from('page')),
      attempts: 1,
      queue: 'pages',
      error: { code: 'ERR_CODEC' },
    }
    const failure = { code: 'ERR_CODEC', cause: { message: 'no text' } }
    queue.tryPut('page')
    expect(() => queue.tryGet()).toThrow(expect.objectContaining({ code: 'ERR_CODEC' }))
    expect(letters.tryGet()).toMatchObject(letter)
    for (const call of [() => queue.get(), () => queue.take(), () => queue.getMany(2)]) {
      queue.tryPut('page')
      await expect(call()).rejects.toMatchObject(failure)
      const got = letters.tryGet() as DeadLetter<unknown>
      expect(got).toMatchObject(letter)
      expect('item' in got).toBe(false)
    }
    expect(queue.stats()).toMatchObject({ unfinished: 0, held: 0, size: 0 })
  })

  it('get the bytes of an item that their queue cannot carry', async () => {
    const { queue, letters } = pair({}, { codec: codecs.json as never })
    queue.tryPut(1n)
    ;(await queue.take()).fail(new Error('no use'))
    const letter = letters.tryGet() as DeadLetter<unknown>
    expect(letter).toMatchObject({ attempts: 1, error: { message: 'no use' } })
    expect('item' in letter).toBe(false)
    expect('bytes' in letter).toBe(true)
  })

  it('come without item and bytes when their queue is too narrow for both', async () => {
    const { queue, letters } = pair({}, { itemBytes: 400, maxItemBytes: 400 })
    queue.tryPut('x'.repeat(1000))
    ;(await queue.take()).fail(new Error('no use'))
    const letter = letters.tryGet() as DeadLetter<unknown>
    expect(letter).toEqual({
      attempts: 1,
      error: expect.anything(),
      history: [expect.anything()],
      queue: 'pages',
    })
    expect(queue.unfinished).toBe(0)
  })
})

describe('a full dead-letter queue', () => {
  it('leaves the item where it is, unfinished, until there is room', async () => {
    const { queue, letters } = pair({}, { maxsize: 1 })
    letters.tryPut({ error: earlier, attempts: 1, history: [], queue: '' })
    queue.tryPut('page')
    ;(await queue.take()).fail(new Error('no use'))
    expect(queue.stats()).toMatchObject({ doomed: 1, unfinished: 1, size: 1, held: 0 })
    expect(queue.tryGet()).toBe(EMPTY)
    const join = queue.join()
    await waits(queue, 'join', 0)
    expect(letters.tryGet()).toMatchObject({ error: { message: 'earlier' } })
    expect(await within(letters.get(), 'the letter')).toMatchObject({ item: 'page' })
    await within(join, 'the join')
    expect(queue.stats()).toMatchObject({ doomed: 0, unfinished: 0, size: 0 })
  })

  it('takes the waiting items in the order they were dead-lettered, as there is room', async () => {
    const { queue, letters } = pair({}, { maxsize: 2 })
    await queue.putMany([1, 2, 3, 4, 5, 6])
    for (let count = 0; count < 6; count++) (await queue.take()).fail(new Error('no use'))
    expect([letters.size, queue.stats().doomed]).toEqual([2, 4])
    const items: unknown[] = []
    for (let count = 0; count < 6; count++) {
      items.push((await within(letters.get(), `letter ${count}`)).item)
      letters.taskDone()
    }
    expect(items).toEqual([1, 2, 3, 4, 5, 6])
    await within(queue.join(), 'the join')
  })

  it('counts the items that wait for it against maxsize', async () => {
    const { queue, letters } = pair({ maxsize: 1 }, { maxsize: 1 })
    letters.tryPut({ error: earlier, attempts: 0, history: [], queue: '' })
    queue.tryPut(1)
    ;(await queue.take()).fail(new Error('no use'))
    expect([queue.size, queue.tryPut(2)]).toEqual([1, false])
    const put = queue.put(2)
    letters.tryGet()
    await within(put, 'the put')
    expect(letters.tryGet()).toMatchObject({ item: 1 })
  })

  it('is filled by another thread and drained here', async () => {
    const { queue, letters } = pair({}, { maxsize: 1 })
    const there = await other(queue)
    await queue.putMany([1, 2, 3])
    for (let count = 0; count < 3; count++) {
      const delivery = await there.take('take')
      await there.settle(delivery.key, 'fail', 'no use')
    }
    const items: unknown[] = []
    while (items.length < 3) items.push((await within(letters.get(), `letter ${items.length}`)).item)
    expect(items).toEqual([1, 2, 3])
    await within(queue.join(), 'the join')
  })

  it('is drained here while the thread that filled it is blocked', async () => {
    const { queue, letters } = pair({}, { maxsize: 1 })
    const there = await other(queue)
    letters.tryPut({ error: earlier, attempts: 1, history: [], queue: '' })
    queue.tryPut('page')
    const delivery = await there.take('takeSync')
    await there.settle(delivery.key, 'fail', 'no use')
    const blocked = there.call('joinSync')
    await there.waits('join')
    letters.tryGet()
    expect(await within(letters.get(), 'the letter')).toMatchObject({ item: 'page' })
    await within(blocked, 'the join')
  })

  it('holds up no iterator, and is drained here after the thread that filled it has come to the end', async () => {
    const { queue, letters } = pair({}, { maxsize: 1 })
    const there = await other(queue)
    letters.tryPut({ error: earlier, attempts: 1, history: [], queue: '' })
    queue.tryPut('page')
    const delivery = await there.take('takeSync')
    await there.settle(delivery.key, 'fail', 'no use')
    queue.shutdown()
    expect(await there.next('sync')).toEqual({ done: true, value: undefined })
    expect(queue.stats()).toMatchObject({ doomed: 1, unfinished: 1 })
    letters.tryGet()
    expect(await within(letters.get(), 'the letter')).toMatchObject({ item: 'page' })
  })

  it('can be detached while items wait for room in it', async () => {
    const { queue, letters } = pair({}, { maxsize: 1 })
    const { handle } = letters
    await queue.putMany([1, 2])
    ;(await queue.take()).fail(new Error('no use'))
    ;(await queue.take()).fail(new Error('no use'))
    letters[Symbol.dispose]()
    await new Promise((resolve) => setImmediate(resolve))
    expect(queue.tryGet()).toBe(EMPTY)
    expect(queue.stats()).toMatchObject({ doomed: 1, unfinished: 1 })
    // Another thread is attached to both queues.
    const there = await other(queue)
    const again = attach(handle) as Letters
    expect(again.tryGet()).toMatchObject({ item: 1 })
    await there.call('tryGet')
    expect(again.tryGet()).toMatchObject({ item: 2 })
  })

  it('that is shut down drops the item, with a warning, and the queue counts it', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const { queue, letters } = pair()
      letters.shutdown()
      queue.tryPut('page')
      ;(await queue.take()).fail(new Error('no use'))
      expect(queue.stats()).toMatchObject({ unfinished: 0, dropped: 1 })
      expect(warn).toHaveBeenCalledTimes(1)
      expect(String(warn.mock.calls[0]?.[0])).toContain('pages')
    } finally {
      warn.mockRestore()
    }
  })

  it('that is shut down while items wait for room drops them', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const { queue, letters } = pair({}, { maxsize: 1 })
      await queue.putMany([1, 2])
      ;(await queue.take()).fail(new Error('no use'))
      ;(await queue.take()).fail(new Error('no use'))
      expect(queue.stats().doomed).toBe(1)
      letters.shutdown()
      await until(() => queue.unfinished === 0, 'the item is let go')
      expect(queue.stats().dropped).toBe(1)
    } finally {
      warn.mockRestore()
    }
  })
})

describe('dead letters of an immediate shutdown', () => {
  it('are discarded while they wait for room', async () => {
    const { queue, letters } = pair({}, { maxsize: 1 })
    await queue.putMany([1, 2, 3])
    for (let count = 0; count < 3; count++) (await queue.take()).fail(new Error('no use'))
    expect(queue.stats()).toMatchObject({ doomed: 2, unfinished: 2 })
    queue.shutdown({ immediate: true })
    expect(queue.stats()).toMatchObject({ doomed: 0, unfinished: 0 })
    expect(letters.tryGet()).toMatchObject({ item: 1 })
    expect(letters.tryGet()).toBe(EMPTY)
  })
})
