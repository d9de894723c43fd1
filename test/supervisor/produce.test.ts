import { describe, expect, it } from 'vitest'
import type { Queue, QueueOptions, ThreadGroup } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
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
  workerOf,
} from './scene.ts'

const producer = (name: string, args?: unknown, threads?: number) =>
  fixture<unknown>('produce.mjs', name, { args, ...(threads === undefined ? {} : { threads }) })

const numbers = (options?: QueueOptions<number>) =>
  new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'shelf', ...options })

/** All items of a queue, up to its shutdown. */
async function itemsOf<T>(queue: Queue<T>): Promise<T[]> {
  const items: T[] = []
  const all = async () => {
    for await (const item of queue) items.push(item)
  }
  await within(all(), 'the end of the queue')
  return items
}

const ended = (group: ThreadGroup) => within(group.join(), 'the end of the producers')

describe('produce', () => {
  it('does as `whenFull` says: drops what is new or old, or fails', async () => {
    for (const [whenFull, left] of [
      ['drop-newest', [1, 2]],
      ['drop-oldest', [2, 3]],
    ] as const) {
      const queue = new millrace.Queue<unknown>({ maxsize: 2, whenFull })
      const one = supervisor()
      const group = one.produce(queue, producer('form', { form: 'array' }))
      await ended(group)
      expect(await itemsOf(queue)).toEqual(left)
      expect(queue.stats().dropped).toBe(1)
    }
    const queue = new millrace.Queue<unknown>({ maxsize: 2, whenFull: 'reject' })
    const group = supervisor().produce(queue, producer('form', { form: 'array' }))
    const error = await failureOf(group.join(), 'the producer')
    expect(error).toMatchObject({ code: 'ERR_THREAD', cause: { code: 'ERR_QUEUE_FULL' } })
    expect(await itemsOf(queue)).toEqual([1, 2])
    expect(queue.stats().rejected).toBe(1)
  })

  it("refuses `resume` for a queue with whenFull 'drop-newest', which would not count what it dropped", () => {
    const queue = new millrace.Queue<unknown>({ whenFull: 'drop-newest' })
    const produce = () => supervisor().produce(queue, { ...producer('form'), resume: 'skip' })
    expect(produce).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('resume') }),
    )
  })

  it('stores what the function returns: a value, each item of an iterable, or none', async () => {
    const forms: [form: string, items: unknown[]][] = [
      ['value', [7]],
      ['object', [{ id: 1 }]],
      ['array', [1, 2, 3]],
      ['empty', []],
      ['set', [1, 2]],
      ['generator', [1, 2]],
      ['asyncGenerator', [1, 2]],
      ['promise', [1, 2]],
      ['promisedGenerator', [1, 2]],
      ['promisesInside', [1]],
      ['string', ['loaf']],
      ['buffer', [Uint8Array.of(1, 2, 3)]],
      ['typed', [Float64Array.of(1, 2)]],
      ['nothing', []],
      ['nothingLater', []],
      ['thenable', [1]],
      ['noPromises', [1, 2]],
      ['null', [null]],
      ['undefinedInside', [undefined, 1, undefined]],
    ]
    const found: [form: string, items: unknown[]][] = []
    const one = supervisor()
    for (const [form] of forms) {
      const queue = new millrace.Queue<unknown>()
      one.produce(queue, producer('form', { form }))
      found.push([form, await itemsOf(queue)])
    }
    expect(found.map(([form, items]) => [form, items.map(plain)])).toEqual(forms)
    const report = await within(one.join(), 'the end')
    expect(report.groups.map(({ stored }) => stored)).toEqual(forms.map(([, items]) => items.length))
  })

  it('by an item that cannot be stored fails, also if its source never closes', async () => {
    const queue = new millrace.Queue<unknown>({ name: 'shelf' })
    const group = supervisor({ grace: 100 }).produce(queue, producer('neverCloses'))
    const error = await failureOf(group.join(), 'the producer')
    expect(error).toMatchObject({ code: 'ERR_THREAD', cause: { code: 'ERR_CODEC' } })
    expect(await itemsOf(queue)).toEqual([1])
  })

  it('started again after a throw has all the time it needs', async () => {
    const queue = new millrace.Queue<unknown>()
    const words = sharedWords()
    const grace = 100
    const one = supervisor({ grace, restart: { max: 1, onThrow: true } })
    const group = one.produce(queue, { ...producer('goesOn', { words }), resume: 'manual' })
    const restarted = new Promise((resolve) => one.once('restart', resolve))
    await within(restarted, 'the restart')
    // The time for closing the first source is over by then.
    await new Promise((resolve) => setTimeout(resolve, 3 * grace))
    open(words, 0)
    await ended(group)
    expect(await itemsOf(queue)).toEqual([1, 2])
  })

  it('resolves with undefined for each thread', async () => {
    const group = supervisor().produce(numbers(), producer('numbers', { count: 1 }, 2))
    expect(await ended(group)).toEqual([undefined, undefined])
  })

  it.each(['stored', 'storedAsync'])('asks for an item when the last is stored: %s', async (name) => {
    const queue = numbers({ maxsize: 1 })
    const words = sharedWords()
    const one = supervisor()
    const group = one.produce(queue, producer(name, { count: 5, words }))
    const thread = await threadOf(one)
    await waits(queue, 'put', thread)
    // One item is stored, and the producer holds the next.
    expect([words[0], queue.size]).toEqual([2, 1])
    expect(await itemsOf(queue)).toEqual([0, 1, 2, 3, 4])
    await ended(group)
  })

  it('runs on several threads', async () => {
    const queue = numbers()
    const group = supervisor().produce(queue, producer('numbers', { count: 3 }, 2))
    expect((await itemsOf(queue)).sort((a, b) => a - b)).toEqual([0, 1, 2, 1000, 1001, 1002])
    await ended(group)
  })

  it('fails for an item that cannot be stored', async () => {
    const queue = numbers()
    const group = supervisor().produce(queue, producer('form', { form: 'string' }))
    const error = await failureOf(group.join(), 'the group')
    expect(error).toMatchObject({ code: 'ERR_THREAD', cause: { code: 'ERR_CODEC' } })
  })
})

/** The items as plain arrays: bytes arrive in a class that their codec chooses. */
function plain(item: unknown): unknown {
  return Buffer.isBuffer(item) ? new Uint8Array(item) : item
}

describe('the end of producers', () => {
  it('shuts the queue down when the last thread of the last group has ended', async () => {
    const queue = numbers()
    const words = sharedWords()
    const one = supervisor()
    const waiting = one.produce(queue, producer('waitsAtEnd', { words }))
    await ended(one.produce(queue, producer('numbers', { count: 2 })))
    await until(() => queue.size === 3, 'the item of the other')
    expect(queue.isShutDown).toBe(false)
    open(words, 0)
    await ended(waiting)
    expect(queue.isShutDown).toBe(true)
    expect((await itemsOf(queue)).sort()).toEqual([0, 1, 1])
  })

  it('leaves the queues of other producers alone', async () => {
    const [queue, other] = [numbers(), numbers()]
    const words = sharedWords()
    const one = supervisor()
    const waiting = one.produce(other, producer('waitsAtEnd', { words }))
    await ended(one.produce(queue, producer('numbers', { count: 1 })))
    expect([queue.isShutDown, other.isShutDown]).toEqual([true, false])
    open(words, 0)
    await ended(waiting)
  })

  it('by a throw lets consumers drain the queue and end', async () => {
    const queue = numbers()
    const one = supervisor()
    const words = sharedWords()
    const consumers = one.consume(queue, {
      ...fixture('consume.mjs', 'adds', { args: { words } }),
      threads: 1,
    })
    const failed = one.produce(queue, producer('throwsAfter', { count: 4 }))
    const failure = failureOf(one.join(), 'the supervisor')
    await ended(consumers)
    expect([words[0], words[1]]).toEqual([4, 6])
    const error = await failure
    expect(error).toMatchObject({ code: 'ERR_THREAD', cause: { message: 'the oven is out' } })
    expect(await failureOf(failed.join(), 'the producer')).toBe(error)
    expect(queue.unfinished).toBe(0)
  })

  it('by a stop runs the `finally` of a generator, and asks for no more', async () => {
    for (const name of ['left', 'leftAsync']) {
      const queue = numbers({ maxsize: 2 })
      const words = sharedWords()
      const one = supervisor()
      const group = one.produce(queue, producer(name, { words }))
      await reaches(words, 2, 1)
      await waits(queue, 'put', await threadOf(one))
      const stopped = group.stop()
      await until(() => one.stats().groups[0]?.members[0]?.state === 'running', 'it still runs')
      expect([words[0], words[1]]).toEqual([3, 0])
      // Make room for the item that the producer holds.
      expect(await within(queue.get(), 'the first')).toBe(0)
      await within(stopped, 'the stop')
      await ended(group)
      expect([name, words[0], words[1]]).toEqual([name, 3, 1])
      expect([queue.size, queue.isShutDown]).toEqual([2, true])
    }
  })

  it('by a stop comes while there is always room, too', async () => {
    for (const name of ['left', 'leftAsync']) {
      const queue = numbers({ maxsize: 2 ** 20 })
      const words = sharedWords()
      const group = supervisor().produce(queue, producer(name, { words }))
      await reaches(words, 0, 100)
      await within(group.stop(), 'the stop')
      await ended(group)
      expect([name, words[1]]).toEqual([name, 1])
    }
  })

  it.each(['left', 'leftAsync'])(
    'by a shutdown of the queue runs the `finally`, and is no failure: %s',
    async (name) => {
      const queue = numbers({ maxsize: 1 })
      const words = sharedWords()
      const one = supervisor()
      const group = one.produce(queue, producer(name, { words }))
      await reaches(words, 2, 1)
      await waits(queue, 'put', await threadOf(one))
      queue.shutdown()
      expect(await ended(group)).toEqual([undefined])
      expect([words[0], words[1]]).toEqual([2, 1])
    },
  )

  it.each(['leftUnstored', 'leftUnstoredAsync'])(
    'by an item that cannot be stored runs the `finally`: %s',
    async (name) => {
      const words = sharedWords()
      const group = supervisor().produce(numbers(), producer(name, { words }))
      const error = await failureOf(group.join(), 'the group')
      expect([error.cause.code, words[1]]).toEqual(['ERR_CODEC', 1])
    },
  )
})

describe('a producer that dies', () => {
  it.each([
    ['skip', 'resumes'],
    ['skip', 'resumesAsync'],
    ['manual', 'resumes'],
    ['manual', 'resumesAsync'],
  ] as const)("goes on with resume: '%s', and stores nothing twice: %s", async (resume, name) => {
    const queue = numbers()
    const one = supervisor()
    const told = listenTo(one, 'restart')
    const task = producer(name, { count: 10, diesAt: 4, manual: resume === 'manual' })
    const group = one.produce(queue, { ...task, resume })
    expect(await itemsOf(queue)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await ended(group)
    expect(told).toHaveLength(1)
    const report = await within(one.join(), 'the end')
    expect(report.groups).toMatchObject([{ role: 'produce', restarts: 1, stored: 10 }])
  })

  it.each(['skip', 'manual'] as const)('while it waits for room goes on: %s', async (resume) => {
    const queue = numbers({ maxsize: 2 })
    const one = supervisor()
    const task = producer('resumes', { count: 6, diesAt: -1, manual: resume === 'manual' })
    one.produce(queue, { ...task, resume })
    const thread = await threadOf(one)
    await waits(queue, 'put', thread)
    expect(one.stats().groups[0]?.members[0]?.stored).toBe(2)
    await within(workerOf(thread).terminate(), 'the death')
    expect(await itemsOf(queue)).toEqual([0, 1, 2, 3, 4, 5])
    await within(one.join(), 'the end')
  })

  it('counts what was stored at its index only', async () => {
    const queue = numbers()
    const one = supervisor()
    const task = producer('resumes', { count: 4, diesAt: 2, manual: true }, 2)
    one.produce(queue, { ...task, resume: 'manual' })
    expect((await itemsOf(queue)).sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
    const report = await within(one.join(), 'the end')
    expect(report.groups).toMatchObject([{ restarts: 2, stored: 8 }])
  })

  it('begins to count at 0 though others have stored before', async () => {
    const queue = numbers()
    await queue.put(9)
    supervisor().produce(queue, producer('tellsStored'))
    expect(await itemsOf(queue)).toEqual([9, 0])
  })

  it('without `resume` fails the group, and what it stored is still delivered', async () => {
    const queue = numbers()
    const one = supervisor()
    const told = listenTo(one, 'restart')
    const group = one.produce(queue, producer('resumes', { count: 10, diesAt: 4 }))
    const failure = failureOf(group.join(), 'the group')
    expect(await itemsOf(queue)).toEqual([0, 1, 2, 3])
    const error = await failure
    expect(error).toMatchObject({ code: 'ERR_THREAD', exitCode: 1 })
    expect(error.message).toContain('resume')
    expect(told).toEqual([])
  })
})
