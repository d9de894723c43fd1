import { Readable, Writable } from 'node:stream'
import { pipeline as corePipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { pipeline, Queue, type QueueOptions } from '../../src/index.ts'
import { toDuplex, toReadable } from '../../src/pipelines/streams/index.ts'
import { until, within } from '../support/deadline.ts'
import { errorOf, turn } from './ends/drive.ts'

const ERROR = new Error('of the test')

function filled(count: number, options?: QueueOptions<number>): Queue<number> {
  const queue = new Queue<number>({ maxsize: 1000, ...options })
  for (let item = 0; item < count; item++) queue.tryPut(item)
  return queue
}

/** A pipeline of one stage on this thread. */
function same(source: Readable | ReadableStream<number> | Queue<number>) {
  return pipeline(source as AsyncIterable<number>).map((each: number) => each)
}

function counting(failAt = -1): { readonly stream: Readable; readonly made: () => number } {
  let made = 0
  const stream = new Readable({
    objectMode: true,
    read() {
      if (made === failAt) this.destroy(ERROR)
      else this.push(made++)
    },
  })
  return { stream, made: () => made }
}

describe('a run whose loop is left', () => {
  it('destroys a Readable without an error, as core does', async () => {
    const { stream } = counting()
    const errors: unknown[] = []
    stream.on('error', (error) => errors.push(error))
    for await (const value of same(stream)) if (value === 3) break
    await turn()
    expect([stream.closed, errors]).toEqual([true, []])
  })

  it('cancels a ReadableStream without a reason, as core does', async () => {
    const heard: unknown[] = []
    const stream = () =>
      new ReadableStream<number>({
        pull: (controller) => controller.enqueue(1),
        cancel: (reason) => void heard.push(reason),
      })
    for await (const _ of stream()) break
    for await (const _ of same(stream())) break
    expect(heard).toEqual([undefined, undefined])
  })

  it('gives back what a queue has delivered, but for what was yielded before the last', async () => {
    const queue = filled(10)
    for await (const value of same(queue)) if (value === 3) break
    expect([queue.unfinished, queue.size]).toEqual([7, 7])
    const { item, attempt } = queue.takeSync()
    // Its call had begun.
    expect([item, attempt]).toEqual([3, 2])
  })
})

describe('a run with a sink', () => {
  it('finishes the items of a queue as the sink accepts them', async () => {
    const queue = filled(10)
    const finish: (() => void)[] = []
    const run = same(queue).to(() => new Promise<void>((resolve) => finish.push(resolve)))
    for (let accepted = 0; accepted < 10; accepted++) {
      await until(() => finish.length > 0, 'the next write')
      expect(queue.unfinished).toBe(10 - accepted)
      finish.shift()?.()
      if (accepted === 8) queue.shutdown()
    }
    await within(run, 'the end')
    expect(queue.unfinished).toBe(0)
  })

  it.each<[string, (values: unknown[]) => unknown]>([
    [
      'a Writable',
      () => new Writable({ objectMode: true, write: (value, _, done) => done(value === 5 ? ERROR : null) }),
    ],
    [
      'a WritableStream',
      () => new WritableStream({ write: (value) => (value === 5 ? Promise.reject(ERROR) : undefined) }),
    ],
    ['a function', () => (value: unknown) => (value === 5 ? Promise.reject(ERROR) : undefined)],
  ])('rejects with the error of %s, and destroys its source with it', async (_, make) => {
    const { stream } = counting()
    const run = same(stream).to(make([]) as () => void)
    expect(await within(errorOf(run), 'the error')).toBe(ERROR)
    expect([stream.closed, stream.errored]).toEqual([true, ERROR])
  })

  it('rejects with the error of the source, and destroys its sink with it', async () => {
    const sink = new Writable({ objectMode: true, write: (_, __, done) => done() })
    const run = same(counting(5).stream).to(sink)
    expect(await within(errorOf(run), 'the error')).toBe(ERROR)
    expect([sink.closed, sink.errored]).toEqual([true, ERROR])
  })

  it('holds its source back behind a slow sink', async () => {
    const { stream, made } = counting()
    const written: unknown[] = []
    const sink = new Writable({
      objectMode: true,
      highWaterMark: 4,
      write: (value) => void written.push(value),
    })
    const run = errorOf(same(stream).to(sink))
    await until(() => written.length > 0, 'the first write')
    for (let times = 0; times < 20; times++) await turn()
    expect(made()).toBeLessThanOrEqual(stream.readableHighWaterMark + 4 + 4)
    sink.destroy(ERROR)
    expect(await within(run, 'the end')).toBe(ERROR)
  })

  it('ends early if the sink is locked, and closes its source', async () => {
    const { stream } = counting()
    const sink = new WritableStream()
    sink.getWriter()
    expect(await within(errorOf(same(stream).to(sink)), 'the error')).toBeInstanceOf(TypeError)
    expect(stream.closed).toBe(true)
  })
})

describe('a pipeline as a stream', () => {
  it('is fast and whole between two streams of core', async () => {
    const got: unknown[] = []
    const sink = new Writable({
      objectMode: true,
      write: (value, _, done) => {
        got.push(value)
        done()
      },
    })
    const duplex = toDuplex((source) =>
      pipeline(source as AsyncIterable<number>).map((each: number) => each + 1),
    )
    await within(corePipeline(Readable.from(Array(5000).keys()), duplex, sink), 'the pipeline')
    expect(got).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1))
  })

  it('has no value to give for null', async () => {
    const stream = toReadable(pipeline([1, 2]).map((each: number) => (each === 2 ? null : each)))
    expect(await within(errorOf(stream.toArray()), 'the error')).toMatchObject({
      code: 'ERR_STREAM_NULL_VALUES',
      index: 1,
    })
  })
})

describe('a source on a thread', () => {
  const numbers = (count: number, failAt?: number) => ({
    filename: new URL('./ends/fixtures/numbers.mjs', import.meta.url),
    name: 'numbers',
    args: { count, failAt },
  })

  it('fills batches and windows that are larger than its queue', async () => {
    const batches = await within(
      pipeline(numbers(500) as unknown as Iterable<number>)
        .map((each: number) => each, { window: 300 })
        .batch(200)
        .toArray(),
      'the end',
    )
    expect(batches.map((batch) => batch.length)).toEqual([200, 200, 100])
    expect(batches.flat()).toEqual([...Array(500).keys()])
  })

  it('that fails ends the run with a ThreadError', async () => {
    const run = pipeline(numbers(500, 100) as unknown as Iterable<number>).map((each: number) => each)
    const error = await within(errorOf(run.toArray()), 'the error')
    expect(error).toMatchObject({ code: 'ERR_THREAD', cause: { name: 'RangeError', message: 'no 100' } })
  })

  it('is ended when the loop is left', async () => {
    const run = pipeline(numbers(1e9) as unknown as Iterable<number>).map((each: number) => each)
    for await (const value of run) if (value === 500) break
    expect(run.stats().done).toBeGreaterThanOrEqual(500)
  })
})

describe('a batch over a queue', () => {
  const queueOf = (count: number) => {
    const queue = new Queue<number>({ maxInFlight: 10 })
    for (let item = 0; item < count; item++) queue.tryPut(item)
    queue.shutdown()
    return queue
  }
  const refused = { code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining('maxInFlight') }

  it('is refused if it needs more items than the queue gives, and the items go back', async () => {
    for (const pipelineOver of [
      (queue: Queue<number>) => pipeline(queue).batch(20),
      (queue: Queue<number>) => pipeline(() => queue).batch(20),
      (queue: Queue<number>) =>
        pipeline(queue)
          .flatMap((each) => [each])
          .batch(20),
    ]) {
      const queue = queueOf(100)
      const error = await within(errorOf(pipelineOver(queue).toArray()), 'the refusal')
      expect(error).toMatchObject(refused)
      expect(queue.size).toBe(100)
    }
  })

  it('may be larger than that if the items have several outputs', async () => {
    const queue = queueOf(100)
    const batches = pipeline(queue)
      .flatMap((each) => [each, each, each])
      .batch(20)
    expect(await within(batches.toArray(), 'the end')).toHaveLength(15)
    expect(queue.unfinished).toBe(0)
  })
})
