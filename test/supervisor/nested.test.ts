import { describe, expect, it } from 'vitest'
import { within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
import { fixture, millrace, sharedWords, supervisor, threadOf, workerOf } from './scene.ts'

const run = async (name: string, args?: unknown) => {
  const [result] = await within(
    supervisor()
      .spawn(fixture('nested.mjs', name, { args }))
      .join(),
    name,
  )
  return result
}

describe('a supervisor in a thread', () => {
  it('runs a pipeline, and its thread ends', async () => {
    const words = sharedWords()
    expect(await run('pipeline', { words })).toMatchObject([
      { role: 'produce', stored: 10 },
      { role: 'consume', restarts: 0 },
    ])
    expect([words[0], words[1]]).toEqual([10, 45])
  })

  it('runs a pipeline two levels down', async () => {
    const words = sharedWords()
    expect(await run('grandchild', { words })).toMatchObject([[{ stored: 10 }, {}]])
    expect(words[1]).toBe(45)
  })

  it('wakes and stops its blocked threads', async () => {
    const seen = { code: 'ABORT_ERR', cause: "supervisor 'inner' was closed", stopping: true }
    expect(await run('stopsBlocked')).toMatchObject([seen, seen])
  })

  it.each(['exit', 'timer', 'rejection'])('starts a dead thread again: %s', async (how) => {
    const words = sharedWords()
    expect(await run('deaths', { how, words })).toMatchObject([{ calls: 1, restarts: 1, threadId: words[2] }])
    expect(words[1]).not.toBe(words[2])
  })

  it('has the items of a dead thread delivered again', async () => {
    expect(await run('consumes')).toEqual([1, 2, 3])
  })

  it('tells what its threads throw', async () => {
    expect(await run('fails')).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD', cause: 'burnt' })
  })

  it('stops its threads when its own thread is stopped', async () => {
    const queue = new millrace.Queue()
    const one = supervisor()
    const group = one.spawn(fixture('nested.mjs', 'waitsForThreads', { args: { queue } }))
    await threadOf(one)
    const inner = () => queue.stats().threads.find((each) => each.waiting.includes('get'))?.thread
    while (inner() === undefined) await new Promise((resolve) => setTimeout(resolve, 1))
    await waits(queue, 'get', inner() as number)
    await within(group.stop(), 'the stop')
    const reason = "group 'waitsForThreads' was stopped"
    expect(await within(group.join(), 'the end')).toMatchObject([
      [{ code: 'ABORT_ERR', cause: reason }, [{ code: 'ABORT_ERR', cause: reason }]],
    ])
  })

  it('dies with its thread, and its threads with it', async () => {
    const queue = new millrace.Queue()
    const one = supervisor({ restart: false })
    const group = one.spawn(fixture('nested.mjs', 'waitsForThreads', { args: { queue } }))
    const users = () => queue.stats().threads.filter((each) => each.waiting.includes('get'))
    while (users().length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    const end = group.join().catch(({ code }) => code)
    void workerOf(await threadOf(one)).terminate()
    expect(await within(end, 'the end')).toBe('ERR_THREAD')
    const gone = async () => {
      while (users().length > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await within(gone(), 'the end of the inner thread')
  })

  it('refuses handleSignals, since a thread receives no signals', async () => {
    const error = (await run('signals')) as { message: string }
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
    expect(error.message).toContain('options.handleSignals')
  })
})
