import { describe, expect, it } from 'vitest'
import type { Queue, SpareStats, Supervisor } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { millrace, ownThreads, supervisor } from './scene.ts'

/** How often each case is tried. */
const TIMES = Number(process.env.MILLRACE_TIMES ?? 1)
const LIMIT_MS = 30_000 + TIMES * 5000

interface Place {
  readonly one: Supervisor
  readonly queue: Queue<number>
  /** One that the thread is not attached to. */
  readonly other: Queue<number>
  stats(): SpareStats
}

function place(): Place {
  const queue = new millrace.Queue<number>()
  queue.putSync(1)
  const one = supervisor(ownThreads())
  return { one, queue, other: new millrace.Queue<number>(), stats: () => one.stats().spares }
}

/** Runs the function once, on a kept thread if there is one. Resolves with its threadId. */
async function run({ one, queue, other }: Place, name: string, file = 'leftovers.mjs'): Promise<number> {
  const filename = new URL(`./fixtures/${file}`, import.meta.url)
  const args = { queue, handle: other.handle }
  const [thread] = await within(one.spawn({ filename, name, args, reuse: true }).join(), name)
  return thread as number
}

type Left = [what: string, name: string, reason: string, file?: string]

const LEFT: Left[] = [
  ['a timer', 'timer', 'active Timeout'],
  ['an interval', 'interval', 'active Timeout'],
  ['a server', 'server', 'active TCPServerWrap'],
  ['a port', 'port', 'active MessagePort'],
  ['a listener', 'listener', "listeners of process 'beforeExit'"],
  ['a listener of its module that is gone', 'listenerOfModule', "listeners of process 'multipleResolves'"],
  ['a changed environment', 'environment', 'a changed process.env'],
  ['an environment with less', 'environmentOfModule', 'a changed process.env'],
  ['an item', 'heldItem', 'held items'],
  ['an item that it took as it ended', 'takesAsItEnds', 'held items'],
  ['a queue that it attached', 'queueByHand', 'a queue attached by hand'],
  ['a queue that it made', 'queueOfItsOwn', 'a queue attached by hand'],
  ['a Worker', 'worker', 'a Worker that runs'],
  ['a supervisor at work', 'supervisor', 'a Worker that runs'],
  ['a rejection', 'rejection', 'its death'],
  ['a rejection a little later', 'rejectionLater', 'its death'],
  ['a rejection that its module handles', 'rejection', 'an uncaught error', 'handles-errors.mjs'],
  ['the same, asynchronous', 'asynchronousRejection', 'an uncaught error', 'handles-errors.mjs'],
  ['an error in a tick that its module handles', 'tick', 'an uncaught error', 'handles-errors.mjs'],
  [
    'an error in an immediate that its module handles',
    'immediate',
    'an uncaught error',
    'handles-errors.mjs',
  ],
]

describe('a function that leaves behind', () => {
  it.each<Left>(LEFT)(
    '%s has its result, and its thread is not kept',
    async (_what, name, reason, file) => {
      for (let time = 0; time < TIMES; time++) {
        const here = place()
        const { stats } = here
        const before = stats()
        const first = await run(here, name, file)
        const endedFor = ({ ended }: SpareStats) => ended[reason] ?? 0
        await until(() => endedFor(stats()) > endedFor(before), `its thread ends: ${reason}`)
        expect(endedFor(stats())).toBe(endedFor(before) + 1)
        expect(await run(here, 'nothing')).not.toBe(first)
        expect(stats().reused).toBe(before.reused)
        // Delivered again if it was held.
        expect(here.queue.getSync()).toBe(1)
        here.queue.taskDone()
      }
    },
    LIMIT_MS,
  )
})

it('a function that is asked to stop with an item leaves no thread', async () => {
  const here = place()
  const { one, queue, stats } = here
  const before = stats()
  const filename = new URL('./fixtures/leftovers.mjs', import.meta.url)
  const group = one.spawn({ filename, name: 'stopsWithItem', args: { queue }, reuse: true })
  await until(() => queue.stats().held === 1, 'it holds an item')
  await within(group.stop(), 'the stop')
  await within(group.join(), 'its end')
  expect(stats().ended['held items']).toBe((before.ended['held items'] ?? 0) + 1)
  expect(queue.getSync()).toBe(1)
})

const CLEAN: [what: string, name: string][] = [
  ['at once', 'nothing'],
  ['asynchronously', 'asynchronous'],
  ['after it has read a file', 'readsFile'],
  ['with its timer cleared', 'clearedTimer'],
  ['with its server closed', 'closedServer'],
  ['with its port closed', 'closedPort'],
  ['with its listener removed', 'removedListener'],
  ['with the environment as it was', 'environmentRestored'],
  ['after it has written', 'output'],
  ['with its Worker ended', 'endedWorker'],
  ['with its supervisor at an end', 'endedSupervisor'],
  ['with its item settled', 'settledItem'],
  ['with its rejection caught', 'caught'],
]

describe('a function that returns', () => {
  it.each(CLEAN)(
    '%s leaves a thread that runs the next one',
    async (_what, name) => {
      for (let time = 0; time < TIMES; time++) {
        const here = place()
        const { stats } = here
        const before = stats()
        const first = await run(here, name)
        expect(await run(here, 'nothing')).toBe(first)
        expect(await run(here, name)).toBe(first)
        expect(stats().reused).toBe(before.reused + 2)
      }
    },
    LIMIT_MS,
  )
})
