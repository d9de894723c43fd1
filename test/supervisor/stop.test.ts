import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { DeadLetter, QueueOptions, Supervisor, ThreadGroup } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { User, waits } from '../support/users.ts'
import {
  failureOf,
  fixture,
  listenTo,
  millrace,
  open,
  reaches,
  sharedWords,
  supervisor,
  threadOf,
  warningsOf,
} from './scene.ts'

const stopping = (name: string, args?: unknown, threads = 1) =>
  fixture<unknown>('stopping.mjs', name, { args, threads })

const numbers = (options?: QueueOptions<number>) =>
  new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'shelf', ...options })

const joined = (group: ThreadGroup) => within(group.join(), 'the end of the group')

/** The ways to stop all threads of a supervisor, and the reason that the threads get. */
const WAYS: [way: string, ask: (one: Supervisor, group: ThreadGroup) => Promise<void>, reason: string][] = [
  ['group.stop()', (_, group) => group.stop(), "group 'waitsIn' was stopped"],
  ['close()', (one) => one.close(), "supervisor 'mill' was closed"],
  ['Symbol.asyncDispose', (one) => one[Symbol.asyncDispose](), "supervisor 'mill' was closed"],
]

describe('a thread that is asked to stop', () => {
  it.each(WAYS)('by %s is told so, with the reason', async (_, ask, reason) => {
    const queue = numbers()
    const one = supervisor({ name: 'mill' })
    const group = one.spawn(stopping('waitsIn', { queue, method: 'getSync', given: [] }))
    await waits(queue, 'get', await threadOf(one))
    await within(ask(one, group), 'the end')
    expect(await joined(group)).toEqual([
      {
        name: 'AbortError',
        code: 'ABORT_ERR',
        cause: reason,
        reason,
        isReason: true,
        stopping: true,
        aborted: true,
      },
    ])
  })

  it.each(['getSync', 'takeSync', 'get', 'take', 'getMany', 'getManySync'])(
    'ends the wait of %s with an AbortError',
    async (method) => {
      const queue = numbers()
      const one = supervisor()
      const given = method.startsWith('getMany') ? [2] : []
      const group = one.spawn(stopping('waitsIn', { queue, method, given }))
      await waits(queue, 'get', await threadOf(one))
      await within(group.stop(), 'the stop')
      const seen = { name: 'AbortError', code: 'ABORT_ERR', cause: "group 'waitsIn' was stopped" }
      expect(await joined(group)).toMatchObject([seen])
    },
  )

  it.each(['getMany', 'getManySync'])('gets the items that %s has while it lingers', async (method) => {
    for (const ack of ['manual', 'auto'] as const) {
      const queue = numbers({ ack })
      const one = supervisor()
      const group = one.spawn(stopping('lingersIn', { queue, method }))
      await waits(queue, 'get', await threadOf(one))
      await queue.put(7)
      await until(() => queue.empty, 'the item is taken')
      await waits(queue, 'get', await threadOf(one))
      await within(group.stop(), 'the stop')
      expect([await joined(group), queue.size, queue.unfinished]).toEqual([[[7]], 0, 0])
    }
  })

  it.each(['getSync', 'get'])('may end with that error: its result is undefined (%s)', async (method) => {
    const queue = numbers()
    const one = supervisor()
    const told = listenTo(one, 'exit')
    const group = one.spawn(stopping('waitsUncaught', { queue, method }))
    await waits(queue, 'get', await threadOf(one))
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([undefined])
    expect(told.map(({ payload }) => payload.error)).toEqual([undefined])
  })

  it.each(['get', 'take'])('ends a wait of %s though it holds as many items as it may', async (method) => {
    const queue = numbers({ maxInFlight: 1 })
    const one = supervisor()
    const words = sharedWords()
    const group = one.spawn(stopping('holdsAndWaits', { queue, method, words }))
    await until(() => Atomics.load(words, 0) === 1, 'both calls wait')
    await queue.put(1)
    await until(() => queue.stats().held === 1, 'one is held')
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toMatchObject([
      { code: 'ABORT_ERR', cause: "group 'holdsAndWaits' was stopped" },
    ])
  })

  it('releases the item of an interrupted call, which has not failed', async () => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = numbers({ deadLetters: letters })
    const words = sharedWords()
    await queue.put(1)
    const one = supervisor()
    const told = listenTo(one, 'deadLetter')
    const group = one.consume(queue, { ...stopping('untilAborted', { words }), retries: 0 })
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect([await joined(group), told, letters.size, queue.size]).toEqual([[undefined], [], 0, 1])
  })

  it('releases it after its last delivery too, which does not count', async () => {
    const queue = numbers({ maxDeliveries: 1 })
    const words = sharedWords()
    await queue.put(1)
    const group = supervisor().consume(queue, stopping('untilAborted', { words }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect(queue.stats()).toMatchObject({ size: 1, unfinished: 1, dropped: 0 })
    expect((await queue.take()).attempt).toBe(1)
  })

  it('may end with the reason that `throwIfAborted` throws', async () => {
    const words = sharedWords()
    const group = supervisor().spawn(stopping('throwsReason', { words }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([undefined])
  })

  it.each(['iterates', 'iteratesAsync'])('ends its loop over a queue quietly: %s', async (name) => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const one = supervisor()
    const group = one.spawn(stopping(name, { queue }))
    const thread = await threadOf(one)
    await until(() => queue.unfinished === 0, 'both items')
    await waits(queue, 'get', thread)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([[2, true]])
  })

  it.each(['iteratesBusy', 'iteratesBusyAsync'])('takes no further item in a loop: %s', async (name) => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    const words = sharedWords()
    const one = supervisor()
    const group = one.spawn(stopping(name, { queue, words }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([1])
    expect([queue.size, queue.unfinished]).toEqual([2, 2])
  })

  it.each(['putSync', 'put'])('goes on waiting for room: %s', async (method) => {
    const queue = numbers({ maxsize: 1 })
    await queue.put(1)
    const one = supervisor()
    const group = one.spawn(stopping('putsOne', { queue, method }))
    await waits(queue, 'put', await threadOf(one))
    const stopped = group.stop()
    expect(await queue.get()).toBe(1)
    expect(await within(queue.get(), 'the item of the stopped thread')).toBe(2)
    await within(stopped, 'the stop')
    expect(await joined(group)).toEqual([true])
  })

  it.each([
    ['putSync', [2], 'put'],
    ['put', [2], 'put'],
    ['putManySync', [[2, 3]], 'put'],
    ['getSync', [], 'get'],
    ['get', [], 'get'],
    ['takeSync', [], 'get'],
    ['joinSync', [], 'join'],
    ['join', [], 'join'],
  ] as const)('ends the wait of %s with its signal', async (method, given, side) => {
    const queue = numbers({ maxsize: 1 })
    if (side !== 'get') await queue.put(1)
    const one = supervisor()
    const group = one.spawn(stopping('waitsWithSignal', { queue, method, given }))
    await waits(queue, side, await threadOf(one))
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([undefined])
    expect(queue.unfinished).toBe(side === 'get' ? 0 : 1)
  })

  it('is refused any other signal by calls that block', async () => {
    const queue = numbers({ maxsize: 1 })
    const calls = [
      ['putSync', 2],
      ['putManySync', [2]],
      ['getSync'],
      ['takeSync'],
      ['getManySync', 1],
      ['joinSync'],
    ]
    const [errors] = (await joined(
      supervisor().spawn(stopping('signalOfAnother', { queue, calls })),
    )) as Error[][]
    expect(errors).toHaveLength(calls.length)
    for (const error of errors ?? []) {
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
      expect(error.message).toContain('timeout')
    }
  })

  it.each(['aborted', 'stopping', 'throwIfAborted'])(
    'sees the request in a loop that never yields: %s',
    async (by) => {
      const words = sharedWords()
      const group = supervisor().spawn(stopping('polls', { words, by }))
      await reaches(words, 0, 1)
      await within(group.stop(), 'the stop')
      expect(await joined(group)).toEqual(["group 'polls' was stopped"])
    },
  )

  it('gets the abort event of its signal', async () => {
    const words = sharedWords()
    const group = supervisor().spawn(stopping('hears', { words }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([[true, "group 'hears' was stopped"]])
  })

  it('does not begin a wait after the request', async () => {
    const words = sharedWords()
    const [queue, other] = [numbers(), numbers()]
    const group = supervisor().spawn(stopping('sleepsThenWaits', { queue, handle: other.handle, words }))
    await reaches(words, 0, 1)
    const stopped = group.stop()
    open(words, 1)
    await within(stopped, 'the stop')
    const reason = "group 'sleepsThenWaits' was stopped"
    expect(await joined(group)).toEqual([[reason, reason]])
  })

  it('does not wait if the request came before its start', async () => {
    const queue = numbers()
    const group = supervisor().spawn(stopping('waitsIn', { queue, method: 'getSync', given: [] }, 2))
    await within(group.stop(), 'the stop')
    const seen = { code: 'ABORT_ERR', cause: "group 'waitsIn' was stopped" }
    expect(await joined(group)).toMatchObject([seen, seen])
  })

  it('is woken in a queue that its supervisor does not know', async () => {
    const queue = numbers()
    const one = supervisor()
    const group = one.spawn(stopping('waitsInHandle', { handle: queue.handle }))
    await waits(queue, 'get', await threadOf(one))
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual(["group 'waitsInHandle' was stopped"])
  })

  it('may end itself in answer', async () => {
    const words = sharedWords()
    const one = supervisor()
    const told = listenTo(one, 'restart')
    const group = one.spawn(stopping('ends', { words, how: 'exit' }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([undefined])
    expect(told).toEqual([])
  })

  it.each(['exit 1', 'throw'])(
    'fails with what goes wrong then, and is not started again: %s',
    async (how) => {
      const words = sharedWords()
      const one = supervisor({ restart: { onThrow: true } })
      const told = listenTo(one, 'restart')
      const group = one.spawn(stopping('ends', { words, how }))
      const failure = failureOf(group.join(), 'the group')
      await reaches(words, 0, 1)
      await within(group.stop(), 'the stop')
      const error = await failure
      expect(error).toMatchObject({ code: 'ERR_THREAD' })
      expect(error.message).toContain(how === 'throw' ? 'while it stopped' : 'exit code 1')
      expect(told).toEqual([])
    },
  )

  it('gives its result', async () => {
    const words = sharedWords()
    const group = supervisor().spawn(stopping('ends', { words, how: 'result' }))
    await reaches(words, 0, 1)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual(['result'])
  })
})

describe('stop', () => {
  it('ends threads that do not answer after `grace`, and their group fails', async () => {
    const one = supervisor({ grace: 100 })
    const told = listenTo(one, 'restart', 'start')
    const group = one.spawn(stopping('neverEnds', undefined, 2))
    await until(() => told.length === 2, 'both run')
    const failure = failureOf(group.join(), 'the group')
    await within(group.stop(), 'the stop')
    const error = await failure
    expect([error.code, error.others.length, told.length]).toEqual(['ERR_THREAD', 1, 2])
    expect(error.message).toContain('100 ms')
  })

  it('resolves for a group that is over', async () => {
    const group = supervisor().spawn(fixture('plain.mjs', 'index'))
    await joined(group)
    await within(group.stop(), 'the stop')
    expect(await joined(group)).toEqual([0])
  })

  it('leaves the other groups alone', async () => {
    const words = sharedWords()
    const queue = numbers()
    const one = supervisor()
    const stopped = one.spawn(stopping('waitsIn', { queue, method: 'getSync', given: [] }))
    const other = one.spawn(fixture('failures.mjs', 'firstThrows', { threads: 2, args: { words } }))
    const failure = failureOf(other.join(), 'the other group')
    const thread = await threadOf(one)
    await waits(queue, 'get', thread)
    await within(stopped.stop(), 'the stop')
    expect(one.signal.aborted).toBe(false)
    open(words, 0)
    expect((await failure).cause.message).toBe('the first')
  })

  it('ends the wait for a restart', async () => {
    const one = supervisor({ restart: { backoff: 1_000_000 } })
    const task = fixture('deaths.mjs', 'dies', { args: { how: 'exit', words: sharedWords() } })
    const group = one.spawn(task)
    const state = () => one.stats().groups[0]?.members[0]?.state
    await until(() => state() === 'waiting to restart', 'the wait')
    await within(group.stop(), 'the stop')
    expect([state(), await joined(group)]).toEqual(['over', [undefined]])
  })

  it('lets consumers finish what they hold', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    const words = sharedWords()
    const one = supervisor()
    const group = one.consume(queue, stopping('slow', { words }))
    await reaches(words, 0, 1)
    const stopped = group.stop()
    open(words, 1)
    await within(stopped, 'the stop')
    expect(await joined(group)).toEqual([undefined])
    expect([words[0], words[2], queue.size, queue.unfinished]).toEqual([1, 1, 2, 2])
  })

  it('ends consumers though an item waits for its backoff, and the item is delivered again', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const words = sharedWords()
    const one = supervisor()
    const warnings = await warningsOf('MILLRACE_UNFINISHED', async () => {
      const task = stopping('failsOnce', { words, bad: 1 })
      const group = one.consume(queue, { ...task, retries: 1, backoff: 1_000_000 })
      await reaches(words, 0, 1)
      await waits(queue, 'get', await threadOf(one))
      await within(group.stop(), 'the stop')
      expect(await joined(group)).toEqual([undefined])
    })
    expect([queue.size, queue.unfinished]).toEqual([1, 1])
    expect(warnings).toEqual([])
  })
})

describe('close', () => {
  it('ends a running pipeline without losing an item', async () => {
    const queue = numbers({ maxsize: 8 })
    const words = sharedWords()
    const one = supervisor()
    const producers = one.produce(queue, fixture('produce.mjs', 'endless', { threads: 2 }))
    const consumers = one.consume(queue, {
      ...fixture('consume.mjs', 'adds', { args: { words } }),
      threads: 2,
    })
    await reaches(words, 0, 100)
    await within(one.close(), 'the close')
    await Promise.all([joined(producers), joined(consumers)])
    const report = await within(one.join(), 'the join')
    const [made] = report.groups
    const [left] = report.queues
    expect(made?.stored).toBe((words[0] as number) + (left?.left as number))
    expect([left?.unfinished, queue.isShutDown]).toEqual([left?.left, true])
    expect(report.stoppedBy).toMatchObject({ message: 'the supervisor was closed' })
  })

  it('lets a producer that waits for room end while consumers still take', async () => {
    const queue = numbers({ maxsize: 1 })
    const words = sharedWords()
    const one = supervisor()
    const putter = one.spawn(stopping('putsAll', { queue, items: [1, 2, 3, 4, 5] }))
    const consumers = one.consume(queue, stopping('slow', { words }))
    await reaches(words, 0, 1)
    await waits(queue, 'put', await threadOf(one))
    const closed = one.close()
    open(words, 1)
    await within(closed, 'the close')
    expect(await joined(putter)).toEqual([undefined])
    await joined(consumers)
    expect((words[2] as number) + queue.size).toBe(5)
  })

  it('stops a pipeline in the order of the stream of items', async () => {
    const from = numbers({ maxsize: 1 })
    const to = numbers({ maxsize: 1 })
    const words = sharedWords()
    const one = supervisor()
    one.produce(from, fixture('produce.mjs', 'endless'))
    one.spawn(stopping('givesOn', { from, to }))
    one.consume(to, stopping('slow', { words }))
    await reaches(words, 0, 1)
    // Only the consumer after it makes room for it.
    await waits(to, 'put', await threadOf(one, 1))
    const closed = one.close()
    open(words, 1)
    await within(closed, 'the close')
    const report = await within(one.join(), 'the join')
    expect(report.groups.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    expect(words[2]).toBeGreaterThan(0)
  })

  it('stops groups that feed each other together', async () => {
    const [here, there] = [numbers({ maxsize: 8 }), numbers({ maxsize: 8 })]
    const one = supervisor()
    await here.put(1)
    one.spawn(stopping('givesOn', { from: here, to: there }))
    one.spawn(stopping('givesOn', { from: there, to: here }))
    await until(() => here.stats().threads.some(({ taken }) => taken > 2), 'the item has gone round')
    await within(one.close(), 'the close')
    await within(one.join(), 'the join')
    expect(here.size + there.size).toBe(1)
  })

  it('ends groups last that take items and are still starting', async () => {
    const queue = numbers({ maxsize: 1 })
    const words = sharedWords()
    const one = supervisor()
    const putter = one.spawn(stopping('putsAll', { queue, items: [1, 2, 3] }))
    await waits(queue, 'put', await threadOf(one))
    const taker = one.spawn(stopping('takesWhileAsked', { queue, words }))
    await within(one.close(), 'the close')
    expect(await joined(putter)).toEqual([undefined])
    expect((await joined(taker))[0]).toEqual(3 - queue.size)
  })

  it('gives consumers a grace of their own', async () => {
    const queue = numbers()
    const words = sharedWords()
    const one = supervisor({ grace: 300 })
    const endless = one.spawn(stopping('neverEnds'))
    const consumers = one.consume(queue, stopping('untilStopped', { words }))
    await threadOf(one)
    await queue.put(1)
    await reaches(words, 0, 1)
    const failure = failureOf(endless.join(), 'the endless thread')
    await within(one.close(), 'the close')
    expect((await failure).message).toContain('did not stop within 300 ms')
    expect([await joined(consumers), queue.unfinished]).toEqual([[undefined], 0])
  })

  it('with a grace of 0 ends threads that have not begun, without a failure', async () => {
    const one = supervisor({ grace: 0 })
    const told = listenTo(one, 'start')
    const group = one.spawn(stopping('neverEnds'))
    await within(one.close(), 'the close')
    expect([await joined(group), told]).toEqual([[undefined], []])
    await within(one.join(), 'the join')
  })

  it('stores nothing of a producer that has not begun', async () => {
    for (const name of ['endless', 'endlessAsync']) {
      const queue = numbers({ maxsize: 4 })
      const one = supervisor()
      // A kept thread might begin at once.
      const group = one.produce(queue, { ...fixture('produce.mjs', name), reuse: false })
      await within(group.stop(), 'the stop')
      await joined(group)
      const report = await within(one.join(), 'the join')
      expect([queue.size, report.groups[0]?.stored]).toEqual([0, 0])
    }
  })

  it('resolves without groups, and a second time', async () => {
    const one = supervisor()
    await within(Promise.all([one.close(), one.close()]), 'the close')
    await within(one.join(), 'the join')
  })

  it('comes at the end of an `await using` block', async () => {
    const queue = numbers()
    let group: ThreadGroup
    {
      await using one = supervisor()
      group = one.spawn(stopping('waitsIn', { queue, method: 'getSync', given: [] }))
      await waits(queue, 'get', await threadOf(one))
    }
    expect(await joined(group)).toMatchObject([{ cause: 'the supervisor was closed' }])
  })
})

describe("the supervisor's signal option", () => {
  it('stops all threads with its reason, and join rejects with an AbortError', async () => {
    const queue = numbers()
    const controller = new AbortController()
    const one = supervisor({ signal: controller.signal })
    const group = one.spawn(stopping('waitsIn', { queue, method: 'getSync', given: [] }))
    await waits(queue, 'get', await threadOf(one))
    const failure = failureOf(one.join(), 'the supervisor')
    controller.abort(new Error('enough'))
    expect(await joined(group)).toMatchObject([{ code: 'ABORT_ERR', cause: 'enough', reason: 'enough' }])
    const error = await failure
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(error.cause).toBe(controller.signal.reason)
    expect(error.report.stoppedBy).toBe(controller.signal.reason)
    expect(one.signal.reason).toBe(controller.signal.reason)
    expect(() => one.spawn(stopping('neverEnds'))).toThrow(millrace.SupervisorClosedError)
  })

  it('refuses a spawn when it is aborted already', () => {
    const one = supervisor({ signal: AbortSignal.abort(new Error('enough')) })
    expect(() => one.spawn(stopping('neverEnds'))).toThrow(
      expect.objectContaining({ code: 'ABORT_ERR', cause: expect.objectContaining({ message: 'enough' }) }),
    )
  })

  it('has no listeners once the groups are over', async () => {
    const { signal } = new AbortController()
    const one = supervisor({ signal })
    const group = one.spawn(fixture('plain.mjs', 'index'))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await joined(group)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('destroy', () => {
  it('ends all threads at once, and joins reject with an AbortError', async () => {
    const one = supervisor({ name: 'mill' })
    const told = listenTo(one, 'restart', 'start')
    const group = one.spawn(stopping('neverEnds'))
    await until(() => told.length === 1, 'it runs')
    const failures = [group.join(), one.join()].map((join) => failureOf(join, 'a join'))
    await within(one.destroy(), 'the end')
    const [error, whole] = await Promise.all(failures)
    expect(error).toMatchObject({ code: 'ABORT_ERR', cause: { message: "supervisor 'mill' was destroyed" } })
    expect([whole, one.signal.reason]).toEqual([error, error])
    expect(told).toHaveLength(1)
    expect(() => one.spawn(stopping('neverEnds'))).toThrow(millrace.SupervisorClosedError)
  })

  it('is the last event of a thread, even if a message of it is under way', async () => {
    const words = sharedWords()
    const one = supervisor()
    const told = listenTo(one, 'start', 'exit', 'deadLetter')
    const group = one.spawn(stopping('saysThatItRuns', { words }))
    const failure = failureOf(group.join(), 'the group')
    // The event loop has not run: the message is under way, and not read.
    const end = performance.now() + 20_000
    while (Atomics.load(words, 0) === 0 && performance.now() < end);
    const destroyed = one.destroy()
    expect(told.map(({ event }) => event)).toEqual(['exit'])
    await within(destroyed, 'the end')
    expect((await failure).code).toBe('ABORT_ERR')
    expect([words[0], told.map(({ event }) => event)]).toEqual([1, ['exit']])
  })

  it('rejects joins with its argument, even after a failure', async () => {
    const one = supervisor()
    const first = one.spawn(fixture('failures.mjs', 'throwsOwn'))
    await failureOf(first.join(), 'the first group')
    const second = one.spawn(stopping('neverEnds'))
    const failures = [second.join(), one.join()].map((join) => failureOf(join, 'a join'))
    const error = new RangeError('no more')
    await within(one.destroy(error), 'the end')
    expect((await Promise.all(failures)).map((each) => each === error)).toEqual([true, true])
  })

  it('ends the puts of this thread that wait on a queue from which its threads took', async () => {
    const queue = numbers({ maxsize: 1 })
    const words = sharedWords()
    const one = supervisor()
    await queue.put(1)
    one.consume(queue, stopping('slow', { words }))
    await reaches(words, 0, 1)
    await queue.put(2)
    const put = failureOf(queue.put(3), 'the put')
    await within(one.destroy(), 'the end')
    expect(await put).toMatchObject({ code: 'ERR_QUEUE_SHUT_DOWN', cause: { code: 'ABORT_ERR' } })
    // The items that the threads held are queued again.
    expect([queue.size, queue.unfinished]).toEqual([2, 2])
  })

  it('frees the places of its producers at a queue', async () => {
    const queue = numbers({ maxsize: 4, maxThreads: 2 })
    const one = supervisor()
    const group = one.produce(queue, fixture('produce.mjs', 'endless'))
    const failure = failureOf(group.join(), 'the producer')
    await until(() => queue.full, 'it produces')
    const user = new User()
    await expect(user.ask('attach', queue.handle)).rejects.toMatchObject({ code: 'ERR_TOO_MANY_THREADS' })
    await within(one.destroy(), 'the end')
    expect((await failure).code).toBe('ABORT_ERR')
    await user.ask('attach', queue.handle)
    expect(queue.stats().threads).toHaveLength(2)
  })

  it('resolves without groups, and leaves no warning', async () => {
    const one = supervisor()
    const warnings = await warningsOf('MILLRACE_GROUP_FAILED', async () => {
      one.spawn(stopping('neverEnds'))
      await within(one.destroy(), 'the end')
      await within(one.destroy(), 'the end')
    })
    expect(warnings).toEqual([])
    await within(supervisor().destroy(), 'the end of nothing')
  })
})

describe('a function that returns while it holds items', () => {
  it('gives one warning with queue and count, and they are delivered again', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3, 4])
    const warnings = await warningsOf('MILLRACE_UNFINISHED', () =>
      joined(supervisor().spawn(stopping('takesAndLeaves', { queue, takes: 3, done: 1 }))),
    )
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain("queue 'shelf'")
    expect(warnings[0]).toMatch(/\b2 unfinished items\b/)
    expect([queue.size, queue.unfinished]).toEqual([3, 3])
    expect([queue.tryGet(), queue.tryGet(), queue.tryGet()]).toEqual([2, 3, 4])
  })

  it('gives none when it has finished them', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const warnings = await warningsOf('MILLRACE_UNFINISHED', () =>
      joined(supervisor().spawn(stopping('takesAndLeaves', { queue, takes: 2, done: 2 }))),
    )
    expect(warnings).toEqual([])
  })
})
