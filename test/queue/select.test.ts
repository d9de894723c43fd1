import { describe, expect, expectTypeOf, it } from 'vitest'
import { ASYNC_WAITER, GET, SELECT, WAITERS } from '../../src/core/words/offsets.ts'
import {
  attach,
  type Codec,
  codecs,
  type Handle,
  LifoQueue,
  PriorityQueue,
  Queue,
  type QueueOptions,
  select,
  selectSync,
} from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { millrace } from '../kill/library.ts'
import { until, within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import { CLASSES, KINDS } from '../support/queues.ts'
import { faultsOf, selectStress } from '../support/select-stress.ts'
import { countedSignal } from '../support/signals.ts'
import { startThread } from '../support/threads.ts'
import { attachThere, other, User, waits } from '../support/users.ts'

const numbers = (options?: QueueOptions<number>) => new Queue<number>({ codec: codecs.int32, ...options })
const two = () => ({ a: numbers(), b: numbers() })

type Queues = Record<string, Queue<number>>

/** Both forms, for cases that never wait. */
const FORMS = [
  ['select', (queues: unknown, options?: object) => select(queues as Queues, options)],
  ['selectSync', async (queues: unknown, options?: object) => selectSync(queues as Queues, options)],
] as const

/** Checks that no thread is counted as waiting. */
function expectNobodyWaits(queues: Queues): void {
  for (const queue of Object.values(queues)) {
    const { shared } = internalsOf(queue).description
    expect([shared.load(GET + WAITERS), shared.load(SELECT + WAITERS)]).toEqual([0, 0])
  }
}

/** A thread that is attached to all of `queues`, and the way it selects from them. */
async function elsewhere(queues: Queues) {
  const all = Object.entries(queues)
  const first = await other((all[0] as [string, Queue<number>])[1])
  const { user } = first
  for (const [, queue] of all.slice(1)) await attachThere(user, queue)
  const ids = Object.fromEntries(all.map(([key, queue]) => [key, (queue.handle as Handle<unknown>).id]))
  return {
    threadId: user.threadId,
    user,
    first,
    selects: (form: 'select' | 'selectSync', options?: object) => user.ask(form, ids, options),
    /** Resolves once it waits on every queue. */
    waits: () => Promise.all(all.map(([, queue]) => waits(queue, 'get', user.threadId))),
  }
}

describe.each(FORMS)('%s, where it need not wait', (_, choose) => {
  it('gets the item there is, as get would, and leaves the other queues alone', async () => {
    const queues = { a: numbers(), b: numbers(), c: numbers() }
    queues.b.tryPut(7)
    expect(await choose(queues)).toEqual({ from: 'b', item: 7 })
    expect(queues.b.stats()).toMatchObject({ held: 1, unfinished: 1 })
    queues.b.taskDone()
    expect(queues.b.unfinished).toBe(0)
    for (const queue of Object.values(queues)) expect(queue.stats()).toMatchObject({ held: 0, size: 0 })
    expectNobodyWaits(queues)
  })

  it('takes one item, although several queues have some', async () => {
    const queues = two()
    queues.a.tryPut(1)
    queues.b.tryPut(2)
    const first = await choose(queues)
    expect(queues.a.size + queues.b.size).toBe(1)
    const second = await choose(queues)
    expect([first, second]).toEqual(
      expect.arrayContaining([
        { from: 'a', item: 1 },
        { from: 'b', item: 2 },
      ]),
    )
  })

  it('gets the first item of a queue of each kind', async () => {
    const stack = new LifoQueue<number>()
    const jobs = new PriorityQueue<number>()
    const line = new Queue<number>()
    for (const item of [2, 1, 3]) {
      await stack.put(item)
      await line.put(item)
      await jobs.put(item, { priority: item })
    }
    const got: Record<string, unknown[]> = { stack: [], jobs: [], line: [] }
    for (let round = 0; round < 9; round++) {
      const { from, item } = await choose({ stack, jobs, line })
      got[from]?.push(item)
    }
    expect(got).toEqual({ stack: [3, 1, 2], jobs: [1, 2, 3], line: [2, 1, 3] })
  })

  it('hands undefined over like any item, finished at once with ack auto', async () => {
    const queue = new Queue<undefined>({ ack: 'auto' })
    queue.tryPut(undefined)
    expect(await choose({ queue })).toEqual({ from: 'queue', item: undefined })
    expect(queue.unfinished).toBe(0)
  })

  it('gives each of the queues that have items the same chance', async () => {
    const queues = { a: numbers(), b: numbers(), c: numbers() }
    const wins: Record<string, number> = { a: 0, b: 0, c: 0 }
    for (const queue of Object.values(queues)) queue.tryPut(0)
    for (let round = 0; round < 3000; round++) {
      const { from } = await choose(queues)
      wins[from] = (wins[from] as number) + 1
      queues[from as 'a'].taskDone()
      queues[from as 'a'].tryPut(0)
    }
    for (const count of Object.values(wins)) expect(count).toBeGreaterThan(800)
  })

  it('takes a queue that stands under two keys', async () => {
    const queue = numbers()
    queue.tryPut(1)
    expect(await choose({ x: queue, y: queue })).toEqual({ from: 'x', item: 1 })
    expect(queue.stats()).toMatchObject({ held: 1, size: 0 })
  })

  it('never waits with timeout 0, and names the queues', async () => {
    const queues = { a: numbers({ name: 'pages' }), b: numbers() }
    await expect(choose(queues, { timeout: 0 })).rejects.toMatchObject({
      name: 'QueueEmptyError',
      code: 'ERR_QUEUE_EMPTY',
      message: expect.stringMatching(/queue 'pages'.*queues\.b|queues\.b.*queue 'pages'/),
    })
    queues.b.tryPut(3)
    expect(await choose(queues, { timeout: 0 })).toEqual({ from: 'b', item: 3 })
    expectNobodyWaits(queues)
  })

  it('leaves out a queue that has ended, and fails once all have', async () => {
    const queues = two()
    queues.a.tryPut(1)
    queues.a.shutdown()
    queues.b.shutdown()
    expect(await choose(queues)).toEqual({ from: 'a', item: 1 })
    queues.a.taskDone()
    const over = { name: 'QueueShutDownError', code: 'ERR_QUEUE_SHUT_DOWN' }
    await expect(choose(queues, { timeout: 0 })).rejects.toMatchObject(over)
    await expect(choose(queues)).rejects.toThrow(/queues\.a.*queues\.b.*|queues\.b.*queues\.a/)
    const open = numbers()
    open.tryPut(5)
    expect(await choose({ ...queues, open })).toEqual({ from: 'open', item: 5 })
  })

  it('fails where get of one of the queues would, and takes nothing from the others', async () => {
    const queues = { a: numbers({ maxInFlight: 1 }), b: numbers() }
    queues.a.tryPut(1)
    await queues.a.get()
    queues.b.tryPut(2)
    for (let round = 0; round < 10; round++)
      await expect(choose(queues)).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
    const gone = numbers()
    gone[Symbol.dispose]()
    await expect(choose({ gone, b: queues.b })).rejects.toMatchObject({ code: 'ERR_DETACHED' })
    expect(queues.b.stats()).toMatchObject({ size: 1, held: 0 })
  })

  it('fails when its item cannot be decoded, which is dead-lettered', async () => {
    const decode = () => {
      throw new Error('unreadable')
    }
    const codec: Codec<number> = { name: 'unreadable', encode: () => 1, decode }
    const queues = { a: new Queue<number>({ codec }), b: numbers() }
    queues.a.tryPut(1)
    await expect(choose(queues)).rejects.toMatchObject({ code: 'ERR_CODEC' })
    expect(queues.a.unfinished).toBe(0)
    expectNobodyWaits(queues)
  })

  it.each([
    [
      'undefined',
      undefined,
      'ERR_INVALID_ARG_TYPE',
      /^queues must be an object whose values are queues; received undef/,
    ],
    ['null', null, 'ERR_INVALID_ARG_TYPE', /^queues must/],
    ['a number', 7, 'ERR_INVALID_ARG_TYPE', /^queues must/],
    ['an object without queues', {}, 'ERR_INVALID_ARG_VALUE', /^queues must be .*at least one/],
    ['a queue', new Queue(), 'ERR_INVALID_ARG_VALUE', /^queues must/],
    [
      'a value that is no queue',
      { a: new Queue(), b: [] },
      'ERR_INVALID_ARG_TYPE',
      /^queues\.b must be a Queue/,
    ],
    [
      'an undefined value',
      { a: undefined },
      'ERR_INVALID_ARG_TYPE',
      /^queues\.a must be a Queue; received undefined/,
    ],
  ])('refuses %s', async (_name, queues, code, message) => {
    const error = await choose(queues).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('refuses wrong options', async () => {
    await expect(choose(two(), { timeout: -1 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    await expect(choose(two(), { signal: 'x' })).rejects.toThrow(TypeError)
    await expect(choose(two(), 5 as never)).rejects.toThrow(TypeError)
  })

  it('serves the earlier gets of this thread first', async () => {
    const queues = two()
    const earlier = queues.a.get()
    await waits(queues.a, 'get', 0)
    queues.a.tryPut(1)
    queues.a.tryPut(2)
    expect(await choose(queues)).toEqual({ from: 'a', item: 2 })
    expect(await within(earlier, 'the earlier get')).toBe(1)
  })
})

it('has a result typed by key', async () => {
  const queues = { line: new Queue<string>(), jobs: new PriorityQueue<number>() }
  queues.line.tryPut('a')
  const won = await select(queues)
  expectTypeOf(won).toEqualTypeOf<
    { readonly from: 'line'; readonly item: string } | { readonly from: 'jobs'; readonly item: number }
  >()
  if (won.from === 'line') expectTypeOf(won.item).toEqualTypeOf<string>()
  expect(won.item).toBe('a')
})

describe('select, waiting', () => {
  it.each(KINDS)('is released by another thread that puts into a %s queue', async (kind) => {
    const queues: Queues = { a: numbers(), b: new CLASSES[kind]<number>({ codec: codecs.int32 }) }
    const there = await other(queues.b as Queue<number>)
    const won = select(queues)
    await waits(queues.a as Queue<number>, 'get', 0)
    await waits(queues.b as Queue<number>, 'get', 0)
    await there.call('putSync', 9)
    expect(await within(won, 'the item')).toEqual({ from: 'b', item: 9 })
    expectNobodyWaits(queues)
    queues.a?.tryPut(1)
    expect(queues.a?.size).toBe(1)
  })

  it('is released in another thread, attached by handle', async () => {
    const queues = two()
    const there = await elsewhere(queues)
    const won = there.selects('select')
    await there.waits()
    queues.a.tryPut(4)
    expect(await won).toEqual({ from: 'a', item: 4 })
  })

  it('takes one item of several that come at once', async () => {
    const queues = two()
    const won = select(queues)
    queues.a.tryPut(1)
    queues.b.tryPut(2)
    const { from } = await within(won, 'the item')
    await new Promise((resolve) => setImmediate(resolve))
    expect({ a: queues.a.size, b: queues.b.size }).toEqual(from === 'a' ? { a: 0, b: 1 } : { a: 1, b: 0 })
  })

  it('serves several selects and gets in the order of the calls', async () => {
    const queues = two()
    const calls = [select(queues), queues.a.get(), select(queues)]
    for (const item of [1, 2, 3]) queues.a.tryPut(item)
    const results = await within(Promise.all<unknown>(calls), 'all three')
    expect(results).toEqual([{ from: 'a', item: 1 }, 2, { from: 'a', item: 3 }])
  })

  it('takes one item for each of several selects, although one ends during the end of another', async () => {
    for (let round = 0; round < 50; round++) {
      const queues = { a: numbers(), b: numbers(), c: numbers() }
      const all = Object.values(queues)
      const calls = [select(queues), select({ b: queues.b, c: queues.c })]
      for (const queue of all) queue.tryPut(1)
      await within(Promise.all(calls), 'both')
      expect(all.map(({ size }) => size).sort()).toEqual([0, 0, 1])
      expect(all.reduce((held, queue) => held + queue.stats().held, 0)).toBe(2)
      for (const queue of all) queue[Symbol.dispose]()
    }
  })

  it('times out, not before its time, names the queues and takes nothing', async () => {
    const queues = { a: numbers({ name: 'pages' }), b: numbers() }
    const since = performance.now()
    const lapse = expect.stringMatching(/queue 'pages'.*stayed empty|queues\.b.*stayed empty/)
    const waiting = within(select(queues, { timeout: 30 }), 'the lapse')
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY', message: lapse })
    expect(performance.now() - since).toBeGreaterThanOrEqual(28)
    expectNobodyWaits(queues)
    queues.a.tryPut(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(queues.a.stats()).toMatchObject({ size: 1, held: 0 })
  })

  it('is aborted, with the reason as cause, and takes nothing', async () => {
    const queues = two()
    const aborted = { name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' }
    await expect(select(queues, { signal: AbortSignal.abort('enough') })).rejects.toMatchObject(aborted)
    const controller = new AbortController()
    const waiting = select(queues, { signal: controller.signal })
    await waits(queues.b, 'get', 0)
    controller.abort('enough')
    await expect(within(waiting, 'the abort')).rejects.toMatchObject(aborted)
    expectNobodyWaits(queues)
    const there = await elsewhere(queues)
    const next = there.selects('selectSync')
    await there.waits()
    queues.b.tryPut(5)
    expect(await next).toEqual({ from: 'b', item: 5 })
  })

  it('gives each queue that has items the same chance, even if others have none', async () => {
    const queues = { a: numbers(), none: numbers(), b: numbers(), nor: numbers() }
    const won: Record<string, number> = { a: 0, b: 0 }
    for (let round = 0; round < 4000; round++) {
      queues.a.tryPut(1)
      queues.b.tryPut(1)
      const { from } = await select(queues)
      queues[from].taskDone()
      won[from] = (won[from] ?? 0) + 1
    }
    // 2000 each are expected, with a standard deviation of 32.
    expect(Math.abs((won.a ?? 0) - 2000)).toBeLessThan(320)
  })

  it('has one listener for all its queues, and none afterwards', async () => {
    const queues = { a: numbers(), b: numbers(), c: numbers() }
    const { signal, listeners } = countedSignal()
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const won = select(queues, { signal, timeout: 100_000 })
    expect([listeners(), timers()]).toEqual([1, before + 2])
    queues.c.tryPut(1)
    await within(won, 'the item')
    expect(listeners()).toBe(0)
    // A listener of an earlier test may have ended.
    expect(timers()).toBeLessThanOrEqual(before)
    await expect(select(queues, { signal, timeout: 1 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    expect(listeners()).toBe(0)
    await expect(select(queues, { signal, timeout: 0 })).rejects.toMatchObject({ code: 'ERR_QUEUE_EMPTY' })
    expect(listeners()).toBe(0)
  })

  it('continues without a queue that is shut down, and fails with the last', async () => {
    const queues = two()
    const won = select(queues)
    queues.a.shutdown()
    await until(() => queues.a.stats().threads[0]?.waiting.length === 0, 'a is left out')
    queues.b.tryPut(1)
    expect(await within(won, 'the item')).toEqual({ from: 'b', item: 1 })
    queues.b.taskDone()
    const none = select(queues)
    queues.b.shutdown({ immediate: true })
    await expect(within(none, 'the end')).rejects.toMatchObject({
      code: 'ERR_QUEUE_SHUT_DOWN',
      message: expect.stringContaining('are shut down'),
    })
    expectNobodyWaits(queues)
  })

  it('waits at the end of a queue for an item that may come back', async () => {
    const queues = two()
    const there = await other(queues.a)
    queues.a.tryPut(1)
    const { key } = await there.take('takeSync')
    queues.a.shutdown()
    queues.b.shutdown()
    const won = select(queues)
    await waits(queues.a, 'get', 0)
    await there.settle(key, 'retry')
    expect(await within(won, 'the item')).toEqual({ from: 'a', item: 1 })
  })

  it('gets an item that was delayed, when it is due', async () => {
    const queues = two()
    queues.a.tryPut(1)
    const delivery = await queues.a.take()
    const won = select(queues)
    delivery.retry({ delay: 20 })
    expect(await within(won, 'the item')).toEqual({ from: 'a', item: 1 })
  })

  it('fails when its thread detaches from one of the queues', async () => {
    const queues = two()
    const waiting = select(queues)
    queues.a[Symbol.dispose]()
    await expect(within(waiting, 'the failure')).rejects.toMatchObject({ code: 'ERR_DETACHED' })
    expectNobodyWaits({ b: queues.b })
  })

  it('takes nothing beyond maxInFlight', async () => {
    const queues = { a: numbers({ maxInFlight: 1 }), b: numbers() }
    const earlier = queues.a.get()
    const waiting = select(queues)
    queues.a.tryPut(1)
    queues.a.tryPut(2)
    expect(await within(earlier, 'the get')).toBe(1)
    await expect(within(waiting, 'the failure')).rejects.toMatchObject({ code: 'ERR_TOO_MANY_IN_FLIGHT' })
    expect(queues.a.stats()).toMatchObject({ size: 1, held: 1 })
    expectNobodyWaits(queues)
  })
})

describe('selectSync, waiting', () => {
  it('would block the main thread: BlockingMainThreadError, and nothing is counted', () => {
    const queues = { a: numbers({ name: 'pages' }), b: numbers() }
    const error = { code: 'ERR_BLOCKING_MAIN_THREAD', message: expect.stringContaining('pages') }
    expect(() => selectSync(queues)).toThrow(expect.objectContaining(error))
    expect(() => selectSync(queues, { timeout: 5 })).toThrow(expect.objectContaining(error))
    expectNobodyWaits(queues)
  })

  it('takes no signal but thread.signal', () => {
    const { signal } = new AbortController()
    const error = { code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('thread.signal') }
    expect(() => selectSync(two(), { signal })).toThrow(expect.objectContaining(error))
  })

  it.each(KINDS)('is woken for an item of a %s queue, by a put of any thread', async (kind) => {
    const queues: Queues = { a: numbers(), b: new CLASSES[kind]<number>({ codec: codecs.int32 }) }
    const there = await elsewhere(queues)
    const won = there.selects('selectSync')
    await there.waits()
    queues.b?.tryPut(1)
    expect(await won).toEqual({ from: 'b', item: 1 })
    const again = there.selects('selectSync')
    await there.waits()
    const putter = await other(queues.b as Queue<number>)
    await putter.call('putSync', 2)
    expect(await again).toEqual({ from: 'b', item: 2 })
    expectNobodyWaits(queues)
  })

  it('counts as an asynchronous waiter, and among those that select', async () => {
    const queues = two()
    const there = await elsewhere(queues)
    const won = there.selects('selectSync')
    await there.waits()
    const { shared } = internalsOf(queues.b).description
    await until(() => shared.load(SELECT + WAITERS) === 1, 'it is counted')
    expect(shared.load(GET + WAITERS)).toBe(ASYNC_WAITER)
    queues.b.tryPut(1)
    await won
  })

  it('is woken beside blocked getters, selects and others of its kind', async () => {
    const queues = two()
    const blocked = await other(queues.a)
    const [first, second, third] = [
      await elsewhere(queues),
      await elsewhere(queues),
      await elsewhere(queues),
    ] as const
    const results = [
      blocked.call('getSync'),
      first.selects('selectSync'),
      second.selects('selectSync'),
      third.selects('select'),
    ]
    await Promise.all([blocked.waits('get'), first.waits(), second.waits(), third.waits()])
    for (const item of [1, 2, 3, 4]) queues.a.tryPut(item)
    const items = (await Promise.all(results)).map((each) => (typeof each === 'number' ? each : each.item))
    expect(items.sort()).toEqual([1, 2, 3, 4])
    expectNobodyWaits(queues)
  })

  it('times out, not before its time, and takes nothing', async () => {
    const queues = two()
    const there = await elsewhere(queues)
    const since = performance.now()
    await expect(there.selects('selectSync', { timeout: 30 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_EMPTY',
    })
    expect(performance.now() - since).toBeGreaterThanOrEqual(28)
    expectNobodyWaits(queues)
    queues.a.tryPut(1)
    expect(await there.selects('selectSync', { timeout: 0 })).toEqual({ from: 'a', item: 1 })
  })

  it('continues without a queue that is shut down, and fails with the last', async () => {
    const queues = two()
    const there = await elsewhere(queues)
    const won = there.selects('selectSync')
    await there.waits()
    queues.a.shutdown()
    queues.b.tryPut(1)
    expect(await won).toEqual({ from: 'b', item: 1 })
    await there.user.ask('call', (queues.b.handle as Handle<unknown>).id, 'taskDone')
    const none = there.selects('selectSync')
    await waits(queues.b, 'get', there.threadId)
    queues.b.shutdown()
    await expect(none).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
    expectNobodyWaits(queues)
  })

  it('waits at the end of a queue for an item that may come back, and ends when it is finished', async () => {
    const queues = two()
    const there = await elsewhere(queues)
    queues.a.tryPut(1)
    queues.a.tryPut(2)
    const [back, done] = [await queues.a.take(), await queues.a.take()]
    queues.a.shutdown()
    queues.b.shutdown()
    const won = there.selects('selectSync')
    await waits(queues.a, 'get', there.threadId)
    back.retry()
    expect(await won).toEqual({ from: 'a', item: 1 })
    await there.first.call('taskDone')
    const none = there.selects('selectSync')
    await waits(queues.a, 'get', there.threadId)
    done.done()
    await expect(none).rejects.toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN' })
    expectNobodyWaits(queues)
  })

  it('gets an item that was delayed, when it is due', async () => {
    const queues = two()
    const there = await elsewhere(queues)
    queues.a.tryPut(1)
    const delivery = await queues.a.take()
    const won = there.selects('selectSync')
    await there.waits()
    delivery.retry({ delay: 20 })
    expect(await won).toEqual({ from: 'a', item: 1 })
  })

  it('leaves nothing behind when its thread dies asleep', async () => {
    const queues = two()
    const dies = await elsewhere(queues)
    const lives = await elsewhere(queues)
    dies.selects('selectSync').catch(() => {})
    const won = lives.selects('selectSync')
    await Promise.all([dies.waits(), lives.waits()])
    const { shared } = internalsOf(queues.a).description
    await until(() => shared.load(SELECT + WAITERS) === 2, 'both are counted')
    await dies.user.stop()
    await until(() => shared.load(SELECT + WAITERS) === 1, 'the dead one is not counted')
    expect(shared.load(GET + WAITERS)).toBe(ASYNC_WAITER)
    queues.a.tryPut(1)
    expect(await won).toEqual({ from: 'a', item: 1 })
    expectNobodyWaits(queues)
  })

  it('gets the items of a dead thread again', async () => {
    const queues = two()
    const dies = await attachThere(new User(), queues.a)
    const lives = await elsewhere(queues)
    queues.a.tryPut(1)
    await dies.call('getSync')
    const won = lives.selects('selectSync')
    await lives.waits()
    await dies.user.stop()
    expect(await won).toEqual({ from: 'a', item: 1 })
  })

  it('sleeps on the one parking lot of all threads of a process, with any copy of the library', () => {
    const [here, there] = [numbers(), new millrace.Queue<number>()]
    const lots = [here, there, attach(structuredClone(here.handle))].map(
      (queue) => internalsOf(queue).shared.lot.id,
    )
    expect(new Set(lots).size).toBe(1)
    here.tryPut(4)
    expect(selectSync({ here, there })).toEqual({ from: 'here', item: 4 })
    there.tryPut(5)
    expect(selectSync({ here, there })).toEqual({ from: 'there', item: 5 })
  })

  it('is woken by queues whose makers have different parking lots', async () => {
    const ours = numbers()
    const thread = startThread('other-lot.mjs', ours.handle)
    const theirs = attach(await thread.message<Handle<Queue<number>>>())
    expect(internalsOf(theirs).shared.lot.id).not.toBe(internalsOf(ours).shared.lot.id)
    for (const [from, queue] of [
      ['theirs', ours],
      ['ours', theirs],
    ] as const) {
      thread.worker.postMessage('select')
      await waits(queue, 'get', thread.threadId)
      queue.tryPut(3)
      expect(await thread.message()).toEqual({ from, item: 3 })
    }
    await thread.worker.terminate()
  })
})

describe('in a supervised thread', () => {
  it.each([
    ['select', false],
    ['select', true],
    ['selectSync', false],
    ['selectSync', true],
  ] as const)('%s ends when it is asked to stop (signal given: %s)', async (form, takesSignal) => {
    const queues = { a: new millrace.Queue<number>(), b: new millrace.Queue<number>() }
    const supervisor = new millrace.Supervisor()
    const filename = new URL('./fixtures/select.mjs', import.meta.url)
    const args = { queues, form, takesSignal }
    const group = supervisor.spawn({ filename, name: 'untilStopped', args })
    const isWaiting = (queue: Queue<number>) => () =>
      queue.stats().threads.some(({ waiting }) => waiting.includes('get'))
    await until(isWaiting(queues.a), 'it waits on a')
    await until(isWaiting(queues.b), 'it waits on b')
    await within(group.stop(), 'the stop')
    expect(await group.join()).toEqual([{ code: 'ABORT_ERR', isReason: true }])
    await within(supervisor.close(), 'the end')
  })
})

describe('a process', () => {
  it('ends by itself after selects that got an item, timed out, or were aborted', async () => {
    const source = `
      const queues = { a: new millrace.Queue(), b: new millrace.Queue() }
      const won = millrace.select(queues, { timeout: 100000, signal: new AbortController().signal })
      queues.b.tryPut(1)
      console.log(JSON.stringify(await won))
      await millrace.select(queues, { timeout: 5 }).catch(({ code }) => console.log(code))
      await millrace.select(queues, { signal: AbortSignal.timeout(5) }).catch(({ code }) => console.log(code))
      globalThis.queues = queues`
    const stdout = '{"from":"b","item":1}\nERR_QUEUE_EMPTY\nABORT_ERR\n'
    expect(await runProcess(source)).toMatchObject({ code: 0, stderr: '', stdout })
  })

  it('does not end while a select is awaited', async () => {
    const source = `
      setTimeout(() => console.log('alive'), 200).unref()
      await millrace.select({ a: new millrace.Queue(), b: new millrace.Queue() })`
    expect(await runProcess(source, 'alive')).toMatchObject({ code: 'killed', stdout: 'alive\n' })
  })
})

it.each(['select', 'selectSync'] as const)(
  'each item wakes a thread asleep in %s: nothing comes after it that could',
  async (form) => {
    const queues = { a: numbers(), b: new LifoQueue<number>(), c: new PriorityQueue<number>() }
    const answers = numbers()
    const all = Object.values(queues)
    const handles = Object.fromEntries(Object.entries(queues).map(([key, { handle }]) => [key, handle]))
    const thread = startThread('select-echo.mjs', { handles, form, answers: answers.handle })
    for (let round = 0; round < 3000; round++) {
      all[Math.floor(Math.random() * 3)]?.tryPut(round)
      expect(await within(answers.get(), `the answer to ${round}`)).toBe(round)
      answers.taskDone()
    }
    for (const queue of all) queue.shutdown()
    await thread.ended()
    expectNobodyWaits(queues)
  },
)

describe('threads that select from three queues with uneven load', () => {
  it.each([
    ['selectSync', 2],
    ['select', 2],
    ['selectSync', 4],
  ] as const)(
    'with %s, %i of them, lose nothing to timeouts and aborts and starve none',
    async (form, selectors) => {
      const result = await selectStress({ form, selectors, rounds: 4000 })
      expect(faultsOf(result)).toEqual([])
      expect(result.timeouts).toBeGreaterThan(0)
      if (form === 'select') expect(result.aborts).toBeGreaterThan(0)
    },
    120_000,
  )
})
