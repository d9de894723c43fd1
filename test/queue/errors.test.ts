import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../src/core/geometry.ts'
import { PAYLOAD, SLOT_CELL } from '../../src/core/words/offsets.ts'
import * as millrace from '../../src/index.ts'
import { codecs, EMPTY, MillraceError, Queue } from '../../src/index.ts'
import { other } from '../support/users.ts'

const classes: [name: string, code: string][] = [
  ['QueueFullError', 'ERR_QUEUE_FULL'],
  ['QueueEmptyError', 'ERR_QUEUE_EMPTY'],
  ['QueueShutDownError', 'ERR_QUEUE_SHUT_DOWN'],
  ['TaskDoneError', 'ERR_TASK_DONE'],
  ['TooManyInFlightError', 'ERR_TOO_MANY_IN_FLIGHT'],
  ['TooManyThreadsError', 'ERR_TOO_MANY_THREADS'],
  ['ItemTooLargeError', 'ERR_ITEM_TOO_LARGE'],
  ['CodecError', 'ERR_CODEC'],
  ['BlockingMainThreadError', 'ERR_BLOCKING_MAIN_THREAD'],
  ['StaleDeliveryError', 'ERR_STALE_DELIVERY'],
  ['DetachedError', 'ERR_DETACHED'],
  ['DeadlockError', 'ERR_DEADLOCK'],
  ['WaitTimeoutError', 'ERR_WAIT_TIMEOUT'],
  ['QueueCorruptError', 'ERR_QUEUE_CORRUPT'],
  ['ThreadError', 'ERR_THREAD'],
  ['SupervisorClosedError', 'ERR_SUPERVISOR_CLOSED'],
]

const exported = new Map<string, unknown>(Object.entries(millrace))

describe.each(classes)('%s', (name, code) => {
  it(`is exported, extends MillraceError and has the code ${code}`, () => {
    const Exported = exported.get(name) as new (message: string) => MillraceError
    const error = new Exported('what happened')
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.code, error.message]).toEqual([name, code, 'what happened'])
    expect(Object.prototype.toString.call(error)).toBe('[object Error]')
    expect(error.stack).toContain('what happened')
  })
})

describe('AbortError', () => {
  it('has the shape of Node’s own', () => {
    const error = new millrace.AbortError('why')
    expect([error.name, error.code, error.cause]).toEqual(['AbortError', 'ABORT_ERR', 'why'])
  })
})

describe('a failing codec', () => {
  const failing = (when: { encode?: boolean; decode?: boolean }) => ({
    name: 'failing',
    encode(item: string, into: Uint8Array) {
      if (when.encode) throw new RangeError('cannot encode')
      return codecs.string.encode(item, into)
    },
    decode(bytes: Uint8Array) {
      if (when.decode) throw new RangeError('cannot decode')
      return codecs.string.decode(bytes)
    },
  })

  it('in every form of put throws CodecError with its error as cause, and the queue is unharmed', async () => {
    const when = { encode: true }
    const queue = new Queue<string>({ codec: failing(when), maxsize: 2, name: 'pages' })
    const failure = expect.objectContaining({
      code: 'ERR_CODEC',
      cause: expect.objectContaining({ name: 'RangeError', message: 'cannot encode' }),
      message: expect.stringMatching(/failing.*'pages'/),
    })
    for (let round = 0; round < 5; round++) {
      await expect(queue.put('a')).rejects.toThrow(failure)
      await expect(queue.putMany(['a'])).rejects.toThrow(failure)
      expect(() => queue.putSync('a')).toThrow(failure)
      expect(() => queue.tryPut('a')).toThrow(failure)
    }
    when.encode = false
    expect([queue.tryPut('a'), queue.tryPut('b'), queue.tryPut('c')]).toEqual([true, true, false])
    expect([queue.tryGet(), queue.tryGet()]).toEqual(['a', 'b'])
  })

  it('in every form of get throws CodecError; the item counts as finished, and the queue is unharmed', async () => {
    const when = { decode: true }
    const queue = new Queue<string>({ codec: failing(when), maxsize: 2, maxInFlight: 2 })
    const failure = expect.objectContaining({
      code: 'ERR_CODEC',
      cause: expect.objectContaining({ message: 'cannot decode' }),
    })
    const gets = [
      () => queue.get(),
      () => queue.take(),
      () => queue.getMany(2),
      () => queue.takeMany(2),
      async () => queue.getSync(),
      async () => queue.takeSync(),
      async () => queue.tryGet(),
      async () => queue.getManySync(2),
      async () => queue.takeManySync(2),
    ]
    for (const get of gets) {
      when.decode = true
      queue.tryPut('a')
      await expect(get()).rejects.toThrow(failure)
      expect(queue.stats()).toMatchObject({ held: 0, size: 0, unfinished: 0 })
    }
    expect(queue.stats().dropped).toBe(gets.length)
    when.decode = false
    expect([queue.tryPut('a'), queue.tryPut('b'), queue.tryPut('c')]).toEqual([true, true, false])
    expect([queue.tryGet(), queue.tryGet()]).toEqual(['a', 'b'])
  })

  it('in a batch has the items got before, which this thread holds', async () => {
    let decoded = 0
    const codec = {
      ...failing({}),
      decode(bytes: Uint8Array) {
        if (++decoded === 3) throw new Error('the third')
        return codecs.string.decode(bytes)
      },
    }
    const queue = new Queue<string>({ codec })
    await queue.putMany(['a', 'b', 'c', 'd'])
    await expect(queue.getMany(4)).rejects.toMatchObject({ code: 'ERR_CODEC', items: ['a', 'b'] })
    queue.taskDone(2)
    expect(queue.unfinished).toBe(1)
  })

  it('that breaks its contract is a CodecError too', async () => {
    for (const length of [-1, 1.5, Number.NaN, 'four', undefined]) {
      const queue = new Queue<string>({
        codec: { name: 'odd', encode: () => length as never, decode: () => '' },
      })
      expect(() => queue.tryPut('a')).toThrow(expect.objectContaining({ code: 'ERR_CODEC' }))
      expect(queue.size).toBe(0)
    }
  })

  it('that puts into its own queue is a CodecError, and harms no item', () => {
    const queue = new Queue<unknown>({ codec: codecs.json })
    queue.tryPut('before')
    const nested = { toJSON: () => queue.tryPut('inner') }
    expect(() => queue.tryPut(nested)).toThrow(
      expect.objectContaining({ code: 'ERR_CODEC', cause: expect.objectContaining({ code: 'ERR_CODEC' }) }),
    )
    const tolerant = {
      toJSON() {
        try {
          queue.tryPut('inner')
        } catch {}
        return 'outer'
      },
    }
    expect(queue.tryPut(tolerant)).toBe(true)
    expect([queue.tryGet(), queue.tryGet(), queue.tryGet()]).toEqual(['before', 'outer', EMPTY])
  })

  it('that gets from its own queue harms no item', () => {
    const queue = new Queue<unknown>({ codec: codecs.json })
    queue.tryPut('first')
    expect(queue.tryPut({ toJSON: () => queue.tryGet() })).toBe(true)
    expect(queue.tryGet()).toBe('first')
    queue.taskDone(2)
  })

  it('in another thread throws there', async () => {
    const queue = new Queue<unknown>()
    const there = await other(queue)
    queue.tryPut(1)
    const { memory, geometry } = queue.handle as unknown as { memory: WebAssembly.Memory; geometry: Geometry }
    const cell = new Int32Array(memory.buffer)[(geometry.ringAt + SLOT_CELL) >> 2] as number
    new Uint8Array(memory.buffer)[geometry.cellsAt + cell * geometry.cellBytes + PAYLOAD] = 0xff
    await expect(there.call('getSync')).rejects.toMatchObject({
      code: 'ERR_CODEC',
      cause: { message: expect.any(String) },
    })
    expect(queue.unfinished).toBe(0)
  })
})

/** Not a literal: types are checked before there is a build. */
const built = (file: string) => new URL(`../../dist/src/${file}`, import.meta.url).href

describe('an error of another copy of the library', () => {
  it('is an instance of the same class here, and of no other', async () => {
    const copy = (await import(built('errors.js'))) as typeof millrace
    const error = new copy.QueueFullError('there')
    expect(Object.getPrototypeOf(error)).not.toBe(millrace.QueueFullError.prototype)
    expect(error).toBeInstanceOf(millrace.QueueFullError)
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).not.toBeInstanceOf(millrace.QueueEmptyError)
    expect(new Error('there')).not.toBeInstanceOf(MillraceError)
  })

  it('comes with the same EMPTY', async () => {
    const copy = (await import(built('queue/access/empty.js'))) as { EMPTY: unknown }
    expect(copy.EMPTY).toBe(EMPTY)
  })
})
