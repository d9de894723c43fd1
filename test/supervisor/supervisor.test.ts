import { describe, expect, it, vi } from 'vitest'
import type { QueueOptions, ThreadGroup } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
import {
  failureOf,
  fixture,
  listenTo,
  millrace,
  open,
  reaches,
  saying,
  sharedWords,
  supervisor,
  threadOf,
} from './scene.ts'

vi.mock('../../dist/src/timers.js', () => import('../support/mocked-timers.ts'))

const numbers = (options?: QueueOptions<number>) =>
  new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'shelf', ...options })

const joined = (group: ThreadGroup) => within(group.join(), 'the end of the group')

/** Threads that run until word 0 is set. */
const waiting = (words: Int32Array, threads = 1) =>
  fixture<unknown>('plain.mjs', 'untilTold', { args: { words }, threads })

const index = (threads = 1) => fixture<unknown>('plain.mjs', 'index', { threads })

describe('maxThreads', () => {
  it('limits the threads at work in all groups together', async () => {
    const words = sharedWords()
    const one = supervisor({ name: 'mill', maxThreads: 3 })
    const two = one.spawn(waiting(words, 2))
    expect(() => one.spawn(index(2))).toThrow(
      saying('TooManyThreadsError', 'ERR_TOO_MANY_THREADS', 'mill', '4', 'maxThreads', '3'),
    )
    expect(() => one.consume(numbers(), index(2))).toThrow(millrace.TooManyThreadsError)
    expect(one.stats().groups).toHaveLength(1)
    await joined(one.spawn(index()))
    open(words, 0)
    await joined(two)
    // Threads that have ended do not count.
    expect(await joined(one.spawn(index(3)))).toEqual([0, 1, 2])
  })
})

describe('a closed supervisor', () => {
  it('starts no more threads', async () => {
    const one = supervisor({ name: 'mill' })
    await within(one.close(), 'the close')
    const refused = saying('SupervisorClosedError', 'ERR_SUPERVISOR_CLOSED', 'mill')
    expect(() => one.spawn(index())).toThrow(refused)
    expect(() => one.produce(numbers(), index())).toThrow(refused)
    expect(() => one.consume(numbers(), index())).toThrow(refused)
  })
})

describe('join', () => {
  it('resolves without groups, with an empty report', async () => {
    const report = await within(supervisor({ name: 'mill' }).join(), 'the join')
    expect(report).toEqual({ name: 'mill', elapsed: 0, groups: [], queues: [] })
  })

  it('rejects after `timeout`, and the groups run on', async () => {
    const words = sharedWords()
    const one = supervisor({ name: 'mill' })
    const group = one.spawn(waiting(words))
    const late = 'ERR_WAIT_TIMEOUT'
    expect(await failureOf(one.join({ timeout: 1 }), 'the join')).toEqual(
      saying('WaitTimeoutError', late, 'mill', '1 ms'),
    )
    expect(await failureOf(one.join({ timeout: 0 }), 'the join')).toMatchObject({ code: late })
    expect(await failureOf(group.join({ timeout: 1 }), 'the join')).toEqual(
      saying('WaitTimeoutError', late, 'untilTold', '1 ms'),
    )
    open(words, 0)
    expect(await joined(group)).toEqual(['told'])
    await within(one.join({ timeout: 10_000 }), 'the join')
  })

  it('rejects when its signal is aborted, and the groups run on', async () => {
    const words = sharedWords()
    const one = supervisor()
    const group = one.spawn(waiting(words))
    const controller = new AbortController()
    const { signal } = controller
    const failures = [one.join({ signal }), group.join({ signal })].map((join) => failureOf(join, 'a join'))
    controller.abort(new Error('enough'))
    for (const error of await Promise.all(failures)) {
      expect(error).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } })
    }
    expect(await failureOf(one.join({ signal }), 'the join')).toMatchObject({ code: 'ABORT_ERR' })
    open(words, 0)
    expect(await joined(group)).toEqual(['told'])
  })

  it.each([
    [{ timeout: -1 }, 'RangeError', 'ERR_OUT_OF_RANGE', 'options.timeout'],
    [{ timeout: '1' }, 'TypeError', 'ERR_INVALID_ARG_TYPE', 'options.timeout'],
    [{ signal: 1 }, 'TypeError', 'ERR_INVALID_ARG_TYPE', 'options.signal'],
  ])('refuses %j', async (options, name, code, option) => {
    const error = await failureOf(supervisor().join(options as never), 'the join')
    expect(error).toEqual(saying(name, code, option))
  })

  it('may be called again, before the end and after it', async () => {
    const one = supervisor()
    one.spawn(index())
    const reports = await within(Promise.all([one.join(), one.join()]), 'the joins')
    const { groups } = await within(one.join(), 'a late join')
    expect(reports.map((report) => report.groups)).toEqual([groups, groups])
  })

  it('waits for groups that are added meanwhile', async () => {
    const [first, second] = [sharedWords(), sharedWords()]
    const one = supervisor()
    const group = one.spawn(waiting(first))
    const report = one.join()
    let isOver = false
    void report.then(() => {
      isOver = true
    })
    one.spawn(waiting(second))
    open(first, 0)
    await joined(group)
    await new Promise((resolve) => setImmediate(resolve))
    expect(isOver).toBe(false)
    open(second, 0)
    expect((await within(report, 'the join')).groups).toHaveLength(2)
  })

  it('rejects when items are left in a queue from which a group took', async () => {
    for (const method of ['getSync', 'take', 'iterate']) {
      const queue = numbers()
      await queue.putMany([1, 2, 3])
      const one = supervisor()
      const group = one.spawn(fixture('plain.mjs', 'takesOne', { args: { queue, method } }))
      await joined(group)
      const error = await failureOf(one.join(), `the join after ${method}`)
      expect(error).toEqual(saying('ThreadError', 'ERR_THREAD', "queue 'shelf'", '2 items'))
      expect(error.report.queues).toEqual([
        { name: 'shelf', maxsize: 1024, left: 2, unfinished: 2, dropped: 0 },
      ])
    }
  })

  it('resolves when items are left in a queue from which no group took', async () => {
    const queue = numbers()
    const one = supervisor()
    const task = fixture('stopping.mjs', 'putsAll', { args: { queue, items: [1, 2] } })
    await joined(one.spawn(task))
    const report = await within(one.join(), 'the join')
    expect(report.queues).toMatchObject([{ left: 2, unfinished: 2 }])
  })

  it('resolves when items are left because the run was asked to stop', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    const words = sharedWords()
    const one = supervisor()
    one.consume(queue, fixture('stopping.mjs', 'untilStopped', { args: { words }, threads: 1 }))
    await reaches(words, 0, 1)
    await within(one.close(), 'the close')
    const report = await within(one.join(), 'the join')
    expect(report.queues).toMatchObject([{ left: 2 }])
    expect(report.stoppedBy).toMatchObject({ message: 'the supervisor was closed' })
  })
})

describe('the report', () => {
  it('has groups and queues in their order, with their figures', async () => {
    const [made, other] = [numbers(), numbers({ name: 'other', maxsize: 3 })]
    await other.put(1)
    const words = sharedWords()
    const one = supervisor({ name: 'mill' })
    one.produce(made, fixture('produce.mjs', 'numbers', { args: { count: 3 }, threads: 2 }))
    one.consume(made, fixture('consume.mjs', 'adds', { args: { words, other }, threads: 1 }))
    one.spawn(index())
    const before = performance.now()
    const report = await within(one.join(), 'the join')
    expect(report).toEqual({
      name: 'mill',
      elapsed: expect.any(Number),
      groups: [
        { name: 'numbers', role: 'produce', threads: 2, restarts: 0, stored: 6 },
        { name: 'adds', role: 'consume', threads: 1, restarts: 0, stored: 0 },
        { name: 'index', role: 'spawn', threads: 1, restarts: 0, stored: 0 },
      ],
      queues: [
        { name: 'shelf', maxsize: 1024, left: 0, unfinished: 0, dropped: 0 },
        { name: 'other', maxsize: 3, left: 1, unfinished: 1, dropped: 0 },
      ],
    })
    expect(report.elapsed).toBeGreaterThan(0)
    expect(report.elapsed).toBeGreaterThanOrEqual(performance.now() - before - 1000)
  })
})

describe('stats', () => {
  it('names the running members and their threads', async () => {
    const words = sharedWords()
    const queue = numbers({ maxsize: 2 })
    const one = supervisor({ name: 'mill' })
    expect(one.stats()).toMatchObject({ name: 'mill', threads: 0, groups: [] })
    const group = one.spawn(waiting(words, 2))
    const starting = { threadId: 0, state: 'starting', restarts: 0, recycles: 0, stored: 0 }
    expect(one.stats()).toMatchObject({
      name: 'mill',
      threads: 2,
      groups: [
        {
          name: 'untilTold',
          role: 'spawn',
          restarts: 0,
          members: [
            { index: 0, ...starting },
            { index: 1, ...starting },
          ],
        },
      ],
    })
    one.produce(queue, fixture('produce.mjs', 'endless'))
    const producer = await threadOf(one, 1)
    await waits(queue, 'put', producer)
    const isRunning = () => one.stats().groups[1]?.members[0]?.state === 'running'
    await until(isRunning, 'the start is told')
    expect(one.stats().groups[1]).toEqual({
      name: 'endless',
      role: 'produce',
      restarts: 0,
      members: [{ index: 0, threadId: producer, state: 'running', restarts: 0, recycles: 0, stored: 2 }],
    })
    expect(one.stats().threads).toBe(3)
    const thread = await threadOf(one)
    open(words, 0)
    await joined(group)
    expect(one.stats().groups[0]?.members[0]).toEqual({
      ...starting,
      index: 0,
      threadId: thread,
      state: 'over',
    })
    expect(one.stats().threads).toBe(1)
    queue.shutdown()
    await within(one.join(), 'the end')
    // Later stats are the same.
    expect(one.stats().groups[1]?.members[0]).toMatchObject({ state: 'over', stored: 2 })
  })
})

describe('events', () => {
  it("are 'start' and 'exit' for each thread", async () => {
    const one = supervisor()
    const told = listenTo(one, 'start', 'exit', 'restart', 'error', 'deadLetter')
    const group = one.spawn(index(2))
    await joined(group)
    const ids = one.stats().groups[0]?.members.map(({ threadId }) => threadId)
    const byIndex = (event: string) =>
      told
        .filter((each) => each.event === event)
        .map(({ payload }) => payload)
        .sort((a, b) => a.index - b.index)
    const thread = (at: number) => ({ group: 'index', index: at, threadId: ids?.[at] })
    expect(byIndex('start')).toEqual([0, 1].map((at) => ({ ...thread(at), restarts: 0 })))
    expect(byIndex('exit')).toEqual([0, 1].map(thread))
    expect(told).toHaveLength(4)
  })

  it("are an 'exit' with its error for a thread that fails, and 'error' for its group", async () => {
    const one = supervisor()
    const told = listenTo(one, 'exit', 'error')
    const error = await failureOf(one.spawn(fixture('failures.mjs', 'throwsOwn')).join(), 'the group')
    expect(told).toEqual([
      { event: 'exit', payload: { group: 'throwsOwn', index: 0, threadId: error.threadId, error } },
      { event: 'error', payload: error },
    ])
    expect(told[1]?.payload).toBe(error)
  })

  it("have no 'error' without a listener", async () => {
    const error = await failureOf(
      supervisor().spawn(fixture('failures.mjs', 'throwsOwn')).join(),
      'the group',
    )
    expect(error.code).toBe('ERR_THREAD')
  })
})

describe("the event 'progress'", () => {
  it.each(['before', 'after'])(
    'comes every second while groups run: listened to %s the start',
    async (when) => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      try {
        const words = sharedWords()
        const one = supervisor({ name: 'mill' })
        const seen: unknown[] = []
        const listen = () => one.on('progress', (stats) => seen.push(stats))
        if (when === 'before') listen()
        vi.advanceTimersByTime(5000)
        expect(seen).toEqual([])
        const group = one.spawn(waiting(words))
        if (when === 'after') listen()
        vi.advanceTimersByTime(1000)
        expect(seen).toHaveLength(1)
        await threadOf(one)
        vi.advanceTimersByTime(1000)
        expect(seen[1]).toEqual(one.stats())
        open(words, 0)
        await joined(group)
        vi.advanceTimersByTime(5000)
        expect(seen).toHaveLength(2)
        // The event comes again with the next group.
        const next = sharedWords()
        const second = one.spawn(waiting(next))
        vi.advanceTimersByTime(1000)
        expect(seen).toHaveLength(3)
        open(next, 0)
        await joined(second)
      } finally {
        vi.useRealTimers()
      }
    },
  )

  it('has no timer without a listener', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const words = sharedWords()
      const timers = vi.getTimerCount()
      const one = supervisor()
      const group = one.spawn(waiting(words))
      const held = vi.getTimerCount() - timers
      one.on('progress', () => {})
      expect(vi.getTimerCount() - timers).toBe(held + 1)
      open(words, 0)
      await joined(group)
      await until(() => vi.getTimerCount() <= timers, 'no timer is left')
    } finally {
      vi.useRealTimers()
    }
  })
})
