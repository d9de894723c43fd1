import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { failureOf, fixture, millrace, saying, sharedWords, supervisor } from './scene.ts'

const plain = (name?: string, options?: { threads?: number; args?: unknown }) =>
  fixture<unknown>('plain.mjs', name, options)

const run = (name?: string, options?: { threads?: number; args?: unknown }) =>
  within(supervisor().spawn(plain(name, options)).join(), `the end of ${name}`) as Promise<unknown[]>

class Shelf {}

describe('spawn', () => {
  it('gives the return values by index, in any order of the ends', async () => {
    expect(await run('indexBackwards', { threads: 3, args: { words: sharedWords() } })).toEqual([0, 1, 2])
  })

  it('runs the default export on one thread by default', async () => {
    const group = supervisor().spawn(plain())
    expect([group.name, group.threads]).toEqual(['plain.mjs', 1])
    expect(await within(group.join(), 'the end')).toEqual(['the default export'])
  })

  it('takes the module as an absolute path and as a URL string', async () => {
    const { filename } = plain()
    const path = fileURLToPath(filename)
    const groups = [path, String(filename)].map((each) =>
      supervisor().spawn({ filename: each, name: 'index' }),
    )
    const joins = groups.map((group) => within(group.join(), 'the end'))
    expect(await Promise.all(joins)).toEqual([[0], [0]])
  })

  it('tells each thread its index, its number of threads and its threadId', async () => {
    const seen = (await run('context', { threads: 2, args: { any: 1 } })) as {
      fields: object
      threadId: number
    }[]
    expect(seen).toEqual(
      [0, 1].map((index) => ({
        fields: { index, threads: 2, restarts: 0, stored: 0, stopping: false, aborted: false },
        isItsThread: true,
        threadId: expect.any(Number),
        hasItsArgs: true,
        isSignal: true,
      })),
    )
    expect(seen[0]?.threadId).not.toBe(seen[1]?.threadId)
  })

  it('names the group by its export', () => {
    expect(supervisor().spawn(plain('index')).name).toBe('index')
  })

  it('gives undefined for a function that returns nothing', async () => {
    expect(await run('echo')).toEqual([undefined])
  })

  it.each([
    ['null', null],
    ['a number', 0],
    ['an array', [1, [2]]],
  ])('hands over %s as args', async (_, args) => {
    expect(await run('echo', { args })).toEqual([args])
  })
})

describe('args', () => {
  const numbers = (name: string) => new millrace.Queue<number>({ codec: millrace.codecs.int32, name })

  it('have their queues attached wherever they are in plain objects and arrays', async () => {
    const first = numbers('first')
    const other = numbers('other')
    const same = { queue: first }
    const sparse = new Array(2)
    const cycle: Record<string, unknown> = {}
    const args: Record<string, unknown> = {
      first,
      list: [1, first, sparse],
      deep: { er: { queue: other }, text: 'x' },
      again: first,
      same: [same, same],
      cycle,
      bare: Object.assign(Object.create(null), { queue: other }),
    }
    cycle.self = cycle
    cycle.up = args
    expect(await run('queuesIn', { args })).toEqual([
      {
        areQueues: true,
        names: ['first', 'first', 'other', 'first', 'other'],
        isOne: true,
        isKnown: true,
        sharesReference: true,
        isCyclic: true,
        hole: false,
        others: [1, 'x'],
      },
    ])
    expect(args.first).toBe(first)
  })

  it('may be a queue themselves', async () => {
    const queue = numbers('alone')
    expect(await run('putInto', { args: queue, threads: 2 })).toEqual([true, true])
    expect([queue.tryGet(), queue.tryGet()].sort()).toEqual([0, 1])
  })

  it('may hold any value that structured clone knows, and shared memory stays shared', async () => {
    const shared = sharedWords()
    const args = {
      map: new Map([['a', { deep: [1, 2] }]]),
      set: new Set([1]),
      date: new Date(86_400_000),
      typed: Float64Array.of(1.5, -0),
      shared,
      buffer: new ArrayBuffer(5),
      big: 2n ** 70n,
      nothing: undefined,
      regexp: /x+/,
      key: JSON.parse('{"__proto__": 1}'),
    }
    expect(await run('kindsOf', { args })).toEqual([
      {
        map: [1, 2],
        set: true,
        date: 86_400_000,
        typed: [1.5, -0],
        isShared: true,
        buffer: 5,
        big: 2n ** 70n,
        hasNothing: true,
        regexp: 'x+',
        key: [['__proto__'], true],
      },
    ])
    expect(shared[0]).toBe(42)
    expect(args.buffer.byteLength).toBe(5)
  })

  it('are those of the call, for a restarted thread too', async () => {
    const args = { n: 1, list: [1], map: new Map([['n', 1]]), bytes: Uint8Array.of(1), date: new Date(1) }
    const group = supervisor().spawn(plain('echoAfterDeath', { args }))
    args.n = 2
    args.list.push(2)
    args.map.set('n', 2)
    args.bytes[0] = 2
    args.date.setTime(2)
    expect(await within(group.join(), 'the second thread')).toEqual([
      { n: 1, list: [1], map: new Map([['n', 1]]), bytes: Uint8Array.of(1), date: new Date(1) },
    ])
  })

  it('keep their queue when nothing else does', async () => {
    const group = supervisor().spawn(plain('putInto', { args: numbers('dropped') }))
    expect(await within(group.join(), 'the end')).toEqual([true])
  })

  it('may hold a queue whose codec a module of its own defines', async () => {
    const { points } = await import(new URL('./fixtures/codec.mjs', import.meta.url).href)
    const queue: Queue<{ x: number; y: number }> = new millrace.Queue({ codec: points })
    await queue.put({ x: 3, y: 4 })
    expect(await run('sumOfGets', { args: { queue } })).toEqual([7])
  })

  it.each([
    ['a function', { call: () => {} }],
    ['a symbol, deep down', { list: [{ symbol: Symbol('s') }] }],
    ['a promise', [Promise.resolve()]],
  ])('that hold %s are refused at the call', (_, args) => {
    const one = supervisor()
    expect(() => one.spawn(plain('echo', { args }))).toThrow(
      saying('TypeError', 'ERR_INVALID_ARG_VALUE', 'task.args', 'cloned'),
    )
    expect(one.stats().groups).toEqual([])
  })

  it.each([
    ['a Map', (queue: unknown) => new Map([['queue', queue]])],
    ['a Set', (queue: unknown) => new Set([queue])],
    ['a Map, deeper', (queue: unknown) => new Map([[{ list: [queue] }, 1]])],
    [
      'an object of no class',
      (queue: unknown) => Object.create(Object.create(null), { queue: { value: queue, enumerable: true } }),
    ],
    ['an object of a class', (queue: unknown) => Object.assign(new Shelf(), { queue })],
  ])('that hold a queue in %s are refused at the call: it would arrive empty', (_, hold) => {
    const args = { deep: [hold(numbers('hidden'))] }
    expect(() => supervisor().spawn(plain('echo', { args }))).toThrow(
      saying('TypeError', 'ERR_INVALID_ARG_VALUE', 'task.args', 'plain objects and arrays'),
    )
  })

  it('that hold a queue with a codec of no module are refused at the call', () => {
    const { encode, decode } = millrace.codecs.int32
    const queue = new millrace.Queue<number>({ codec: { name: 'mine', encode, decode } })
    expect(() => supervisor().spawn(plain('echo', { args: { queue } }))).toThrow(
      expect.objectContaining({ name: 'TypeError' }),
    )
  })
})

describe('work that is tied to thread.signal and fails when the function is over', () => {
  it('may end the thread', async () => {
    const group = supervisor({ restart: false }).spawn(fixture('plain.mjs', 'exitsWhenAborted'))
    expect(await within(group.join(), 'the group')).toEqual(['returned'])
  })

  it.each([false, true])('does not change its outcome: while output waits %s', async (writes) => {
    const one = supervisor({ restart: false })
    const returned = one.spawn(fixture('plain.mjs', 'leavesTicking', { args: { writes, throws: false } }))
    expect(await within(returned.join(), 'the group')).toEqual(['returned'])
    const threw = one.spawn(fixture('plain.mjs', 'leavesTicking', { args: { writes, throws: true } }))
    expect(await failureOf(threw.join(), 'the group')).toMatchObject({ cause: { message: 'thrown' } })
  })
})

describe('a return value', () => {
  it('that cannot be cloned fails its thread', async () => {
    const error = await failureOf(
      supervisor().spawn(fixture('failures.mjs', 'returnsFunction')).join(),
      'the group',
    )
    expect(error).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD', index: 0 })
    expect(error.message).toContain('cannot be cloned')
  })

  it('that is nested too deep to be read fails its thread', async () => {
    const error = await failureOf(
      supervisor().spawn(fixture('failures.mjs', 'returnsDeep')).join(),
      'the group',
    )
    expect(error).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD' })
    expect(error.message).toContain('cannot read')
  })
})
