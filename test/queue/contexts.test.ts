import { describe, expect, it } from 'vitest'
import { codecs, Queue, type QueueOptions, type WaitOptions } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { attachThere, other, type RemoteQueue, waits } from '../support/users.ts'

/** One user of a queue, in any thread, that blocks or awaits. */
interface Client {
  put(item: number, options?: WaitOptions): Promise<unknown>
  get(options?: WaitOptions): Promise<number>
  taskDone(count?: number): Promise<void>
  join(): Promise<void>
  waits(side: 'get' | 'put' | 'join'): Promise<void>
}

function here(queue: Queue<number>): Client {
  return {
    put: (item, options) => within(queue.put(item, options), 'a put'),
    get: (options) => within(queue.get(options), 'a get'),
    taskDone: async (count) => queue.taskDone(count),
    join: () => within(queue.join(), 'a join'),
    waits: (side) => waits(queue, side, 0),
  }
}

function there(remote: RemoteQueue, blocks: boolean): Client {
  const [put, get, join] = blocks
    ? (['putSync', 'getSync', 'joinSync'] as const)
    : (['put', 'get', 'join'] as const)
  return {
    put: (item, options) => remote.call(put, item, options),
    get: (options) => remote.call(get, options),
    taskDone: (count = 1) => remote.call('taskDone', count),
    join: () => remote.call(join),
    waits: (side) => remote.waits(side),
  }
}

type Clients = (queue: Queue<number>, count: number) => Promise<Client[]>

const threads =
  (blocks: (index: number) => boolean): Clients =>
  (queue, count) =>
    Promise.all(Array.from({ length: count }, async (_, index) => there(await other(queue), blocks(index))))

const contexts: [string, Clients][] = [
  [
    'on the main thread, which awaits',
    async (queue, count) => Array.from({ length: count }, () => here(queue)),
  ],
  ['in threads that block', threads(() => true)],
  ['in threads that await', threads(() => false)],
  [
    'on the main thread and in threads of both kinds',
    async (queue, count) => [here(queue), ...(await threads((index) => index % 2 === 0)(queue, count - 1))],
  ],
]

const numbers = (options?: QueueOptions<number>) => new Queue<number>({ codec: codecs.int32, ...options })
const shutDown = { status: 'rejected', reason: { code: 'ERR_QUEUE_SHUT_DOWN' } }

/** The behaviours of CPython's test_queue.py that concern several users at once. */
describe.each(contexts)('users %s', (_, clientsOf) => {
  it('fill and empty a queue twice, waiting on both sides', async () => {
    const queue = numbers({ maxsize: 2 })
    const [putter, getter] = await clientsOf(queue, 2)
    for (let round = 0; round < 2; round++) {
      await putter!.put(1)
      await putter!.put(2)
      await expect(putter!.put(3, { timeout: 0 })).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' })
      await expect(putter!.put(3, { timeout: 10 })).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' })
      const put = putter!.put(3)
      await putter!.waits('put')
      expect(await getter!.get()).toBe(1)
      await put
      expect([await getter!.get(), await getter!.get()]).toEqual([2, 3])
      await expect(getter!.get({ timeout: 0 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
      await expect(getter!.get({ timeout: 10 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
      const get = getter!.get()
      await getter!.waits('get')
      await putter!.put(4)
      expect(await get).toBe(4)
      await getter!.taskDone(4)
      expect([queue.empty, queue.unfinished]).toEqual([true, 0])
    }
  })

  it('join, twice, when every item of several getters is finished', async () => {
    const queue = numbers()
    const [joiner, first, second] = await clientsOf(queue, 3)
    for (let round = 0; round < 2; round++) {
      for (const item of [1, 2, 3, 4]) queue.tryPut(item)
      const join = joiner!.join()
      await joiner!.waits('join')
      await Promise.all([first!.get(), second!.get(), first!.get(), second!.get()])
      await first!.taskDone()
      await second!.taskDone()
      await joiner!.waits('join')
      await first!.taskDone()
      await second!.taskDone()
      await join
    }
  })

  it.each([false, true])(
    'are all woken by a shutdown (immediate: %s): putters, getters',
    async (immediate) => {
      const full = numbers({ maxsize: 1 })
      const empty = numbers()
      full.tryPut(0)
      const putters = await clientsOf(full, 3)
      const getters = await clientsOf(empty, 3)
      const calls = [...putters.map((putter) => putter.put(1)), ...getters.map((getter) => getter.get())]
      const outcomes = Promise.allSettled(calls)
      await Promise.all([
        ...putters.map((putter) => putter.waits('put')),
        ...getters.map((getter) => getter.waits('get')),
      ])
      full.shutdown({ immediate })
      empty.shutdown({ immediate })
      for (const outcome of await outcomes) expect(outcome).toMatchObject(shutDown)
      expect(full.size).toBe(immediate ? 0 : 1)
    },
  )

  it('that wait to join are released by an immediate shutdown, or by the last taskDone after a drain', async () => {
    for (const immediate of [true, false]) {
      const queue = numbers()
      const [first, second, getter] = await clientsOf(queue, 3)
      queue.tryPut(1)
      queue.tryPut(2)
      const joins = [first!.join(), second!.join()]
      await Promise.all([first!.waits('join'), second!.waits('join')])
      queue.shutdown({ immediate })
      if (!immediate) {
        expect([await getter!.get(), await getter!.get()]).toEqual([1, 2])
        await getter!.taskDone(2)
      }
      await Promise.all(joins)
      expect(queue.unfinished).toBe(0)
    }
  })

  it('keep the joiner waiting through an immediate shutdown while one holds an item', async () => {
    const queue = numbers()
    const [joiner, getter] = await clientsOf(queue, 2)
    queue.tryPut(1)
    queue.tryPut(2)
    await getter!.get()
    const join = joiner!.join()
    await joiner!.waits('join')
    queue.shutdown({ immediate: true })
    expect(queue.unfinished).toBe(1)
    await joiner!.waits('join')
    await getter!.taskDone()
    await join
  })

  it('put and get thousands of items at the same time, until the shutdown ends all of them', async () => {
    const queue = numbers({ maxsize: 4 })
    const clients = await clientsOf(queue, 4)
    const each = 300
    const got: number[] = []
    const putting = clients.slice(0, 2).map(async (client, index) => {
      for (let number = 0; number < each; number++) await client.put(number * 2 + index)
    })
    const getting = clients.slice(2).map(async (client) => {
      for (;;) {
        try {
          got.push(await client.get())
        } catch (error) {
          return error
        }
        await client.taskDone()
      }
    })
    await Promise.all(putting)
    queue.shutdown()
    for (const error of await Promise.all(getting))
      expect(error).toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
    expect(got.sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * each }, (_, number) => number))
    await queue.join({ timeout: 0 })
  })
})

describe('the main thread, which awaits,', () => {
  it('feeds threads that block, and gets their answers', async () => {
    const work = numbers({ maxsize: 8 })
    const answers = numbers({ maxsize: 8 })
    const remotes = await Promise.all([other(work), other(work)])
    await Promise.all(remotes.map(({ user }) => attachThere(user, answers)))
    const loops = remotes.map(({ user }) => user.ask('square', work.handle.id, answers.handle.id))
    const seen: number[] = []
    const drain = (async () => {
      for await (const answer of answers) seen.push(answer)
    })()
    for (let number = 0; number < 3000; number++) await work.put(number)
    work.shutdown()
    await within(Promise.all(loops), 'the loops')
    answers.shutdown()
    await within(drain, 'the answers')
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 3000 }, (_, number) => number * number))
    await until(() => work.unfinished === 0 && answers.unfinished === 0, 'all is finished')
  })
})
