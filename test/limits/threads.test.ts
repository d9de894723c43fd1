import { describe, expect, it } from 'vitest'
import { attachAsync, attach as attachHere } from '../../src/index.ts'
import { millrace, ownThreads, sharedWords, supervisor } from '../supervisor/scene.ts'
import { until, within } from '../support/deadline.ts'
import { startThread } from '../support/threads.ts'
import { LimitUser, user } from './users.ts'

const { attach, KeyedRateLimiter, parallelMap, Queue, RateLimiter } = millrace
const filename = new URL('./fixtures/functions.mjs', import.meta.url)

const RARE = { limit: 1, interval: 3_600_000 }
const OFTEN = { limit: 1_000_000, interval: 1, burst: 1000 }

describe('a limiter in arguments', () => {
  it('arrives attached, at any depth, and is the one that its handle gives', async () => {
    const limiter = new RateLimiter(RARE)
    const hosts = new KeyedRateLimiter(OFTEN)
    const args = { limiter, deep: { list: [1, { hosts }], again: limiter } }
    const group = supervisor().spawn({ filename, name: 'arrived', args, threads: 2 })
    expect(await within(group.join(), 'the end')).toEqual([
      [true, true, true],
      [true, true, true],
    ])
    expect(args.deep.again).toBe(limiter)
  })

  it('shares one budget between all threads of a group', async () => {
    const limiter = new RateLimiter({ limit: 1, interval: 3_600_000, burst: 3 })
    const group = supervisor().spawn({ filename, name: 'takeOne', args: { limiter }, threads: 5 })
    const grants = (await within(group.join(), 'the end')) as boolean[]
    expect(grants.filter(Boolean)).toHaveLength(3)
    expect(limiter.stats()).toMatchObject({ granted: 3, refused: 2 })
  })

  it('arrives in the functions of run and parallelMap', async () => {
    const limiter = new RateLimiter(OFTEN)
    const once = { filename, name: 'limited', args: { limiter } }
    expect(await within(millrace.run(once as never, 4), 'run')).toBe(8)
    const task = { filename, name: 'limited', args: { limiter } }
    const results = parallelMap([1, 2, 3], task as never, { threads: 2 }).toArray()
    expect(await within(results, 'parallelMap')).toEqual([2, 4, 6])
    expect(limiter.stats().granted).toBe(4)
  })

  it('arrives in consume: places of a key are never held by two threads at once', async () => {
    const queue = new Queue<number>()
    for (let item = 0; item < 60; item++) queue.tryPut(item)
    queue.shutdown()
    const hosts = new KeyedRateLimiter({ ...OFTEN, concurrency: 1 })
    const words = sharedWords()
    const one = supervisor()
    one.consume(queue, { filename, name: 'consumeLimited', args: { hosts, words }, threads: 3 })
    await within(one.join(), 'the end')
    expect([...words.slice(0, 2)]).toEqual([60, 0])
    expect(hosts.stats()).toMatchObject({ granted: 60, waiting: 0, keys: 3 })
  })

  it('is refused in an object that structured clone would empty', () => {
    const args = { map: new Map([['limiter', new RateLimiter(RARE)]]) }
    expect(() => supervisor().spawn({ filename, name: 'takeOne', args })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringMatching(
          /plain objects and arrays wherever it holds a limiter, and not of a Map/,
        ),
      }),
    )
  })
})

describe('a handle', () => {
  it('gives the same object each time, in the thread that made the limiter and elsewhere', async () => {
    for (const limiter of [new RateLimiter(RARE), new KeyedRateLimiter(RARE)]) {
      expect(attach(limiter.handle as never)).toBe(limiter)
      expect(await millrace.attachAsync(limiter.handle as never)).toBe(limiter)
      // A second copy of the library knows the object of the first.
      expect(attachHere(limiter.handle as never)).toBe(limiter)
      expect(await attachAsync(limiter.handle as never)).toBe(limiter)
      const other = new LimitUser()
      expect(await other.attach(limiter)).toBe(true)
      expect(await other.attach(limiter)).toBe(true)
      await other.thread.worker.terminate()
    }
  })

  it('works in workerData, in messages and in nested plain objects', async () => {
    const limiter = new RateLimiter({ ...RARE, burst: 2 })
    const thread = startThread('../../limits/fixtures/handles.mjs', { deep: [{ handle: limiter.handle }] })
    expect(await thread.message()).toEqual({ by: 'workerData', granted: true })
    thread.worker.postMessage({ deep: { handle: limiter.handle } })
    expect(await thread.message()).toEqual({ by: 'postMessage', granted: true })
    await thread.ended()
    expect(limiter.tryAcquire()).toBe(false)
  })

  it('is refused if it is of another version, or went through JSON', () => {
    const { handle } = new RateLimiter(RARE)
    const expected = expect.objectContaining({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(/handle must be a handle of a limiter of this version of the library/),
    })
    const json = JSON.parse(JSON.stringify(handle))
    for (const wrong of [json, { ...handle, id: 'x', millrace: 2 }, { ...handle, id: 'y', memory: {} }])
      expect(() => attach({ ...wrong, id: `${wrong.id}0` } as never)).toThrow(expected)
    for (const wrong of [undefined, null, 1, {}, { kind: 'other' }])
      expect(() => attach(wrong as never)).toThrow(TypeError)
  })

  it('takes 64 threads, this one included; the next one is refused, until one leaves', async () => {
    const limiter = new RateLimiter(RARE)
    const threads = await Promise.all(Array.from({ length: 3 }, () => user(limiter)))
    // The other 60 ledgers, as if threads that this process does not have had claimed them.
    const { memory, geometry } = limiter.handle as never as {
      memory: WebAssembly.Memory
      geometry: { maxThreads: number }
    }
    const words = new Int32Array(memory.buffer)
    expect(geometry.maxThreads).toBe(64)
    for (let ledger = 4; ledger < 64; ledger++) words[(256 + ledger * 128) >> 2] = 1_000_000 + ledger
    const late = new LimitUser()
    await expect(late.attach(limiter)).rejects.toMatchObject({
      code: 'ERR_TOO_MANY_THREADS',
      message: 'the limiter has 64 threads attached already, which is its maxThreads',
    })
    await threads[0]?.ask('detach', (limiter.handle as never as { id: string }).id)
    expect(await late.attach(limiter)).toBe(true)
    await late.thread.worker.terminate()
  })
})

describe('a function that ends on a kept thread', () => {
  it('leaves no place behind, and its thread runs the next function', async () => {
    const hosts = new KeyedRateLimiter({ ...OFTEN, concurrency: 1 })
    const one = supervisor(ownThreads())
    const threads = new Set<number>()
    for (let round = 0; round < 5; round++) {
      const task = { filename, name: 'leaveAPlace', args: { hosts }, reuse: true as const }
      const [end] = (await within(one.spawn(task).join(), 'the end')) as {
        granted: boolean
        threadId: number
      }[]
      expect(end?.granted).toBe(true)
      threads.add(end?.threadId as number)
      await until(() => hosts.stats('a')?.held === 0, 'the place comes back')
    }
    expect(threads.size).toBe(1)
  })

  it('leaves no call that waits behind', async () => {
    const hosts = new KeyedRateLimiter({ ...OFTEN, concurrency: 1 })
    const mine = hosts.tryAcquire('a')
    const one = supervisor(ownThreads())
    for (let round = 0; round < 3; round++) {
      const task = { filename, name: 'leaveAWait', args: { hosts }, reuse: true as const }
      await within(one.spawn(task).join(), 'the end')
      await until(() => hosts.stats('a')?.waiting === 0, 'nothing waits')
    }
    if (mine) mine.release()
    expect(hosts.tryAcquire('a')).not.toBe(false)
  })
})

describe('thread.signal', () => {
  it.each(['blockUntilStopped', 'waitUntilStopped'])(
    'ends a wait when the thread is stopped: %s',
    async (name) => {
      const hosts = new KeyedRateLimiter({ ...OFTEN, concurrency: 1 })
      const mine = hosts.tryAcquire('a')
      const one = supervisor()
      const group = one.spawn({ filename, name, args: { hosts } })
      await until(() => hosts.stats('a')?.waiting === 1, 'the thread waits')
      const end = group.join().catch(() => {})
      await within(group.stop(), 'the stop')
      await within(end, 'the group')
      await until(() => hosts.stats('a')?.waiting === 0, 'nothing waits')
      if (mine) mine.release()
      expect(hosts.tryAcquire('a')).not.toBe(false)
    },
  )
})
