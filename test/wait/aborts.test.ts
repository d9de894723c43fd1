import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onAbort } from '../../src/wait/aborts.ts'

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

function site() {
  const controller = new AbortController()
  const log: string[] = []
  const hear = (name: string, also: () => void = () => {}) =>
    onAbort(controller.signal, () => {
      log.push(name)
      also()
    })
  return { controller, signal: controller.signal, log, hear }
}

describe('the callbacks for the abort of one signal', () => {
  it('share one listener, which is removed with the last of them', () => {
    const { signal, hear } = site()
    const cancel = ['a', 'b', 'c'].map((name) => hear(name))
    expect(listeners(signal)).toBe(1)
    cancel[1]!()
    cancel[0]!()
    cancel[0]!()
    expect(listeners(signal)).toBe(1)
    cancel[2]!()
    expect(listeners(signal)).toBe(0)
    hear('d')
    expect(listeners(signal)).toBe(1)
  })

  it('run once, in order, and no listener is left', () => {
    const { controller, signal, log, hear } = site()
    for (const name of ['a', 'b', 'c']) hear(name)
    const [, second] = [hear('d'), hear('e')]
    second()
    controller.abort()
    signal.dispatchEvent(new Event('abort'))
    expect(log).toEqual(['a', 'b', 'c', 'd'])
    expect(listeners(signal)).toBe(0)
  })

  it('do not run once a callback before them has cancelled them', () => {
    const { controller, log, hear } = site()
    hear('a', () => c())
    hear('b')
    const c = hear('c')
    hear('d')
    controller.abort()
    expect(log).toEqual(['a', 'b', 'd'])
  })

  it('all run though one throws; its error is an uncaught exception', async () => {
    const { controller, log, hear } = site()
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    try {
      const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
      hear('a', () => {
        throw new Error('of a')
      })
      hear('b')
      controller.abort()
      expect(log).toEqual(['a', 'b'])
      expect(await uncaught).toMatchObject({ message: 'of a' })
    } finally {
      for (const other of others) process.on('uncaughtException', other)
    }
  })
})
