import { describe, expect, it } from 'vitest'
import { codecs, type DeadLetter, PriorityQueue, Queue, type QueueOptions } from '../../src/index.ts'

const make = (options: unknown) => () => new Queue(options as QueueOptions<unknown>)

/**
 * Checks the error of a wrong option: its class, its code, and a message that names the option, the range and
 * the value.
 */
function refusal(name: string, code: string, range: string, value: string) {
  const errorName = code === 'ERR_OUT_OF_RANGE' ? 'RangeError' : 'TypeError'
  const message = expect.stringMatching(new RegExp(`^${name} must be .*${range}.*; received .*${value}`))
  return expect.objectContaining({ name: errorName, code, message })
}

const integers: [option: string, min: number, max: number][] = [
  ['maxsize', 1, 2 ** 30],
  ['itemBytes', 1, 32767 * 65536],
  ['maxItemBytes', 1, 32767 * 65536],
  ['memoryBytes', 1024 * 1024, 32767 * 65536],
  ['maxInFlight', 1, 65536],
  ['maxDeliveries', 1, 2 ** 30],
  ['maxThreads', 1, 4096],
]

describe.each(integers)('the option %s', (option, min, max) => {
  const range = `an integer from ${min} to ${max}`

  it.each(['7', null, true, {}, 7n, Symbol('seven')])('refuses %s, which is no number', (value) => {
    const shown = typeof value === 'object' && value !== null ? '{}' : String(value).replace(/[()]/g, '\\$&')
    expect(make({ [option]: value })).toThrow(
      refusal(`options.${option}`, 'ERR_INVALID_ARG_TYPE', range, shown),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    'refuses %s as out of range',
    (value) => {
      const error = refusal(
        `options.${option}`,
        'ERR_OUT_OF_RANGE',
        'an integer from \\d+ to \\d+',
        `${value}`,
      )
      expect(make({ [option]: value })).toThrow(error)
    },
  )

  it('counts as absent when it is undefined', () => {
    expect(make({ [option]: undefined })).not.toThrow()
  })
})

describe('sizes that depend on each other', () => {
  it('refuses itemBytes above maxItemBytes', () => {
    expect(make({ itemBytes: 101, maxItemBytes: 100 })).toThrow(
      refusal('options.itemBytes', 'ERR_OUT_OF_RANGE', 'from 1 to 100', '101'),
    )
  })

  it('refuses memoryBytes that cannot hold one largest item', () => {
    expect(make({ memoryBytes: 4096, maxItemBytes: 8192 })).toThrow(
      refusal('options.memoryBytes', 'ERR_OUT_OF_RANGE', 'from 8192 to', '4096'),
    )
  })

  it('refuses a queue that would take 2 GiB, and names the options that make its size', () => {
    expect(make({ maxsize: 2 ** 30 })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining('maxsize') }),
    )
  })

  it('lets itemBytes raise the default of maxItemBytes', async () => {
    const queue = new Queue<Uint8Array>({
      codec: codecs.bytes,
      itemBytes: 2 * 1024 * 1024,
      maxsize: 1,
      maxThreads: 1,
      maxInFlight: 1,
    })
    queue.tryPut(new Uint8Array(2 * 1024 * 1024).fill(7))
    const item = queue.tryGet() as Uint8Array
    expect([item.length, item.at(-1)]).toEqual([2 * 1024 * 1024, 7])
  })
})

describe('options of a queue', () => {
  it.each([null, 5, 'maxsize', true])('refuses %s in place of them', (options) => {
    expect(make(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  it.each([
    ['ack', "'manual', 'auto'"],
    ['whenFull', "'wait', 'reject', 'drop-oldest', 'drop-newest'"],
  ])('refuses an unknown value of %s and names the known ones', (option, known) => {
    for (const value of ['never', 1, null]) {
      expect(make({ [option]: value })).toThrow(
        refusal(`options.${option}`, 'ERR_INVALID_ARG_VALUE', known, `${value}`),
      )
    }
    expect(make({ [option]: undefined })).not.toThrow()
  })

  it.each([5, null, {}, Symbol('pages')])('refuses the name %s', (name) => {
    expect(make({ name })).toThrow(refusal('options.name', 'ERR_INVALID_ARG_TYPE', 'a string', ''))
  })

  it.each([5, null, 'json', {}, { encode() {} }, () => {}])('refuses the codec %s', (codec) => {
    expect(make({ codec })).toThrow(refusal('options.codec', 'ERR_INVALID_ARG_TYPE', 'a codec', ''))
  })

  it('refuses a dead-letter queue that ranks by a property that letters lack', () => {
    const refused = refusal('options.deadLetters', 'ERR_INVALID_ARG_VALUE', "'attempts'", 'rank')
    expect(make({ deadLetters: new PriorityQueue<never>({ by: 'rank' as never }) })).toThrow(refused)
    expect(make({ deadLetters: new PriorityQueue<DeadLetter<unknown>>({ by: 'attempts' }) })).not.toThrow()
  })

  it.each([5, null, 'letters', {}, []])('refuses the dead-letter queue %s', (deadLetters) => {
    expect(make({ deadLetters })).toThrow(
      refusal('options.deadLetters', 'ERR_INVALID_ARG_TYPE', 'a Queue', ''),
    )
  })

  it.each(['string', 'bytes', 'int32', 'float64'] as const)(
    'refuses a dead-letter queue whose codec is %s, since letters are objects',
    (codec) => {
      const deadLetters = new Queue({ codec: codecs[codec] as never })
      expect(make({ deadLetters })).toThrow(
        refusal('options.deadLetters', 'ERR_INVALID_ARG_VALUE', 'carries objects', codec),
      )
    },
  )

  it.each(['structured', 'json', 'msgpack'] as const)(
    'takes a dead-letter queue whose codec is %s',
    (codec) => {
      const deadLetters = new Queue<DeadLetter<unknown>>({ codec: codecs[codec] as never })
      expect(make({ deadLetters })).not.toThrow()
    },
  )

  it('has the documented defaults', async () => {
    const queue = new Queue<unknown>()
    expect([queue.maxsize, queue.name]).toEqual([1024, ''])
    expect(queue.stats().memoryBytes).toBe(16 * 1024 * 1024)
    // The default codec is structured.
    const item = new Map([[1n, new Date(0)]])
    queue.tryPut(item)
    expect(queue.tryGet()).toEqual(item)
    // The default of ack is manual, that of maxInFlight 64.
    for (let held = 1; held < 64; held++) {
      queue.tryPut(held)
      queue.tryGet()
    }
    expect(queue.unfinished).toBe(64)
    expect(() => queue.tryGet()).toThrow(expect.objectContaining({ code: 'ERR_TOO_MANY_IN_FLIGHT' }))
    // The default of maxItemBytes is 1 MiB.
    const large = new Queue<Uint8Array>({ codec: codecs.bytes })
    expect(large.tryPut(new Uint8Array(1024 * 1024))).toBe(true)
    expect(() => large.tryPut(new Uint8Array(1024 * 1024 + 1))).toThrow(
      expect.objectContaining({ code: 'ERR_ITEM_TOO_LARGE' }),
    )
  })

  it('makes memoryBytes four times maxItemBytes if that is more than 16 MiB', () => {
    const queue = new Queue({ maxItemBytes: 8 * 1024 * 1024, codec: codecs.bytes })
    expect(queue.stats().memoryBytes).toBe(32 * 1024 * 1024)
  })

  it('needs no memory for long items when the codec has a fixed length', () => {
    expect(new Queue({ codec: codecs.int32 }).stats().memoryBytes).toBe(0)
  })
})
