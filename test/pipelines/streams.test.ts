import { type Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { type RunLike, toDuplex, toReadable } from '../../src/pipelines/streams/index.ts'
import { until, within } from '../support/deadline.ts'
import { Driven, errorOf, turn } from './ends/drive.ts'

const ERROR = new Error('of the test')
const double = (value: number) => value * 2

/** The stage under test: each value through `fn`, which may throw. */
type Make = (fn: (value: number) => unknown, marks?: Marks) => Duplex
interface Marks {
  readonly readableHighWaterMark?: number
  readonly writableHighWaterMark?: number
}

const core: Make = (fn, marks) =>
  new Transform({
    objectMode: true,
    ...marks,
    transform(value, _, callback) {
      try {
        callback(null, fn(value))
      } catch (error) {
        callback(error as Error)
      }
    },
  })

/** As `core`, but a result comes later: so do those of a run. */
const asynchronous: Make = (fn, marks) =>
  new Transform({
    objectMode: true,
    ...marks,
    transform: (value, _, callback) => void setImmediate(callback, null, fn(value)),
  })

const ours: Make = (fn, marks) => toDuplex((source) => mapped(source as AsyncIterable<number>, fn), marks)

async function* mapped(
  source: AsyncIterable<number>,
  fn: (value: number) => unknown,
): AsyncGenerator<unknown> {
  for await (const value of source) yield fn(value)
}

/** As `mapped`, but of a source that is opened as the engine opens it. */
async function* driven(source: unknown, fn: (value: number) => unknown): AsyncGenerator<unknown> {
  for await (const value of new Driven(source)) yield fn(value as number)
}

function numbers(count: number, failAt = -1): Readable {
  let next = 0
  return new Readable({
    objectMode: true,
    read() {
      if (next === failAt) this.destroy(ERROR)
      else this.push(next === count ? null : next++)
    },
  })
}

function collector(write: (value: unknown, callback: (error?: Error) => void) => void = (_, done) => done()) {
  const values: unknown[] = []
  const stream = new Writable({
    objectMode: true,
    write(value, _, callback) {
      values.push(value)
      write.call(this, value, callback)
    },
  })
  return Object.assign(stream, { values })
}

/** The events of a stream that its documentation puts in an order. */
function eventsOf(stream: Readable | Writable | Duplex): string[] {
  const events: string[] = []
  for (const name of ['finish', 'end', 'error', 'close']) stream.on(name, () => events.push(name))
  return events
}

interface Scenario {
  readonly source: () => Readable
  readonly fn: (value: number) => unknown
  readonly sink: () => Writable
}

/** The scenario with this stage, in core's `pipeline`: its error, and the events and flags of the streams. */
async function outcome(make: Make, { source, fn, sink }: Scenario): Promise<unknown> {
  const streams = [source(), make(fn), sink()] as const
  const events = streams.map(eventsOf)
  const error = await within(errorOf(pipeline(streams)), 'the pipeline settles')
  await until(() => streams.every(({ closed }) => closed), 'all streams are closed')
  return {
    error,
    code: (error as { code?: string } | undefined)?.code,
    events,
    flags: streams.map((stream) => ({ destroyed: stream.destroyed, errored: stream.errored })),
  }
}

const plain: Scenario = { source: () => numbers(50), fn: double, sink: () => collector() }

describe('a Duplex of a run in stream.pipeline', () => {
  it.each<[string, Partial<Scenario>]>([
    ['all goes well', {}],
    ['nothing is written', { source: () => numbers(0) }],
    ['the source fails', { source: () => numbers(50, 20) }],
    ['the source fails at once', { source: () => numbers(50, 0) }],
    ['the stage fails', { fn: (value) => thrownAt(value, 20) }],
    ['the stage fails at the last value', { fn: (value) => thrownAt(value, 49) }],
    ['the sink fails', { sink: () => collector((value, done) => done(value === 20 ? ERROR : undefined)) }],
    [
      'the sink is destroyed',
      {
        sink: () =>
          collector(function (this: Writable) {
            this.destroy()
          }),
      },
    ],
    [
      'the source is destroyed',
      {
        source: () =>
          numbers(50).once('data', function (this: Readable) {
            this.destroy()
          }),
      },
    ],
  ])('has the outcome that a Transform has: %s', async (_, change) => {
    const scenario = { ...plain, ...change }
    expect(await outcome(ours, scenario)).toEqual(await outcome(core, scenario))
  })

  it('passes on all values in order', async () => {
    const sink = collector()
    await within(pipeline(numbers(1000), ours(double), sink), 'the pipeline')
    expect(sink.values).toEqual(Array.from({ length: 1000 }, (_, index) => index * 2))
  })

  it('passes between web streams, whose errors come through', async () => {
    const got: unknown[] = []
    const sink = () => new WritableStream({ write: (value) => void got.push(value) })
    // The types of Node 20 know no web streams here.
    const run = (...streams: unknown[]) =>
      within(errorOf(pipeline(streams as unknown as [Readable, Duplex, Writable])), 'the pipeline')
    expect(await run(ReadableStream.from([1, 2]), ours(double), sink())).toBe(undefined)
    expect(got).toEqual([2, 4])
    const fails = new WritableStream({ write: () => Promise.reject(ERROR) })
    expect(await run(numbers(50), ours(double), fails)).toBe(ERROR)
    const broken = ReadableStream.from(
      (function* () {
        yield 1
        throw ERROR
      })(),
    )
    expect(await run(broken, ours(double), sink())).toBe(ERROR)
  })

  it('is ended by the abort of the pipeline', async () => {
    const controller = new AbortController()
    const duplex = ours(double)
    const sink = collector(() => controller.abort())
    const options = { signal: controller.signal }
    const error = await within(errorOf(pipeline(numbers(50), duplex, sink, options)), 'the pipeline')
    expect(error).toMatchObject({ name: 'AbortError' })
    await until(() => duplex.closed, 'the Duplex is closed')
  })
})

describe('a Duplex of a run', () => {
  it.each([
    [1, 1],
    [4, 2],
    [16, 16],
  ])(
    'takes as much as its two buffers hold, as an asynchronous Transform (%i, %i)',
    async (writable, readable) => {
      const marks = { writableHighWaterMark: writable, readableHighWaterMark: readable }
      const taken: number[] = []
      for (const make of [asynchronous, ours]) {
        const duplex = make(double, marks)
        let count = 0
        const source = numbers(1000)
        source.on('data', () => count++)
        source.pipe(duplex)
        for (let times = 0; times < 50; times++) await turn()
        taken.push(count)
        expect([duplex.writableHighWaterMark, duplex.readableHighWaterMark]).toEqual([writable, readable])
        expect(duplex.readableLength).toBeLessThanOrEqual(readable)
        expect(duplex.writableLength).toBeLessThanOrEqual(writable)
        duplex.destroy()
        source.destroy()
      }
      const [ofCore = 0, ofOurs = 0] = taken
      expect([ofCore, ofOurs].map((count) => count >= readable)).toEqual([true, true])
      expect(ofCore).toBeLessThanOrEqual(writable + readable)
      // The value that the run works on has left the writable side, where a Transform counts it.
      expect(ofOurs).toBeLessThanOrEqual(writable + readable + 1)
    },
  )

  it('holds the source back behind a slow sink', async () => {
    let made = 0
    const source = new Readable({
      objectMode: true,
      read() {
        this.push(made++)
      },
    })
    const callbacks: (() => void)[] = []
    const sink = collector((_, done) => void callbacks.push(done))
    const done = errorOf(pipeline(source, ours(double), sink))
    for (let written = 0; written < 20; written++) {
      await until(() => callbacks.length > 0, 'the next write')
      callbacks.shift()?.()
    }
    for (let times = 0; times < 20; times++) await turn()
    // The buffers of core: of the source, the two of the Duplex and of the sink; and one value in each.
    expect(made).toBeLessThanOrEqual(sink.values.length + 4 * 16 + 4)
    sink.destroy(ERROR)
    expect(await within(done, 'the pipeline')).toBe(ERROR)
  })

  it('emits finish when all that was written has become results, as a Transform', async () => {
    for (const make of [core, ours]) {
      let calls = 0
      const duplex = make((value) => {
        calls++
        return value
      })
      let callsAtFinish = -1
      duplex.on('finish', () => {
        callsAtFinish = calls
      })
      for (let value = 0; value < 5; value++) duplex.write(value)
      duplex.end()
      // Nobody reads: five results fit.
      await until(() => callsAtFinish >= 0, `finish of ${make === core ? 'a Transform' : 'the Duplex'}`)
      expect(callsAtFinish).toBe(5)
      expect(await within(duplex.toArray(), 'all')).toEqual([0, 1, 2, 3, 4])
    }
  })

  it('emits no finish when the last value fails', async () => {
    for (const make of [core, ours]) {
      const duplex = make((value) => thrownAt(value, 2))
      const events = eventsOf(duplex)
      for (let value = 0; value < 3; value++) duplex.write(value)
      duplex.end()
      await until(() => duplex.closed, 'it is closed')
      expect(events).toEqual(['error', 'close'])
    }
  })

  it.each([
    ['destroyed without an error', undefined],
    ['destroyed with an error', ERROR],
  ])('ends the run when it is %s, and closes afterwards', async (_, error) => {
    const order: string[] = []
    const duplex = toDuplex(async function* (source) {
      try {
        for await (const value of source) yield value
      } finally {
        await turn()
        order.push('run')
      }
    })
    duplex.on('error', (heard) => order.push(String(heard === error)))
    duplex.on('close', () => order.push('close'))
    duplex.write(1)
    expect(await within(new Promise((resolve) => duplex.once('data', resolve)), 'a result')).toBe(1)
    duplex.destroy(error)
    await until(() => duplex.closed, 'it is closed')
    expect(order).toEqual(error === undefined ? ['run', 'close'] : ['run', 'true', 'close'])
  })

  it('never starts a run that nothing was written to or read from', async () => {
    let reads = 0
    const duplex = toDuplex(() => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          reads++
          return { done: true, value: undefined }
        },
      }),
    }))
    await turn()
    duplex.destroy()
    await until(() => duplex.closed, 'it is closed')
    expect(reads).toBe(0)
  })

  it('takes and drops what is written after the run has ended by itself', async () => {
    const duplex = toDuplex(async function* (source) {
      for await (const value of source) {
        yield value
        return
      }
    })
    expect(await within(Promise.all([pipeline(numbers(100), duplex), duplex.toArray()]), 'the end')).toEqual([
      undefined,
      [0],
    ])
  })

  it('names the index of a result that is null', async () => {
    const duplex = ours((value) => (value === 3 ? null : value))
    const error = await within(errorOf(pipeline(numbers(10), duplex, collector())), 'the error')
    expect(error).toMatchObject({ code: 'ERR_STREAM_NULL_VALUES', index: 3 })
  })

  it('throws what `start` throws, and refuses wrong options', () => {
    expect(() =>
      toDuplex(() => {
        throw ERROR
      }),
    ).toThrow(ERROR)
    const start = (source: AsyncIterable<unknown>) => source
    expect(() => toDuplex(start, { highWaterMark: -1 })).toThrow(/options\.highWaterMark must be an integer/)
    expect(() => toDuplex(start, { mark: 1 } as object)).toThrow(/options\.mark is not a known option/)
    expect(toDuplex(start, { highWaterMark: 3 })).toMatchObject({
      readableHighWaterMark: 3,
      writableHighWaterMark: 3,
    })
  })
})

describe('a Readable of a run', () => {
  const endless = (count = { read: 0 }): AsyncGenerator<number> =>
    (async function* () {
      for (;;) yield count.read++
    })()

  it('gives all results in object mode, undefined too', async () => {
    const stream = toReadable(driven([1, 2], double))
    expect([stream.readableObjectMode, await within(stream.toArray(), 'all')]).toEqual([true, [2, 4]])
    const some = toReadable(driven([1], () => undefined))
    expect(await within(some.toArray(), 'all')).toEqual(await Readable.from([undefined]).toArray())
  })

  it('reads nothing before it is read, and no more than its mark', async () => {
    for (const highWaterMark of [undefined, 1, 5]) {
      const count = { read: 0 }
      const stream = toReadable(endless(count), { highWaterMark })
      await turn()
      expect(count.read).toBe(0)
      stream.read(0)
      for (let times = 0; times < 20; times++) await turn()
      expect(count.read).toBe(highWaterMark ?? 16)
      expect(stream.readableHighWaterMark).toBe(highWaterMark ?? 16)
      stream.destroy()
    }
  })

  it.each<[string, (run: RunLike) => Readable]>([
    ['toReadable', toReadable],
    ['Readable.from of core', (run) => Readable.from(run as AsyncIterable<unknown>)],
  ])('is destroyed by the error of the run (%s)', async (_, make) => {
    const stream = make(driven([1, 2, 3], (value) => thrownAt(value, 3)))
    const events = eventsOf(stream)
    const got: unknown[] = []
    stream.on('data', (value) => got.push(value))
    await until(() => stream.closed, 'it is closed')
    expect([got, events, stream.errored]).toEqual([[1, 2], ['error', 'close'], ERROR])
  })

  it.each<[string, (run: RunLike) => Readable]>([
    ['toReadable', toReadable],
    ['Readable.from of core', (run) => Readable.from(run as AsyncIterable<unknown>)],
  ])('that is destroyed ends the run, and closes afterwards (%s)', async (_, make) => {
    const order: string[] = []
    const stream = make(
      (async function* () {
        try {
          for (;;) yield 1
        } finally {
          await turn()
          order.push('run')
        }
      })(),
    )
    stream.on('close', () => order.push('close'))
    for await (const _ of stream) break
    await until(() => stream.closed, 'it is closed')
    expect(order).toEqual(['run', 'close'])
  })

  it('that is destroyed while the source stays silent is closed at once, if the source can be', async () => {
    const source = new PassThrough({ objectMode: true })
    const run = new Driven(source)
    const stream = toReadable(run)
    stream.read(0)
    await turn()
    stream.destroy()
    await until(() => stream.closed, 'it is closed', 3000)
    expect(source.destroyed).toBe(true)
  })

  it('throws what the end of the run throws, unless it has an error already', async () => {
    for (const given of [undefined, new Error('given')]) {
      const stream = toReadable({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: 1 }),
          return: () => Promise.reject(ERROR),
        }),
      })
      const error = within(new Promise((resolve) => stream.once('error', resolve)), 'the error')
      stream.destroy(given)
      expect(await error).toBe(given ?? ERROR)
    }
  })

  it('names the index of a result that is null, and ends the run', async () => {
    let closed = 0
    const source = (function* () {
      try {
        yield 0
        yield 1
        yield 2
      } finally {
        closed++
      }
    })()
    const stream = toReadable(driven(source, (value) => (value === 1 ? null : value)))
    const events = eventsOf(stream)
    expect(await within(errorOf(stream.toArray()), 'the error')).toMatchObject({
      code: 'ERR_STREAM_NULL_VALUES',
      index: 1,
      message: expect.stringContaining('index 1'),
    })
    await until(() => stream.closed, 'it is closed')
    expect([events, closed]).toEqual([['error', 'close'], 1])
    expect(await errorOf(Readable.from([null]).toArray())).toMatchObject({ code: 'ERR_STREAM_NULL_VALUES' })
  })

  it('refuses wrong options', () => {
    expect(() => toReadable(endless(), { highWaterMark: 0.5 })).toThrow(/options\.highWaterMark/)
    expect(() => toReadable(endless(), { objectMode: false } as object)).toThrow(/options\.objectMode/)
  })
})

function thrownAt(value: number, at: number): number {
  if (value === at) throw ERROR
  return value
}
