import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { within } from '../support/deadline.ts'
import { failureOf, fixture, millrace, reaches, saying, sharedWords, supervisor } from './scene.ts'

const { run, warm } = millrace
const call = (name: string) => fixture<unknown>('calls.mjs', name)
const cores = availableParallelism()
const spares = () => supervisor().stats().spares

describe('run', () => {
  it('resolves with what the function returns', async () => {
    expect(await within(run(call('square'), 7), 'the call')).toBe(49)
  })

  it('runs on a kept thread', async () => {
    const first = await within(run(call('returnsItsThread'), 0), 'the first call')
    expect(await within(run(call('returnsItsThread'), 0), 'the second call')).toBe(first)
  })

  it('rejects with what was thrown, and keeps the thread', async () => {
    const thread = await within(run(call('returnsItsThread'), 0), 'a call')
    const error = await failureOf(run(call('fails'), 2), 'the call')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ message: 'no flour for 2', code: 'ERR_NO_FLOUR', left: 3 })
    expect(await within(run(call('returnsItsThread'), 0), 'a call')).toBe(thread)
  })

  it.each(['failsAtFirst', 'diesAtFirst'])('calls again as often as `retries` says: %s', async (name) => {
    const words = sharedWords()
    expect(await within(run(call(name), 2, { args: { words }, retries: 2 }), 'the call')).toBe(3)
    const error = await failureOf(run(call(name), 9, { args: { words }, retries: 1 }), 'the call')
    expect(error.message).toMatch(
      name === 'failsAtFirst' ? /^call 5$/ : /died with exit code 7.*retries is 1/,
    )
    expect(words[0]).toBe(5)
  })

  it('counts calls that take too long and calls that throw together', async () => {
    const words = sharedWords()
    const options = { args: { words }, retries: 2, timeout: 50 }
    const error = await failureOf(run(call('slowThenFails'), 2, options), 'the call')
    expect(error.message).toBe('call 3')
    expect(words[0]).toBe(3)
  })

  it('rejects with a ThreadError for a death', async () => {
    const error = await failureOf(run(call('diesAtFirst'), 1, { args: { words: sharedWords() } }), 'the call')
    expect(error).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD', exitCode: 7 })
  })

  it('rejects with a ThreadError that names a missing export', async () => {
    const error = await failureOf(run(call('nothing'), 1), 'the call')
    expect(error).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD' })
    expect(error.message).toContain("exports no 'nothing'")
  })

  it('ends a call that takes longer than `timeout`', async () => {
    const error = await failureOf(run(call('hangs'), 0, { timeout: 50 }), 'the call')
    expect(error).toMatchObject({ name: 'RunTimeoutError', code: 'ERR_RUN_TIMEOUT' })
  })

  it('ends when its signal aborts: a call that listens, and one that does not', async () => {
    const words = sharedWords()
    const controller = new AbortController()
    const { signal } = controller
    const both = [
      failureOf(run(call('waitsForStop'), 0, { args: { words }, signal }), 'the first'),
      failureOf(run(call('hangs'), 0, { signal }), 'the second'),
    ]
    await reaches(words, 0, 1)
    controller.abort(new Error('enough'))
    for (const error of await Promise.all(both)) {
      expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } })
    }
    expect(await failureOf(run(call('square'), 1, { signal }), 'a later one')).toMatchObject({
      code: 'ABORT_ERR',
    })
  })

  it('does not begin if its signal aborts in the same turn', async () => {
    const words = sharedWords()
    const controller = new AbortController()
    const { signal } = controller
    const aborted = failureOf(run(call('failsAtFirst'), 0, { args: { words }, signal }), 'the call')
    controller.abort()
    expect(await aborted).toMatchObject({ code: 'ABORT_ERR' })
    expect(words[0]).toBe(0)
  })

  it('lets many calls wait with one signal, without a warning of listeners', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const { signal } = new AbortController()
    const calls = Array.from({ length: cores + 20 }, (_, n) => run(call('square'), n, { signal }))
    await within(Promise.all(calls), 'all calls')
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('leaves the line when its signal aborts while it waits for a thread', async () => {
    const words = sharedWords()
    const stop = new AbortController()
    const busy = Array.from({ length: cores }, () =>
      failureOf(run(call('waitsForStop'), 0, { args: { words }, signal: stop.signal }), 'a busy call'),
    )
    const controller = new AbortController()
    const waiting = failureOf(run(call('square'), 1, { signal: controller.signal }), 'the waiting call')
    const next = run(call('square'), 3)
    controller.abort()
    expect(await waiting).toMatchObject({ code: 'ABORT_ERR' })
    stop.abort()
    expect(await within(next, 'the next call')).toBe(9)
    await Promise.all(busy)
  })

  it('has at most as many calls under way as there are cores, and serves all', async () => {
    const words = sharedWords()
    const calls = Array.from({ length: 20 }, () => run(call('counted'), 30, { args: { words } }))
    const threads = await within(Promise.all(calls), 'all calls')
    expect(words[2]).toBe(cores)
    expect(new Set(threads).size).toBeLessThanOrEqual(cores)
  })

  it('gets one thread though groups have all of them', async () => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const group = supervisor().consume(queue, call('square'))
    expect(await within(run(call('square'), 5), 'the call')).toBe(25)
    queue.shutdown()
    await within(group.join(), 'the group')
  })

  it('gets a thread that a group gives back while another call goes on', async () => {
    const words = sharedWords()
    const stop = new AbortController()
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const group = supervisor().consume(queue, call('square'))
    expect(group.threads).toBe(cores)
    const { signal } = stop
    const long = failureOf(run(call('waitsForStop'), 0, { args: { words }, signal }), 'the long call')
    const next = run(call('square'), 6)
    queue.shutdown()
    await within(group.join(), 'the group')
    // With one core the long call has the only thread.
    if (cores === 1) stop.abort()
    expect(await within(next, 'the next call')).toBe(36)
    stop.abort()
    await long
  })

  it('waits for threads that groups of other threads return', async () => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const group = supervisor().consume(queue, call('square'))
    const words = sharedWords()
    const args = { words, filename: call('square').filename.toString() }
    const nested = supervisor().spawn(call('runsTwo'), { threads: 1, args })
    await reaches(words, 0, 1)
    queue.shutdown()
    await within(group.join(), 'the group')
    expect(await within(nested.join(), 'the nested calls')).toEqual([16])
  })

  it('passes queues in `args` attached', async () => {
    const queue = new millrace.Queue<string>()
    queue.tryPut('loaf')
    const answer = run(call('takesFromQueue'), 0, { args: { queue } })
    expect(await within(answer, 'the call')).toBe('loaf')
    expect(queue.unfinished).toBe(0)
  })

  it.each([
    [{ timeout: 0 }, 'options.timeout', '1'],
    [{ retries: -1 }, 'options.retries', '0'],
    [{ timeOut: 1 }, 'options.timeOut', 'did you mean timeout?'],
    [{ signal: 1 }, 'signal'],
    [{ grace: 'long' }, 'options.grace'],
  ])('refuses wrong options: %o', async (options, ...words) => {
    const error = await failureOf(run(call('square'), 1, options as never), 'the call')
    for (const word of words) expect(error.message).toContain(word)
  })

  it('takes the options of a task, and refuses those of groups', async () => {
    const task = { ...call('hangs'), timeout: 30 } as never
    expect(await failureOf(run(task, 0), 'the call')).toMatchObject({ code: 'ERR_RUN_TIMEOUT' })
    const error = await failureOf(run({ ...call('square'), threads: 2 }, 1), 'the call')
    expect(error.message).toMatch(/^task\.threads must be absent/)
  })

  it('refuses a function that is not threaded, and an item that cannot be cloned', async () => {
    const plain = ((n: number) => n) as never
    expect(await failureOf(run(plain, 1 as never), 'the call')).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    })
    const error = await failureOf(
      run(call('square'), () => 1),
      'the call',
    )
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    expect(error.message).toMatch(/^item must be something that can be cloned/)
  })
})

describe('warm', () => {
  it('starts threads that calls find', async () => {
    await within(warm(1, call('square') as never), 'the start')
    const { idle, reused } = spares()
    expect(idle).toBeGreaterThan(0)
    expect(await within(run(call('square'), 3), 'the call')).toBe(9)
    expect(spares().reused).toBe(reused + 1)
  })

  it('starts no more than there are cores', async () => {
    await within(warm(1000), 'the start')
    expect(spares().idle).toBe(cores)
  })

  it('refuses a wrong number, and says which module cannot be loaded', async () => {
    expect(await failureOf(warm(0), 'the start')).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    const missing = { filename: new URL('./fixtures/none.mjs', import.meta.url) } as never
    expect((await failureOf(warm(1, missing), 'the start')).message).toContain('none.mjs')
  })
})

describe('groups without `threads`', () => {
  it('share as many threads as there are cores, and have one at least', async () => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32, maxThreads: 256 })
    const one = supervisor()
    const groups = Array.from({ length: 4 }, () => one.consume(queue, call('square')))
    expect(groups.map(({ threads }) => threads)).toEqual([cores, 1, 1, 1])
    await queue.putMany([1, 2, 3])
    queue.shutdown()
    await within(one.join(), 'the groups')
    const again = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const next = one.consume(again, call('square'))
    expect(next.threads).toBe(cores)
    again.shutdown()
    await within(next.join(), 'the next group')
  })

  it('have no more than `maxThreads` leaves', async () => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const one = supervisor({ maxThreads: 1 })
    const group = one.consume(queue, call('square'))
    expect(group.threads).toBe(1)
    expect(() => one.consume(queue, call('square'))).toThrow(
      saying('TooManyThreadsError', 'ERR_TOO_MANY_THREADS', 'maxThreads'),
    )
    queue.shutdown()
    await within(group.join(), 'the group')
  })
})

describe('setup and teardown', () => {
  const filled = (count: number) => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32, maxsize: 64, maxDeliveries: 3 })
    for (let item = 0; item < count; item++) queue.tryPut(item)
    queue.shutdown()
    return queue
  }
  const around = { setup: 'setUp', teardown: 'tearDown' }

  it('are called once in each thread, before and after the items', async () => {
    const words = sharedWords()
    const group = supervisor().consume(filled(20), call('works'), { threads: 2, args: { words }, ...around })
    await within(group.join(), 'the group')
    expect([words[0], words[1], words[2], words[4]]).toEqual([2, 2, 20, 0])
  })

  it('are called again in a thread that takes the place of a dead one, and teardown not after the death', async () => {
    const words = sharedWords()
    const group = supervisor().consume(filled(4), call('diesAtTwo'), {
      threads: 1,
      args: { words },
      ...around,
    })
    await within(group.join(), 'the group')
    expect([words[0], words[1], words[4]]).toEqual([4, 1, 0])
  })

  it('tells of the throw of the function, though teardown throws as well', async () => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const options = { threads: 1, args: { words: sharedWords() }, teardown: 'throwsInTearDown' }
    const group = supervisor().consume(queue, call('throwsAtTwo'), options)
    await queue.put(2)
    expect((await failureOf(group.join(), 'the group')).message).toContain('item 2')
  })

  it('calls teardown after a throw, and when the thread is asked to stop', async () => {
    const words = sharedWords()
    const one = supervisor()
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const thrower = one.consume(queue, call('throwsAtTwo'), { threads: 1, args: { words }, ...around })
    await queue.putMany([1, 2])
    expect((await failureOf(thrower.join(), 'the group')).message).toContain('item 2')
    expect([words[0], words[1]]).toEqual([1, 1])
    const idle = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const stopped = one.consume(idle, call('works'), { threads: 1, args: { words }, ...around })
    await reaches(words, 0, 2)
    await within(stopped.stop(), 'the stop')
    expect(words[1]).toBe(2)
  })

  it('fail the group if setup throws, and name an export that is not there', async () => {
    const one = supervisor()
    const thrower = one.consume(filled(1), call('works'), { threads: 1, setup: 'throwsInSetUp' })
    expect((await failureOf(thrower.join(), 'the group')).message).toContain('no oven')
    const missing = one.consume(filled(1), call('works'), { threads: 1, teardown: 'nothing' })
    expect((await failureOf(missing.join(), 'the group')).message).toContain("exports no 'nothing'")
  })
})

describe('recycle', () => {
  it('replaces a thread after so many items, and loses none', async () => {
    const words = sharedWords()
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const one = supervisor()
    const restarts: unknown[] = []
    one.on('restart', (event) => restarts.push(event))
    const options = { threads: 1, args: { words }, recycle: { items: 5 }, setup: 'setUp' }
    const group = one.consume(queue, call('works'), options)
    await queue.putMany(Array.from({ length: 23 }, (_, item) => item))
    queue.shutdown()
    await within(group.join(), 'the group')
    expect([words[2], words[3], words[4]]).toEqual([23, 5, 0])
    expect(words[0]).toBe(5)
    expect(restarts).toEqual([])
    expect(one.stats().groups[0]?.members[0]).toMatchObject({ recycles: 4, restarts: 0 })
  })

  it('replaces a thread of which some calls wait for items', async () => {
    const words = sharedWords()
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    const one = supervisor()
    const options = { threads: 1, concurrency: 4, args: { words }, recycle: { items: 2 }, setup: 'setUp' }
    const group = one.consume(queue, call('works'), options)
    await reaches(words, 0, 1)
    await queue.putMany([1, 2])
    await reaches(words, 0, 2)
    queue.shutdown()
    await within(group.join(), 'the group')
    expect([words[2], words[3]]).toEqual([2, 2])
  })

  it('replaces a thread whose heap has grown', async () => {
    const words = sharedWords()
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32, maxsize: 128 })
    const one = supervisor()
    const options = { threads: 1, args: { words }, recycle: { heapMb: 40 } }
    const group = one.consume(queue, call('hoards'), options)
    await queue.putMany(Array.from({ length: 120 }, (_, item) => item))
    queue.shutdown()
    await within(group.join(), 'the group')
    expect(words[2]).toBe(120)
    expect(one.stats().groups[0]?.members[0]?.recycles).toBeGreaterThan(0)
  })

  it.each([
    [{ items: 0 }, 'options.recycle.items'],
    [{ heapMB: 1 }, 'did you mean heapMb?'],
  ])('refuses %o', (recycle, words) => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32 })
    expect(() => supervisor().consume(queue, call('works'), { recycle } as never)).toThrow(words)
  })
})
