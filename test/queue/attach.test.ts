import { describe, expect, it } from 'vitest'
import { attach, attachAsync, codecs, Queue, type QueueOptions } from '../../src/index.ts'
import { until } from '../support/deadline.ts'
import { startThread } from '../support/threads.ts'
import { attachThere, other, others, User } from '../support/users.ts'
import { point } from './fixtures/point.mjs'

const numbers = (options?: QueueOptions<number>) => new Queue<number>({ codec: codecs.int32, ...options })
const tooMany = { name: 'TooManyThreadsError', code: 'ERR_TOO_MANY_THREADS' }

/** A second copy of the library, as the bundle of a user might load it. */
const copy: Promise<typeof import('../../src/index.ts')> = import(
  new URL('../../dist/src/index.js', import.meta.url).href
)

describe('attach', () => {
  it('is idempotent in a thread: the creator’s own queue comes back, and the attached one', async () => {
    const queue = numbers()
    expect(attach(queue.handle) === queue).toBe(true)
    expect((await attachAsync(queue.handle)) === queue).toBe(true)
    const thread = startThread('attach-twice.mjs', { handle: queue.handle })
    expect(await thread.message()).toEqual({ same: true, sameAsync: true, threads: 2 })
    await thread.ended()
  })

  it('agrees between two copies of the library in one thread, which share one ledger', async () => {
    const other = await copy
    const queue = numbers({ maxThreads: 1 })
    const attached = other.attach(queue.handle as never) as Queue<number>
    expect(attached === queue).toBe(true)
    expect(other.Queue).not.toBe(Queue)
    expect(queue.stats().threads).toHaveLength(1)
    const theirs = new other.Queue<number>({ maxThreads: 1 })
    expect((attach(theirs.handle as never) as unknown) === theirs).toBe(true)
    theirs[Symbol.dispose]()
    const mine = attach(theirs.handle as never) as Queue<number>
    expect(mine).toBeInstanceOf(Queue)
    expect(mine.tryPut(1)).toBe(true)
  })

  it('works through workerData, postMessage and a nested plain object', async () => {
    const queue = numbers({ name: 'pages' })
    const { handle } = queue
    const thread = startThread('handles.mjs', { deep: [{ handle }] })
    expect(await thread.message()).toEqual({ by: 'workerData', name: 'pages' })
    thread.worker.postMessage({ deep: { handle } })
    expect(await thread.message()).toEqual({ by: 'postMessage', name: 'pages' })
    await thread.ended()
    expect([queue.tryGet(), queue.tryGet()]).toEqual([1, 2])
  })

  it('takes maxThreads threads, the creator included; the next is refused at once', async () => {
    const queue = numbers({ maxThreads: 3 })
    const [first] = await others(queue, 2)
    const late = new User()
    const since = performance.now()
    await expect(late.ask('attach', queue.handle)).rejects.toMatchObject(tooMany)
    await expect(late.ask('attachAsync', queue.handle)).rejects.toMatchObject({
      message: expect.stringContaining('3 threads'),
    })
    expect(performance.now() - since).toBeLessThan(5000)
    await first!.detach()
    await late.ask('attach', queue.handle)
    expect(queue.stats().threads).toHaveLength(3)
    await late.stop()
  })

  it('reuses ledgers: 300 attaches and detaches through maxThreads 8', async () => {
    const queue = numbers({ maxThreads: 8, maxsize: 4 })
    const threads = Array.from({ length: 7 }, (_, index) =>
      startThread('attach-often.mjs', { handle: queue.handle, times: 43, index }),
    )
    const items: number[] = []
    while (items.length < 301) {
      items.push(await queue.get({ timeout: 10_000 }))
      queue.taskDone()
    }
    for (const thread of threads) expect(await thread.ended()).toMatchObject({ exitCode: 0 })
    expect(new Set(items).size).toBe(301)
    expect(queue.stats()).toMatchObject({ unfinished: 0, size: 0, threads: [{ thread: 0 }] })
  })

  it('finds room when threads have ended without detaching', async () => {
    const queue = numbers({ maxThreads: 2 })
    for (let round = 0; round < 10; round++) {
      const user = new User()
      await user.ask('attach', queue.handle)
      await user.stop()
      await until(() => queue.stats().threads.length === 1, 'the ledger is free')
    }
  })

  it('attaches the dead-letter queue of a queue, too', async () => {
    const letters = new Queue<never>({ name: 'letters' })
    const queue = numbers({ deadLetters: letters })
    const there = await other(queue)
    expect(letters.stats().threads).toHaveLength(2)
    expect((await attachThere(there.user, letters)).threadId).toBe(there.threadId)
    expect(letters.stats().threads).toHaveLength(2)
  })

  it('loads a codec of the user’s own from its module', async () => {
    const queue = new Queue({ codec: point })
    const there = await other(queue)
    await there.call('putSync', { x: 1, y: 2 })
    expect(queue.tryGet()).toEqual({ x: 1, y: 2 })
    const user = new User()
    await user.ask('attachAsync', queue.handle)
    queue.tryPut({ x: 3, y: 4 })
    expect(await user.ask('call', queue.handle.id, 'getSync')).toEqual({ x: 3, y: 4 })
    await user.stop()
  })

  it('is refused for a codec that no other thread can find: the handle throws', () => {
    const queue = new Queue({ codec: { name: 'mine', encode: () => 0, decode: () => 0 } })
    expect(() => queue.handle).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringMatching(/codec.*mine/),
      }),
    )
  })
})

describe('a thread that detaches', () => {
  it('returns its items to the others, before new items, with their attempts counted', async () => {
    const queue = numbers()
    const there = await other(queue)
    await queue.putMany([1, 2, 3, 4])
    await there.call('getManySync', 2)
    await there.take('takeSync')
    await there.detach()
    expect(queue.stats()).toMatchObject({ held: 0, returned: 3, queued: 1, unfinished: 4 })
    const again = [await queue.take(), await queue.take(), await queue.take(), await queue.take()]
    expect(again.map(({ item }) => item).sort()).toEqual([1, 2, 3, 4])
    expect(again.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 1])
    expect(again.at(-1)?.item).toBe(4)
  })

  it('can attach again, with nothing held', async () => {
    const queue = numbers()
    queue.tryPut(1)
    const { handle } = queue
    await queue.get()
    queue[Symbol.dispose]()
    queue[Symbol.dispose]()
    const again = attach(handle) as Queue<number>
    expect(again === queue).toBe(false)
    expect(() => again.taskDone()).toThrow(expect.objectContaining({ code: 'ERR_TASK_DONE' }))
    expect(again.tryGet()).toBe(1)
    again.taskDone()
    expect(again.unfinished).toBe(0)
  })

  it('gets DetachedError from every call, pending ones too', async () => {
    const detached = expect.objectContaining({ name: 'DetachedError', code: 'ERR_DETACHED' })
    const queue = numbers({ maxsize: 1 })
    queue.tryPut(1)
    const pending = [queue.put(2), queue.putMany([2]), queue.join()]
    const empty = numbers()
    pending.push(empty.get(), empty.take() as never, empty.getMany(2) as never)
    queue[Symbol.dispose]()
    empty[Symbol.dispose]()
    for (const outcome of await Promise.allSettled(pending)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_DETACHED' } })
    }
    for (const call of [
      () => queue.put(1),
      () => queue.get(),
      () => queue.take(),
      () => queue.join(),
      () => queue.putMany([1]),
      () => queue.getMany(1),
    ]) {
      await expect(call()).rejects.toThrow(detached)
    }
    for (const call of [
      () => queue.putSync(1),
      () => queue.getSync(),
      () => queue.tryPut(1),
      () => queue.tryGet(),
      () => queue.takeSync(),
      () => queue.joinSync(),
      () => queue.taskDone(),
      () => queue.shutdown(),
    ]) {
      expect(call).toThrow(detached)
    }
    expect(queue.size).toBe(1)
  })

  it('with an item encoded but waiting for room leaves no block behind', async () => {
    const queue = new Queue<Uint8Array>({
      codec: codecs.bytes,
      maxsize: 1,
      maxItemBytes: 4096,
      memoryBytes: 16384,
    })
    const there = await other(queue)
    queue.tryPut(new Uint8Array(1))
    const put = there.call('put', new Uint8Array(4096))
    const second = there.call('put', new Uint8Array(4096))
    await there.waits('put')
    expect(queue.stats().freeMemoryBytes).toBeLessThan(queue.stats().memoryBytes)
    await there.detach()
    await expect(put).rejects.toMatchObject({ code: 'ERR_DETACHED' })
    await expect(second).rejects.toMatchObject({ code: 'ERR_DETACHED' })
    expect(queue.stats().freeMemoryBytes).toBe(queue.stats().memoryBytes)
  })
})
