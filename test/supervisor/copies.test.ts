// This copy of the library is the first in this process, and watches its threads.

import { describe, expect, it } from 'vitest'
import { Queue as FirstQueue } from '../../src/index.ts'
import { handleSignals } from '../../src/supervisor/signals.ts'
import { until, within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
import { fixture, millrace, supervisor, threadOf } from './scene.ts'

describe('a second copy of the library in a thread', () => {
  it('wakes the threads of its supervisor when they are to stop', async () => {
    expect(millrace.Queue).not.toBe(FirstQueue)
    const queue = new millrace.Queue<number>()
    const one = supervisor()
    const group = one.spawn(
      fixture('stopping.mjs', 'waitsIn', { args: { queue, method: 'getSync', given: [] } }),
    )
    await waits(queue, 'get', await threadOf(one))
    await within(group.stop(), 'the stop')
    expect(await group.join()).toMatchObject([{ code: 'ABORT_ERR' }])
  })
})

describe('two copies of the library in a process', () => {
  it('share one listener of a signal, which calls all handlers though one throws', async () => {
    const built = new URL('../../dist/src/supervisor/signals.js', import.meta.url).href
    const copy: { handleSignals: typeof handleSignals } = await import(built)
    expect(copy.handleSignals).not.toBe(handleSignals)
    const listeners = () => process.listenerCount('SIGTERM')
    const before = listeners()
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const log: string[] = []
    const fails = () => {
      throw new Error('of the first')
    }
    const never = () => {
      throw new Error('heard as the second')
    }
    const ends = [
      handleSignals(fails, never),
      copy.handleSignals((signal) => log.push(signal), never),
      handleSignals((signal) => log.push(signal), never),
    ]
    try {
      expect(listeners()).toBe(before + 1)
      const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
      process.emit('SIGTERM', 'SIGTERM')
      expect(log).toEqual(['SIGTERM', 'SIGTERM'])
      expect(await within(uncaught, 'what was thrown')).toMatchObject({ message: 'of the first' })
    } finally {
      process.exitCode = undefined
      for (const other of others) process.on('uncaughtException', other)
      for (const end of ends) end()
    }
    await until(() => listeners() === before, 'none listens')
  })
})
