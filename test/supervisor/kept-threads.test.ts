import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DeadLetter, SpareStats, Supervisor } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { listenTo, millrace, open, ownThreads, reaches, sharedWords, supervisor, workerOf } from './scene.ts'

const FILE = new URL('./fixtures/kept-threads.mjs', import.meta.url)
/** How often the cases are tried that depend on the moment. */
const TIMES = Number(process.env.MILLRACE_TIMES ?? 1)
const LIMIT_MS = 30_000 + TIMES * 30_000

const own = () => supervisor(ownThreads())
const numbers = () => new millrace.Queue<number>()
const spares = (of: Supervisor): SpareStats => of.stats().spares

/** A task of the fixture whose threads are kept. */
const kept = (name: string, args: object = {}, threads = 1) =>
  ({ filename: FILE, name, args, threads, reuse: true }) as const

// biome-ignore lint/suspicious/noExplicitAny: each function returns something else
async function run(one: Supervisor, name: string, args: object = {}): Promise<any> {
  const [result] = await within(one.spawn(kept(name, args)).join(), name)
  return result
}

describe('the rest that an earlier function has left on its thread', () => {
  it('is a queue object that throws, while the next function has another', async () => {
    const [one, queue] = [own(), numbers()]
    queue.putSync(1)
    const thread = await run(one, 'keepsQueue', { queue })
    const codes = Array(9).fill('ERR_DETACHED')
    const seen = await run(one, 'usesKeptQueue', { queue })
    expect(seen).toEqual({ thread, isOther: true, codes, got: 'an item', done: undefined })
    expect(queue.isShutDown).toBe(false)
    await within(queue.join(), 'all items are finished')
  })

  it('is a delivery that settles nothing of the next function', async () => {
    const [one, queue] = [own(), numbers()]
    queue.putSync(1)
    const thread = await run(one, 'keepsDelivery', { queue })
    const codes = Array(4).fill('ERR_STALE_DELIVERY')
    expect(await run(one, 'usesKeptDelivery', { queue })).toEqual({
      thread,
      codes,
      held: 1,
      size: 0,
      attempt: 2,
    })
    await within(queue.join(), 'all items are finished')
  })

  it('are pending calls that take nothing from the next function', async () => {
    const [one, queue] = [own(), numbers()]
    queue.putSync(0)
    queue.getSync()
    const thread = await run(one, 'keepsPending', { queue })
    queue.taskDone()
    const seen = await run(one, 'usesKeptPending', { queue })
    expect(seen).toEqual({
      thread,
      codes: Array(4).fill('ERR_DETACHED'),
      next: { done: true },
      items: [1, 2],
    })
    expect(queue.stats()).toMatchObject({ size: 0, held: 0, unfinished: 0 })
  })

  it('is a promise that goes on, and acts on nothing', async () => {
    const [one, queue] = [own(), numbers()]
    const thread = await run(one, 'keepsPromise', { queue })
    const earlier = { codes: Array(3).fill('ERR_DETACHED'), stopping: false, aborted: true }
    expect(await run(one, 'usesKeptPromise', { queue })).toEqual({ thread, earlier, aborted: false })
    expect(queue.size).toBe(0)
  })

  it(
    'is no request to stop',
    async () => {
      const [one, queue] = [own(), numbers()]
      const ready = await run(one, 'nothing')
      for (let time = 0; time < 4 * TIMES; time++) {
        const group = one.consume(queue, kept('nothing'))
        const events = listenTo(one, 'exit')
        const begun = () => (one.stats().groups.at(-1)?.members[0]?.threadId ?? 0) > 0
        if (time % 2 === 0) await until(begun, 'it begins')
        await within(group.stop(), 'the stop')
        const seen = { thread: ready, stopping: false, aborted: false, code: 'ERR_QUEUE_EMPTY' }
        expect(await run(one, 'looks', { queue })).toEqual(seen)
        expect(events.map(({ payload }) => payload.error)).toEqual([undefined, undefined])
        one.removeAllListeners()
      }
    },
    LIMIT_MS,
  )

  it(
    'is no request to stop that came as it returned',
    async () => {
      const [one, queue] = [own(), numbers()]
      await run(one, 'nothing')
      for (let time = 0; time < 8 * TIMES; time++) {
        const group = one.spawn(kept('nothing'))
        for (let turn = 0; turn < time % 4; turn++) await new Promise(setImmediate)
        const stop = group.stop()
        const next = one.spawn(kept('looks', { queue }))
        await within(stop, 'the stop')
        const [seen] = await within(next.join(), 'the next function')
        expect(seen).toMatchObject({ stopping: false, aborted: false, code: 'ERR_QUEUE_EMPTY' })
      }
    },
    LIMIT_MS,
  )

  it(
    'is no limit of time for the next function',
    async () => {
      const ms = 15
      for (let time = 0; time < 2 * TIMES; time++) {
        const [one, queue, words] = [own(), numbers(), sharedWords()]
        const events = listenTo(one, 'exit')
        for (let item = 0; item < 12; item++) queue.putSync(item + time)
        queue.shutdown()
        const group = one.consume(queue, {
          ...kept('takesAWhile', { words, ms }),
          threads: 2,
          concurrency: 2,
          timeout: ms,
          retries: 9,
        })
        await within(group.join(), 'the items')
        expect(queue.stats()).toMatchObject({ size: 0, held: 0, unfinished: 0 })
        expect(words[0]).toBeGreaterThanOrEqual(12)
        events.length = 0
        await within(one.spawn(kept('staysFor', { ms: 3 * ms }, 2)).join(), 'the next function')
        expect(events.map(({ payload }) => payload.error)).toEqual([undefined, undefined])
      }
    },
    LIMIT_MS,
  )

  it('is no ledger of a producer', async () => {
    const one = own()
    const queue = new millrace.Queue<number>({ maxThreads: 3 })
    // It keeps the queue open.
    const other = one.produce(queue, { ...kept('untilStopped'), reuse: false })
    const threads = new Set<number>()
    one.on('start', ({ threadId }) => threads.add(threadId))
    for (let time = 0; time < 8; time++) {
      const group = one.produce(queue, { ...kept('twoItems'), resume: 'skip' })
      await within(group.join(), 'the producer')
      expect([queue.getSync(), queue.getSync()]).toEqual([1, 2])
      queue.taskDone(2)
      expect(one.stats().groups.at(-1)).toMatchObject({ members: [{ stored: 2 }] })
    }
    expect(threads.size).toBe(2)
    await within(other.stop(), 'the stop')
    expect(queue.stats().threads).toHaveLength(1)
  })

  it('is no attachment that hides the next one from other threads', async () => {
    const [one, queue, words] = [own(), numbers(), sharedWords()]
    queue.putSync(1)
    void one.spawn({ ...kept('supervises', { queue, words }), reuse: false })
    await reaches(words, 2, 1)
    expect(words[3]).toBe(1)
    const [thread] = one.stats().groups[0]?.members ?? []
    one.removeAllListeners()
    await within(workerOf(thread?.threadId as number).terminate(), 'the end of the thread that supervises')
    // The thread that is started again gets the item, on a thread of its own.
    await reaches(words, 2, 2)
    await within(queue.join(), 'the item comes back')
  })
})

describe('a kept thread that dies of what an earlier function has left', () => {
  it.each(['timer', 'rejection'])('is answered by a fresh one, which counts nothing: %s', async (how) => {
    const letters = new millrace.Queue<DeadLetter<number>>()
    const queue = new millrace.Queue<number>({ deadLetters: letters, maxDeliveries: 3 })
    const [one, words] = [supervisor({ ...ownThreads(), restart: false }), sharedWords()]
    const thread = await run(one, 'leaves', { words, how })
    queue.putSync(1)
    const events = listenTo(one, 'restart', 'exit')
    const group = one.spawn(kept('holds', { queue, words }))
    await reaches(words, 2, 1)
    expect(one.stats().groups[1]?.members[0]?.threadId).toBe(thread)
    open(words, 0)
    const [seen] = await within(group.join(), 'the fresh thread')
    expect(seen).toEqual({ thread: expect.any(Number), restarts: 0, attempt: 1 })
    expect(seen).not.toMatchObject({ thread })
    expect(events.map(({ event, payload }) => [event, payload.threadId])).toEqual([
      ['exit', thread],
      ['exit', (seen as { thread: number }).thread],
    ])
    expect(await letters.get()).toMatchObject({
      item: 1,
      attempts: 1,
      history: [{ error: { message: 'given up' } }],
    })
  })

  it.each(['timer', 'rejection'])('charges no item of `consume` with it: %s', async (how) => {
    const queue = new millrace.Queue<number>({ maxDeliveries: 1 })
    const [one, words] = [supervisor({ ...ownThreads(), restart: false }), sharedWords()]
    await run(one, 'leaves', { words, how })
    queue.putSync(1)
    queue.shutdown()
    const group = one.consume(queue, kept('holdsItem', { words }))
    await reaches(words, 2, 1)
    open(words, 0)
    await within(group.join(), 'the fresh thread')
    expect(words[2]).toBe(2)
    expect(queue.stats()).toMatchObject({ unfinished: 0, dropped: 0 })
  })

  it('has ended itself: that is a death like any other', async () => {
    const queue = new millrace.Queue<number>({ maxDeliveries: 3 })
    const [one, words] = [own(), sharedWords()]
    await run(one, 'leaves', { words, how: 'exit' })
    queue.putSync(1)
    const group = one.spawn(kept('holds', { queue, words }))
    await reaches(words, 2, 1)
    open(words, 0)
    expect(await within(group.join(), 'the restart')).toMatchObject([{ restarts: 1, attempt: 2 }])
  })
})

describe('threads', () => {
  it('are kept up to the number of processors, the latest', async () => {
    const one = own()
    const most = availableParallelism()
    const before = spares(one)
    const threads = await within(one.spawn(kept('nothing', {}, most + 2)).join(), 'the threads')
    const { idle, ended } = spares(one)
    expect(idle).toBe(most)
    expect(ended['too many']).toBe((before.ended['too many'] ?? 0) + before.idle + 2)
    const next = await within(one.spawn(kept('nothing', {}, most)).join(), 'the next threads')
    expect(threads).toEqual(expect.arrayContaining(next))
  })

  if (TIMES > 1) {
    it('are kept for ten seconds', async () => {
      const one = own()
      await run(one, 'nothing')
      const [before, since] = [spares(one), performance.now()]
      await until(() => spares(one).idle === 0, 'no thread is kept')
      expect(performance.now() - since).toBeGreaterThan(9000)
      const reason = 'unused for 10 s'
      expect(spares(one).ended[reason]).toBe((before.ended[reason] ?? 0) + before.idle)
    })
  }

  it('are neither taken nor kept with `reuse: false`, nor by `spawn` unless it says so', async () => {
    const one = own()
    const first = await run(one, 'nothing')
    const { idle, reused } = spares(one)
    for (const options of [{ reuse: false }, { reuse: undefined }]) {
      const [thread] = await within(one.spawn({ ...kept('nothing'), ...options }).join(), 'a thread')
      expect(thread).not.toBe(first)
    }
    expect(spares(one)).toMatchObject({ idle, reused })
    expect(await run(one, 'nothing')).toBe(first)
  })

  it('are taken by groups of equal settings only', async () => {
    const options = ownThreads()
    const [one, equal] = [supervisor(options), supervisor({ ...options })]
    const first = await run(one, 'nothing')
    expect(await run(equal, 'nothing')).toBe(first)
    process.env.MILLRACE_KEPT = 'another environment'
    try {
      expect(await run(one, 'nothing')).not.toBe(first)
    } finally {
      delete process.env.MILLRACE_KEPT
    }
    expect(await run(one, 'nothing')).toBe(first)
    expect(await run(own(), 'nothing')).not.toBe(first)
  })

  it('are ended when a module of theirs has changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-kept-'))
    const filename = join(folder, 'changing.mjs')
    const write = (version: number) => {
      writeFileSync(filename, `export default () => ${version}`)
      utimesSync(filename, version, version)
    }
    try {
      const one = own()
      const versionThere = async () => {
        const [version] = await within(one.spawn({ filename, reuse: true }).join(), 'the version')
        return version
      }
      write(1)
      expect([await versionThere(), await versionThere()]).toEqual([1, 1])
      const { reused, ended } = spares(one)
      write(2)
      expect(await versionThere()).toBe(2)
      expect(spares(one)).toMatchObject({ reused, ended: { ...ended, 'a changed module': 1 } })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
