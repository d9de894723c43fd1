import { describe, expect, it } from 'vitest'
import { attach, attachAsync, Queue, watch } from '../../src/index.ts'

type Call = (queue: Queue<number>, options: never) => unknown

const awaited: [string, Call][] = [
  ['put', (queue, options) => queue.put(1, options)],
  ['putMany', (queue, options) => queue.putMany([1], options)],
  ['get', (queue, options) => queue.get(options)],
  ['getMany', (queue, options) => queue.getMany(1, options)],
  ['take', (queue, options) => queue.take(options)],
  ['takeMany', (queue, options) => queue.takeMany(1, options)],
  ['join', (queue, options) => queue.join(options)],
]
const blocking: [string, Call][] = [
  ['putSync', (queue, options) => queue.putSync(1, options)],
  ['putManySync', (queue, options) => queue.putManySync([1], options)],
  ['getSync', (queue, options) => queue.getSync(options)],
  ['getManySync', (queue, options) => queue.getManySync(1, options)],
  ['takeSync', (queue, options) => queue.takeSync(options)],
  ['takeManySync', (queue, options) => queue.takeManySync(1, options)],
  ['joinSync', (queue, options) => queue.joinSync(options)],
]

/** The error that a call throws or rejects with. */
async function failure(call: Call, options: unknown): Promise<unknown> {
  const queue = new Queue<number>({ maxsize: 4 })
  queue.tryPut(0)
  try {
    await call(queue, options as never)
  } catch (error) {
    expect(queue.size).toBe(1)
    return error
  }
  throw new Error('the call succeeded')
}

describe.each([...awaited, ...blocking])('the options of %s', (_, call) => {
  it.each(['1', null, {}, true])('refuse the timeout %s, which is no number', async (timeout) => {
    expect(await failure(call, { timeout })).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('options.timeout'),
    })
  })

  it.each([-1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY])(
    'refuse the timeout %s as out of range',
    async (timeout) => {
      expect(await failure(call, { timeout })).toMatchObject({
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: expect.stringMatching(/options\.timeout.*0 to 2147483647.*Infinity/),
      })
    },
  )

  it.each([null, 5, 'timeout'])('refuse %s in their place', async (options) => {
    expect(await failure(call, options)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })
})

describe.each(awaited)('the options of %s, which awaits,', (_, call) => {
  it.each([null, 5, {}, 'abort'])('refuse the signal %s', async (signal) => {
    expect(await failure(call, { signal })).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('options.signal'),
    })
  })
})

describe.each(blocking)('the options of %s, which blocks,', (_, call) => {
  it('refuse every signal, since a blocked thread cannot see it, and name timeout', async () => {
    expect(await failure(call, { signal: new AbortController().signal })).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/options\.signal.*timeout/),
    })
  })
})

describe('arguments', () => {
  it('count as absent when they are undefined', async () => {
    const queue = new Queue<number>()
    const nothing = { timeout: undefined, signal: undefined, linger: undefined }
    expect(await queue.put(1, nothing)).toBe('stored')
    expect(queue.putSync(2, nothing)).toBe('stored')
    expect(await queue.getMany(5, nothing)).toEqual([1, 2])
    queue.taskDone(undefined)
    queue.taskDone()
    await queue.join(nothing)
    queue.shutdown({ immediate: undefined } as object)
    queue.shutdown(undefined)
    expect(queue.isShutDown).toBe(true)
  })

  it.each([0, -1, 1.5, Number.NaN])('of taskDone and getMany refuse the count %s', async (count) => {
    const queue = new Queue<number>()
    const range = expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    expect(() => queue.taskDone(count)).toThrow(range)
    expect(() => queue.getManySync(count)).toThrow(range)
    await expect(queue.getMany(count)).rejects.toThrow(range)
  })

  it.each(['1', null, {}])('of taskDone and getMany refuse %s, which is no number', async (count) => {
    const queue = new Queue<number>()
    const type = expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => queue.taskDone(count as never)).toThrow(type)
    expect(() => queue.getManySync(count as never)).toThrow(type)
    await expect(queue.getMany(count as never)).rejects.toThrow(type)
  })

  it('refuse a wrong linger of getMany', async () => {
    const queue = new Queue<number>()
    for (const linger of ['5', -1, 2 ** 31, Number.POSITIVE_INFINITY]) {
      const options = { linger } as never
      const error = expect.objectContaining({ message: expect.stringContaining('options.linger') })
      await expect(queue.getMany(1, options)).rejects.toThrow(error)
      expect(() => queue.getManySync(1, options)).toThrow(error)
    }
  })

  it('refuse an option of shutdown that is no boolean, and the queue stays open', () => {
    const queue = new Queue<number>()
    for (const options of [{ immediate: 'yes' }, { immediate: 1 }, { immediate: null }, null, true]) {
      expect(() => queue.shutdown(options as never)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
      )
    }
    expect(queue.isShutDown).toBe(false)
  })

  it('refuse items of putMany that cannot be iterated', async () => {
    const queue = new Queue<number>()
    const type = expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
    await expect(queue.putMany(5 as never)).rejects.toThrow(type)
    expect(() => queue.putManySync(null as never)).toThrow(type)
  })

  it.each([undefined, null, 5, 'handle', {}])('of attach refuse the handle %s', async (handle) => {
    const type = expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => attach(handle as never)).toThrow(type)
    await expect(attachAsync(handle as never)).rejects.toThrow(type)
  })

  it('refuse a handle of another version in attach', () => {
    const handle = { ...(new Queue().handle as object), millrace: 2 }
    expect(() => attach(handle as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  })

  it.each([undefined, null, 5, {}])('of watch refuse %s, which is no Worker', (worker) => {
    expect(() => watch(worker as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})
