import { describe, expect, it } from 'vitest'
import type { Supervisor } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import {
  failureOf,
  fixture,
  listenTo,
  open,
  reaches,
  sharedWords,
  supervisor,
  threadOf,
  workerOf,
} from './scene.ts'

const dying = (name: string, options?: { threads?: number; args?: unknown }) =>
  fixture<unknown>('deaths.mjs', name, options)

const eventsAndRestarts = (one: Supervisor) => listenTo(one, 'start', 'exit', 'restart')

describe('a thread that dies', () => {
  it.each([
    ['exit', 0],
    ['exit 1', 1],
    ['timer', 1],
    ['rejection', 1],
    ['terminated', 1],
  ] as const)('is started again on a new thread, at the beginning: %s', async (how, exitCode) => {
    const words = sharedWords()
    const one = supervisor()
    const told = eventsAndRestarts(one)
    const group = one.spawn(dying('dies', { args: { how, words } }))
    if (how === 'terminated') {
      await reaches(words, 1, 1)
      void workerOf(await threadOf(one)).terminate()
    }
    const [result] = (await within(group.join(), 'the second run')) as [{ threadId: number }]
    const [first, second] = words.subarray(1)
    expect(second).not.toBe(first)
    expect(result).toEqual({ calls: 1, index: 0, restarts: 1, threadId: second })
    expect(told.map(({ event }) => event)).toEqual(['start', 'exit', 'restart', 'start', 'exit'])
    expect(told[0]?.payload).toEqual({ group: 'dies', index: 0, threadId: first, restarts: 0 })
    expect(told[1]?.payload).toMatchObject({ threadId: first, exitCode, error: { code: 'ERR_THREAD' } })
    expect(told[2]?.payload).toEqual({ group: 'dies', index: 0, threadId: first, restarts: 1 })
    expect(told[3]?.payload).toMatchObject({ threadId: second, restarts: 1 })
    expect(told[4]?.payload).toEqual({ group: 'dies', index: 0, threadId: second })
  })

  it.each(['exit', 'restart'] as const)(
    "is not started again when an '%s' listener destroys all",
    async (event) => {
      const words = sharedWords()
      const one = supervisor()
      const told = eventsAndRestarts(one)
      one.once(event, () => void one.destroy())
      const group = one.spawn(dying('alwaysDies', { args: { words } }))
      expect((await failureOf(group.join(), 'the group')).code).toBe('ABORT_ERR')
      const names = told.map(({ event }) => event)
      expect(names).toEqual(event === 'exit' ? ['start', 'exit'] : ['start', 'exit', 'restart'])
      expect(words[0]).toBe(1)
    },
  )

  it.each(['exit', 'restart'] as const)(
    "is not started again when an '%s' listener stops it",
    async (event) => {
      const words = sharedWords()
      const one = supervisor()
      one.once(event, () => void group.stop())
      const group = one.spawn(dying('alwaysDies', { args: { words } }))
      // The thread waits for its restart, which is no longer needed.
      expect(await within(group.join(), 'the end')).toEqual([undefined])
      expect(words[0]).toBe(1)
    },
  )

  it('is started again though it never yielded', async () => {
    const words = sharedWords()
    const one = supervisor()
    const group = one.spawn(dying('terminatedInLoop', { args: { words } }))
    await reaches(words, 0, 1)
    void workerOf(await threadOf(one)).terminate()
    expect(await within(group.join(), 'the second run')).toEqual(['second'])
  })

  it('says what nobody caught', async () => {
    for (const [how, name, text] of [
      ['timer', 'RangeError', 'in a timer'],
      ['rejection', 'TypeError', 'nobody catches it'],
    ]) {
      const one = supervisor({ restart: false })
      const error = await failureOf(
        one.spawn(dying('dies', { args: { how, words: sharedWords() } })).join(),
        'the group',
      )
      expect(error).toMatchObject({ code: 'ERR_THREAD', exitCode: 1, cause: { name, message: text } })
      expect(error.message).toContain(text)
      expect(error.message).toContain('exit code 1')
    }
  })

  it('keeps its index, and its siblings run on', async () => {
    const words = sharedWords()
    const one = supervisor({ restart: { max: 2 } })
    const told = listenTo(one, 'restart', 'start')
    const group = one.spawn(dying('someDie', { threads: 2, args: { words, survivor: 0 } }))
    const failure = failureOf(group.join(), 'the group')
    await until(() => one.stats().groups[0]?.members[1]?.state === 'over', 'the end of the restarts')
    expect(one.stats().groups[0]?.members[0]?.state).toBe('running')
    const indexOf = (event: string) => told.filter((each) => each.event === event).map((e) => e.payload.index)
    expect(indexOf('restart')).toEqual([1, 1])
    expect(indexOf('start').sort()).toEqual([0, 1, 1, 1])
    open(words, 0)
    const error = await failure
    expect(error).toMatchObject({ index: 1, exitCode: 3 })
    expect(error.others).toBeUndefined()
  })

  it('is started again with the heap used up', async () => {
    const { filename } = dying('exhausts')
    const { code, stdout, stderr } = await runProcess(`
      const supervisor = new millrace.Supervisor({ resourceLimits: { maxOldGenerationSizeMb: 16 } })
      supervisor.on('exit', ({ error }) => console.log(error?.cause?.code ?? 'returned'))
      const group = supervisor.spawn({ filename: ${JSON.stringify(filename)}, name: 'exhausts' })
      console.log(JSON.stringify(await group.join()))`)
    expect([code, stdout]).toEqual([0, 'ERR_WORKER_OUT_OF_MEMORY\nreturned\n[{"restarts":1,"index":0}]\n'])
    expect(stderr).not.toContain('MILLRACE')
  })

  it('after its result has come is no death', async () => {
    const words = sharedWords()
    const one = supervisor()
    const told = eventsAndRestarts(one)
    const group = one.spawn(dying('diesLater', { threads: 2, args: { words } }))
    const worker = workerOf(await threadOf(one))
    const exit = new Promise((resolve) => worker.once('exit', resolve))
    expect(await within(exit, 'the exit')).toBe(5)
    open(words, 0)
    expect(await within(group.join(), 'the group')).toEqual(['returned', 'sibling'])
    expect(told.filter(({ event }) => event === 'restart')).toEqual([])
    expect(told.filter(({ event }) => event === 'exit').map(({ payload }) => payload.exitCode)).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('the restart policy', () => {
  /** The number of starts of the function until its group failed. */
  async function runsOf(one: Supervisor, threads = 1): Promise<number> {
    const words = sharedWords()
    const group = one.spawn(dying('alwaysDies', { threads, args: { words } }))
    const error = await failureOf(group.join(), 'the group')
    expect(error).toMatchObject({ code: 'ERR_THREAD', exitCode: 7 })
    return words[0] as number
  }

  it('allows three restarts unless it is told otherwise', async () => {
    expect(await runsOf(supervisor())).toBe(4)
  })

  it('allows `max`, all threads of a group together', async () => {
    expect(await runsOf(supervisor({ restart: { max: 1 } }), 2)).toBe(3)
  })

  it('counts for each group', async () => {
    const one = supervisor({ restart: { max: 1 } })
    expect(await Promise.all([runsOf(one), runsOf(one)])).toEqual([2, 2])
  })

  it('allows none: false, or a `max` of 0', async () => {
    expect(await runsOf(supervisor({ restart: false }))).toBe(1)
    expect(await runsOf(supervisor({ restart: { max: 0 } }))).toBe(1)
  })

  it('forgets restarts that were longer than `within` ago', async () => {
    const words = sharedWords()
    // A thread needs longer than that to start.
    const one = supervisor({ restart: { max: 1, within: 1 } })
    const group = one.spawn(dying('dies', { args: { how: 'exit', words, times: 3 } }))
    expect(await within(group.join(), 'the fourth run')).toMatchObject([{ restarts: 3 }])
  })

  it('says in the error how often it was tried', async () => {
    const one = supervisor({ restart: { max: 2 } })
    const group = one.spawn(dying('alwaysDies', { args: { words: sharedWords() } }))
    expect((await failureOf(group.join(), 'the group')).message).toContain('after 2 restarts')
  })

  it('waits `backoff` before each restart', async () => {
    const words = sharedWords()
    const one = supervisor({ restart: { backoff: 50 } })
    const states: unknown[] = []
    one.on('restart', () => queueMicrotask(() => states.push(one.stats().groups[0]?.members[0]?.state)))
    const told = eventsAndRestarts(one)
    const group = one.spawn(dying('dies', { args: { how: 'exit', words, times: 2 } }))
    await within(group.join(), 'the third run')
    expect(states).toEqual(['waiting to restart', 'waiting to restart'])
    const kinds = told.map(({ event }) => event)
    expect(kinds).toEqual(['start', 'exit', 'restart', 'start', 'exit', 'restart', 'start', 'exit'])
  })

  it('takes a throw for the result', async () => {
    const one = supervisor()
    const told = listenTo(one, 'restart')
    const error = await failureOf(one.spawn(dying('throwsFirst', { args: { times: 1 } })).join(), 'the group')
    expect([error.cause.message, told.length]).toEqual(['run 0', 0])
  })

  it('starts again after a throw with `onThrow`, as often as it allows', async () => {
    const one = supervisor({ restart: { max: 2, onThrow: true } })
    const told = listenTo(one, 'exit')
    const groups = [2, 3].map((times) => one.spawn(dying('throwsFirst', { args: { times } })))
    const [fine, failed] = groups.map((group) => group.join())
    const failure = failureOf(failed as Promise<unknown>, 'the group')
    expect(await within(fine as Promise<unknown[]>, 'the third run')).toEqual([2])
    expect((await failure).cause.message).toBe('run 2')
    expect(told.filter(({ payload }) => payload.error !== undefined)).toHaveLength(5)
    expect(one.stats().groups.map(({ restarts }) => restarts)).toEqual([2, 2])
  })

  it('is in the report', async () => {
    const one = supervisor()
    one.spawn(dying('dies', { args: { how: 'exit', words: sharedWords(), times: 2 } }))
    const report = await within(one.join(), 'the end')
    expect(report.groups).toEqual([{ name: 'dies', role: 'spawn', threads: 1, restarts: 2, stored: 0 }])
  })
})

describe('a thread that is terminated while it loads a module', () => {
  // Node 22 and later go on for a moment after termination, with a module that is only partly loaded.
  it('has died, and has not failed to be set up', async () => {
    const { stdout, stderr } = await runProcess(`
      import { setEnvironmentData } from 'node:worker_threads'
      const words = new Int32Array(new SharedArrayBuffer(8))
      setEnvironmentData('words', words)
      const workers = []
      process.on('worker', (worker) => workers.push(worker))
      const supervisor = new millrace.Supervisor()
      const filename = ${JSON.stringify(new URL('fixtures/half-loaded.mjs', import.meta.url).href)}
      const group = supervisor.spawn({ filename, name: 'work' })
      while (Atomics.load(words, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      await workers[0].terminate()
      console.log(...(await group.join()))`)
    expect(stderr).toBe('')
    expect(stdout).toBe('whole\n')
  })
})

describe('threads that die before they are ready', () => {
  it('leave nothing behind', async () => {
    const filename = JSON.stringify(new URL('fixtures/deaths.mjs', import.meta.url).href)
    const { stdout, stderr } = await runProcess(
      `
      let youngest
      process.on('worker', (worker) => { youngest = worker })
      const supervisor = new millrace.Supervisor({ restart: { max: 1000 } })
      const words = new Int32Array(new SharedArrayBuffer(8))
      const args = { words, survivor: 0 }
      const group = supervisor.spawn({ filename: ${filename}, name: 'someDie', args })
      const heapAfter = async (deaths) => {
        for (let death = 0; death < deaths; death++) {
          const before = youngest
          await youngest.terminate()
          while (youngest === before) await new Promise((resolve) => setTimeout(resolve, 1))
        }
        gc()
        return process.memoryUsage().heapUsed
      }
      await new Promise((resolve) => setImmediate(resolve))
      const first = await heapAfter(30)
      const second = await heapAfter(90)
      console.log((second - first) / 90 < 4096 ? 'flat' : second - first)
      Atomics.store(words, 0, 1)
      console.log((await group.join())[0] > 0)`,
      undefined,
      60_000,
    )
    expect(stderr).toBe('')
    expect(stdout).toBe('flat\ntrue\n')
  })
})
