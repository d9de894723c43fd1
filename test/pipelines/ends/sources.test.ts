import { once } from 'node:events'
import { Duplex, Readable, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Queue, threaded } from '../../../src/index.ts'
import { checkSource, isTaskSource, openSource } from '../../../src/pipelines/ends/index.ts'
import { ENDED, WAITING } from '../../../src/pipelines/flow.ts'
import { within } from '../../support/deadline.ts'
import { Driven, errorOf, Hooks, turn } from './drive.ts'

async function* three(): AsyncGenerator<number> {
  yield 1
  yield 2
  yield 3
}

function all(given: unknown): Promise<unknown[]> {
  return within(new Driven(given).toArray(), 'all values of the source')
}

describe('a source', () => {
  it.each<[string, () => unknown, unknown[]]>([
    ['an array', () => [1, undefined, null], [1, undefined, null]],
    ['a Set', () => new Set(['a']), ['a']],
    ['a Map', () => new Map([[1, 2]]), [[1, 2]]],
    ['a typed array', () => new Float64Array([0.5]), [0.5]],
    ['promises in an array', () => [Promise.resolve(1), 2], [1, 2]],
    ['an async generator', three, [1, 2, 3]],
    ['a Readable of objects', () => Readable.from([1, 'a', { b: 2 }]), [1, 'a', { b: 2 }]],
    [
      'a Readable of bytes',
      () => Readable.from(['ab', 'c'].map(Buffer.from), { objectMode: false }),
      [Buffer.from('ab'), Buffer.from('c')],
    ],
    ['a ReadableStream', () => ReadableStream.from([1, 2]), [1, 2]],
    ['a function that returns an array', () => () => [1, 2], [1, 2]],
    [
      'a generator function',
      () =>
        function* () {
          yield 1
        },
      [1],
    ],
    ['an async generator function', () => three, [1, 2, 3]],
    ['a function that promises a Readable', () => async () => Readable.from([1]), [1]],
  ])('can be %s', async (_, make, values) => {
    const given = make()
    checkSource('source', given)
    expect(await all(given)).toEqual(values)
  })

  it.each([
    ['an array', [1, 2], 2],
    ['a typed array', new Int16Array(3), 3],
    ['a Set', new Set([1]), 1],
    ['a Map', new Map([[1, 2]]), 1],
    ['a generator', three(), undefined],
  ])('tells the length of %s', (_, given, length) => {
    expect(openSource(given, new Hooks()).length).toBe(length)
  })

  it.each([
    ['a number', 5],
    ['null', null],
    ['undefined', undefined],
    ['a plain object', {}],
    ['a Writable', new Writable()],
    ['a Duplex that is not readable', new Duplex({ readable: false } as object)],
  ])('cannot be %s', (_, given) => {
    expect(() => checkSource('source', given)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it('cannot be a string, which is to be split', () => {
    for (const given of ['abc', Object('abc'), '']) {
      expect(() => checkSource('source', given)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('split') }),
      )
    }
  })

  it('that a function returns is checked when it is known', async () => {
    for (const wrong of ['abc', 5, () => [1], { filename: 'x' }]) {
      for (const given of [() => wrong, async () => wrong]) {
        expect(await errorOf(all(given))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
      }
    }
  })

  it('is a task if threads run its function', () => {
    const fn = threaded(import.meta, () => [1])
    expect([{ filename: 'work.js' }, fn].map(isTaskSource)).toEqual([true, true])
    expect([() => [1], [1], new Queue(), {}, null].map(isTaskSource)).toEqual(Array(5).fill(false))
    for (const given of [fn, { filename: 'work.js', name: 'numbers' }]) checkSource('source', given)
  })

  it('is asked for a value when it is read, and not before', async () => {
    let asked = 0
    const driven = new Driven({
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: asked++ }) }),
    })
    await turn()
    expect(asked).toBe(0)
    await driven.next()
    await turn()
    expect(asked).toBe(1)
  })

  it('reads an iterable synchronously', () => {
    const source = openSource([7], new Hooks())
    expect([source.read(), source.read(), source.read()]).toEqual([{ value: 7 }, ENDED, ENDED])
  })

  it.each<[string, (error: Error) => unknown]>([
    [
      'a generator',
      function* (error) {
        yield 1
        throw error
      },
    ],
    [
      'an async generator',
      async function* (error) {
        yield 1
        throw error
      },
    ],
    ['a promise in an array', (error) => [1, Promise.reject(error)]],
    [
      'a Readable',
      (error) =>
        Readable.from(
          (function* () {
            yield 1
            throw error
          })(),
        ),
    ],
    [
      'a ReadableStream',
      (error) =>
        ReadableStream.from(
          (function* () {
            yield 1
            throw error
          })(),
        ),
    ],
    [
      'a function',
      (error) => () => {
        throw error
      },
    ],
    [
      'an async function',
      (error) => async () => {
        throw error
      },
    ],
    [
      'an iterator method',
      (error) => ({
        [Symbol.iterator]: () => {
          throw error
        },
      }),
    ],
    [
      'next()',
      (error) => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            throw error
          },
        }),
      }),
    ],
  ])('that fails, %s, throws its own error, at every later read too', async (_, make) => {
    const error = new Error('of the source')
    const driven = new Driven(make(error))
    expect(await errorOf(within(driven.toArray(), 'the error'))).toBe(error)
    expect(() => driven.source.read()).toThrow(error)
    await within(
      driven.return(error).then(() => {}),
      'the closing of a source that has failed',
    )
  })

  it('cannot be a ReadableStream that somebody has locked', async () => {
    const stream = ReadableStream.from([1])
    const reader = stream.getReader()
    expect(await errorOf(all(stream))).toBeInstanceOf(TypeError)
    expect((await reader.read()).value).toBe(1)
  })

  it('that is a Readable which closes too early fails as in core', async () => {
    const stream = () =>
      new Readable({
        read() {
          this.destroy()
        },
      })
    const core = await errorOf(
      (async () => {
        for await (const _ of stream());
      })(),
    )
    expect(core).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    expect(await errorOf(all(stream()))).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    const destroyed = stream().destroy()
    await once(destroyed, 'close')
    expect(await errorOf(all(destroyed))).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  })

  it('that is a Readable is left without listeners at its end', async () => {
    const stream = Readable.from([1, 2])
    await all(stream)
    expect(stream.eventNames()).toEqual([])
  })

  it('that is a Readable is held back while it is not read', async () => {
    let made = 0
    const stream = new Readable({
      objectMode: true,
      highWaterMark: 4,
      read() {
        this.push(made++)
      },
    })
    const driven = new Driven(stream)
    for (let read = 0; read < 10; read++) expect((await driven.next()).value).toBe(read)
    for (let times = 0; times < 5; times++) await turn()
    expect(made).toBeLessThanOrEqual(10 + 4 + 1)
    await driven.return()
  })
})

describe('a source that is closed early', () => {
  it('hears the signal first, with the reason, and then return()', async () => {
    const heard: unknown[] = []
    const reason = new Error('enough')
    const driven = new Driven((signal: AbortSignal) => {
      signal.addEventListener('abort', () => heard.push(signal.reason))
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: 1 }),
          return: async () => void heard.push('return'),
        }),
      }
    })
    await driven.next()
    await driven.return(reason)
    expect(heard).toEqual([reason, 'return'])
    expect(driven.source.read()).toBe(ENDED)
  })

  it.each<[string, (closed: () => void) => unknown]>([
    [
      'a generator',
      function* (closed) {
        try {
          yield 1
          yield 2
        } finally {
          closed()
        }
      },
    ],
    [
      'an async generator',
      async function* (closed) {
        try {
          yield 1
          yield 2
        } finally {
          closed()
        }
      },
    ],
    [
      'a function',
      (closed) =>
        function* () {
          try {
            yield 1
            yield 2
          } finally {
            closed()
          }
        },
    ],
  ])('runs the finally of %s once', async (_, make) => {
    let closed = 0
    const driven = new Driven(make(() => closed++))
    await driven.next()
    await Promise.all([driven.return(), driven.return()])
    expect(closed).toBe(1)
  })

  it('is not closed again when it has ended or failed', async () => {
    let returned = 0
    const source = (last: () => IteratorResult<unknown>) => ({
      [Symbol.asyncIterator]: () => ({ next: async () => last(), return: async () => void returned++ }),
    })
    const ended = new Driven(source(() => ({ done: true, value: undefined })))
    await ended.toArray()
    await ended.return()
    const failed = new Driven(
      source(() => {
        throw new Error('fails')
      }),
    )
    await errorOf(failed.toArray())
    await failed.return()
    expect(returned).toBe(0)
  })

  it('throws what its return() throws', async () => {
    const error = new Error('of return')
    const iterator = {
      next: () => ({ done: false, value: 1 }),
      return: () => {
        throw error
      },
    }
    const driven = new Driven({ [Symbol.iterator]: () => iterator })
    await driven.next()
    expect(await errorOf(driven.return())).toBe(error)
  })

  it('that is a Readable is destroyed as by core: with the reason, without one by a break', async () => {
    for (const reason of [undefined, new Error('elsewhere')]) {
      const heard: unknown[] = []
      const stream = new Readable({
        objectMode: true,
        read() {
          this.push(1)
        },
        destroy(error, callback) {
          heard.push(error)
          callback(error)
        },
      })
      const driven = new Driven(stream)
      await driven.next()
      await driven.return(reason)
      expect(heard).toEqual([reason ?? null])
      expect(stream.closed).toBe(true)
      // An unhandled 'error' would end the process in a later turn.
      await turn()
    }
  })

  it('that is a Readable which never answers is closed at once', async () => {
    const stream = new Readable({ read() {} })
    const driven = new Driven(stream)
    const next = driven.next()
    await turn()
    await within(driven.return(), 'the closing', 2000)
    expect(stream.closed).toBe(true)
    driven.hooks.wake()
    expect(await within(next, 'the read')).toMatchObject({ done: true })
  })

  it('that is a ReadableStream is cancelled with the reason, and unlocked', async () => {
    const heard: unknown[] = []
    const stream = new ReadableStream({ cancel: (reason) => void heard.push(reason) })
    const driven = new Driven(stream)
    expect(driven.source.read()).toBe(WAITING)
    const reason = new Error('enough')
    await within(driven.return(reason), 'the closing', 2000)
    expect(heard).toEqual([reason])
    expect(stream.locked).toBe(false)
  })

  it('that was never read is closed, and its function not called', async () => {
    let calls = 0
    await new Driven(() => [calls++]).return()
    const stream = Readable.from([1])
    await new Driven(stream).return()
    expect([calls, stream.destroyed]).toEqual([0, true])
  })
})
