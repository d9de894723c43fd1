import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { within } from '../support/deadline.ts'
import {
  failureOf,
  fixture,
  listenTo,
  millrace,
  open,
  reaches,
  sharedWords,
  supervisor,
  warningsOf,
} from './scene.ts'

const failing = (name: string, options?: { threads?: number; args?: unknown }) =>
  fixture<unknown>('failures.mjs', name, options)

describe('a value that a thread throws', () => {
  it.each(['throwsOwn', 'rejectsOwn'])('arrives with class, code, cause and properties: %s', async (name) => {
    const error = await failureOf(supervisor().spawn(failing(name)).join(), 'the group')
    expect(error).toBeInstanceOf(millrace.ThreadError)
    expect(error).toMatchObject({ name: 'ThreadError', group: name, index: 0, exportName: name })
    expect(error.filename).toMatch(/^file:.*\/failures\.mjs$/)
    expect(error.threadId).toBeGreaterThan(0)
    expect(error.exitCode).toBeUndefined()
    expect(error.message).toContain('burnt')
    const { cause } = error
    expect(cause).toBeInstanceOf(RangeError)
    expect(cause.constructor.name).toBe('BakeryError')
    expect(cause).toMatchObject({ message: 'burnt', code: 'ERR_BAKERY', tray: { loaves: [1, 2] } })
    expect(cause.cause).toBeInstanceOf(TypeError)
    expect(cause.cause.message).toBe('too hot')
  })

  it('arrives with both stacks', async () => {
    const error = await failureOf(supervisor().spawn(failing('throwsOwn')).join(), 'the group')
    expect(error.cause.stack).toMatch(
      /^(RangeError|BakeryError).*burnt\n +at throwsOwn \(.*failures\.mjs:\d+/,
    )
    const [first, caller] = error.stack.split('\n')
    expect(first).toContain('ThreadError: thread 0 of group')
    expect(caller).toContain('failures.test.ts')
  })

  it.each([
    ['a string', 'text'],
    ['undefined', undefined],
    ['an object', { status: 500 }],
  ])('may be %s', async (_, args) => {
    const error = await failureOf(supervisor().spawn(failing('throwsValue', { args })).join(), 'the group')
    expect(error).toBeInstanceOf(millrace.ThreadError)
    expect(error.cause).toEqual(args)
  })

  it.each(['throwsUnreadable', 'throwsRevoked'])('may be what throws when it is read: %s', async (name) => {
    const error = await failureOf(supervisor().spawn(fixture('failures.mjs', name)).join(), 'the group')
    expect(error).toMatchObject({ code: 'ERR_THREAD', cause: expect.any(Error) })
  })

  it('may be what cannot be cloned', async () => {
    const error = await failureOf(supervisor().spawn(failing('throwsFunction')).join(), 'the group')
    expect(error).toBeInstanceOf(millrace.ThreadError)
    expect(String(error.cause)).toContain('throwsFunction')
  })
})

describe('a group of which threads failed', () => {
  it('fails with the first error, and has those of the others', async () => {
    const words = sharedWords()
    const group = supervisor().spawn(failing('throwsIfEven', { threads: 5, args: { words } }))
    const error = await failureOf(group.join(), 'the group')
    expect(error.others).toHaveLength(2)
    const all = [error, ...error.others]
    expect(all.every((each) => each instanceof millrace.ThreadError)).toBe(true)
    expect(all.map(({ index }) => index).sort()).toEqual([0, 2, 4])
    for (const { index, cause } of all) expect(cause.message).toBe(`thread ${index} is even`)
  })

  it('goes on with those that did not, and fails once all have ended', async () => {
    const words = sharedWords()
    const one = supervisor()
    const told = listenTo(one, 'exit')
    const group = one.spawn(failing('firstThrows', { threads: 2, args: { words } }))
    let isOver = false
    const failure = failureOf(group.join(), 'the group').finally(() => {
      isOver = true
    })
    while (told.length === 0) await new Promise(setImmediate)
    const states = one.stats().groups[0]?.members.map(({ state }) => state)
    expect([states?.[0], isOver]).toEqual(['over', false])
    expect(states?.[1]).not.toBe('over')
    open(words, 0)
    expect((await failure).cause.message).toBe('the first')
  })

  it('rejects every join with the same error, in the supervisor too', async () => {
    const one = supervisor()
    const group = one.spawn(failing('throwsOwn'))
    const [first, second, whole] = await Promise.all(
      [group.join(), group.join(), one.join()].map((join) => failureOf(join, 'a join')),
    )
    expect(second).toBe(first)
    expect(whole).toBe(first)
    expect(await failureOf(group.join(), 'a late join')).toBe(first)
    expect(whole.report.groups).toMatchObject([{ name: 'throwsOwn', role: 'spawn', error: first }])
  })
})

describe('several groups that failed', () => {
  it('make an AggregateError of their errors, with the report', async () => {
    const one = supervisor()
    one.spawn(failing('throwsOwn'))
    one.spawn(fixture('plain.mjs', 'index'))
    one.spawn(failing('throwsValue', { args: 'text' }))
    const error = await failureOf(one.join(), 'the supervisor')
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors.map(({ group }: { group: string }) => group)).toEqual(['throwsOwn', 'throwsValue'])
    expect(error.report.groups.map((group: object) => 'error' in group)).toEqual([true, false, true])
  })

  it.each(['spawn', 'produce'] as const)(
    'of which one only lost its queue by the failure of the other are one failure (%s)',
    async (role) => {
      const queue = new millrace.Queue<number>({ maxsize: 1, codec: millrace.codecs.int32, name: 'between' })
      const one = supervisor()
      const taker = one.spawn(failing('takesThenThrows', { args: { queue } }))
      const putter =
        role === 'spawn'
          ? one.spawn(failing('putsForever', { args: { queue } }))
          : one.produce(queue, fixture('produce.mjs', 'endless'))
      const error = await failureOf(one.join(), 'the supervisor')
      expect(error).toBeInstanceOf(millrace.ThreadError)
      expect(error.cause.message).toBe('the taker')
      expect(await failureOf(taker.join(), 'the taker')).toBe(error)
      if (role === 'produce') await within(putter.join(), 'the producer')
      else {
        const { cause } = await failureOf(putter.join(), 'the putter')
        expect(cause).toBeInstanceOf(millrace.QueueShutDownError)
        expect(cause.cause).toMatchObject({ name: 'ThreadError', group: 'takesThenThrows' })
      }
    },
  )
})

describe('a thread that is being started again', () => {
  it('knows afterwards of what group its queue was lost', async () => {
    const queue = new millrace.Queue<number>({ codec: millrace.codecs.int32, name: 'between' })
    const one = supervisor({ restart: { backoff: 5000 } })
    const restarting = once(one, 'restart')
    const putter = one.spawn(failing('diesThenPuts', { args: { queue } }))
    await within(restarting, 'the restart')
    const taker = one.spawn(failing('takesThenThrows', { args: { queue } }))
    await queue.put(1)
    await failureOf(taker.join(), 'the taker')
    expect([queue.isShutDown, one.stats().groups[0]?.members[0]?.state]).toEqual([true, 'waiting to restart'])
    const { cause } = await failureOf(putter.join(), 'the putter')
    expect(cause).toBeInstanceOf(millrace.QueueShutDownError)
    expect(cause.cause).toMatchObject({ name: 'ThreadError', group: 'takesThenThrows' })
  })
})

describe('a failed group that nobody joined', () => {
  it('gives one warning', async () => {
    const one = supervisor()
    const told = listenTo(one, 'exit')
    const words = sharedWords()
    const warnings = await warningsOf('MILLRACE_GROUP_FAILED', async () => {
      one.spawn(failing('throwsIfEven', { threads: 3, args: { words } }))
      await reaches(words, 1, 1)
      while (told.length < 3) await new Promise(setImmediate)
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('is even')
  })

  it.each([
    ['was joined', (one: ReturnType<typeof supervisor>) => one.spawn(failing('throwsOwn')).join()],
    [
      "'s supervisor was joined",
      (one: ReturnType<typeof supervisor>) => {
        one.spawn(failing('throwsOwn'))
        return one.join()
      },
    ],
  ])('gives none when it %s', async (_, join) => {
    const warnings = await warningsOf('MILLRACE_GROUP_FAILED', () =>
      failureOf(join(supervisor()), 'the join'),
    )
    expect(warnings).toEqual([])
  })

  it("gives an 'error' event instead where one listens", async () => {
    const one = supervisor()
    const told = listenTo(one, 'error')
    const warnings = await warningsOf('MILLRACE_GROUP_FAILED', async () => {
      one.spawn(failing('throwsOwn'))
      while (told.length === 0) await new Promise(setImmediate)
    })
    expect([warnings, told.length]).toEqual([[], 1])
    expect(told[0]?.payload.cause.message).toBe('burnt')
  })

  it('gives a warning though its supervisor is closed then', async () => {
    const warnings = await warningsOf('MILLRACE_GROUP_FAILED', async () => {
      const one = supervisor({ grace: 100 })
      const started = once(one, 'start')
      one.spawn(fixture('stopping.mjs', 'neverEnds'))
      await within(started, 'the start')
      await within(one.close(), 'the close')
    })
    expect(warnings).toHaveLength(1)
  })
})
