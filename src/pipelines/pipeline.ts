import type { Duplex, Readable } from 'node:stream'
import { integer, invalidType, invalidValue, optionsObject } from '../check.ts'
import { placeIn, refuseSelfStart } from '../protocol/index.ts'
import { durationOf } from '../queue/index.ts'
import { framesAbove, type ItemArgs, type ResultAfter, type ThreadTask } from '../supervisor/index.ts'
import type { Takes, ThreadedFunction } from '../threaded/index.ts'
import { checkSink, checkSource, openSink } from './ends/index.ts'
import type { RunHooks } from './flow.ts'
import { openAny } from './open-any.ts'
import type { MapOptions } from './options.ts'
import { ParallelRun } from './parallel-run.ts'
import type { Part } from './running/index.ts'
import { drive, type PipelineReport, reportOf } from './running/index.ts'
import { fused, type How, stageRequest } from './stage-options.ts'
import type {
  ElementOf,
  PipelineSink,
  PipelineSource,
  StageOptionsAfter,
  TaskMapOptions,
} from './stage-types.ts'
import { type DuplexOptions, type ReadableOptions, toDuplex, toReadable } from './streams/index.ts'

interface Shape {
  readonly source: unknown
  /** There is no source so far: `toDuplex` has it. */
  readonly isOpen: boolean
  readonly parts: readonly Part[]
  readonly frames: string
}

// biome-ignore lint/suspicious/noExplicitAny: any args
type AnyOptions<T> = MapOptions<T, any>
// biome-ignore lint/suspicious/noExplicitAny: any args
type StageTask<T, A, R> = ThreadTask<A, R> & TaskMapOptions<T> & Takes<T, any>

/**
 * A source and stages, made by `pipeline`. Each method that adds a stage returns a new Pipeline; the methods
 * that read one begin its run. As ParallelRun, it is read once.
 */
export class Pipeline<T, In = unknown> extends ParallelRun<T> {
  #shape: Shape

  /** @internal */
  constructor(shape: Shape) {
    super(() => {
      if (this.#shape.isOpen) throw openError()
      return planOf(this.#shape)
    })
    this.#shape = shape
  }

  /**
   * Calls a function with each value; its results go on. A plain function runs on this thread, a threaded one
   * or a task on threads.
   *
   * @example
   *     pipeline(lines).map(parse, { threads: 2 })
   *
   * @throws TypeError, RangeError for a wrong function or option
   */
  map<F>(
    fn: ThreadedFunction<F> & Takes<T, ItemArgs<F>>,
    ...options: StageOptionsAfter<F, T>
  ): Pipeline<ResultAfter<F, unknown>, In>
  map<R>(fn: (item: T) => R, options?: AnyOptions<T>): Pipeline<Awaited<R>, In>
  map<A = undefined, R = unknown>(task: StageTask<T, A, R>, options?: AnyOptions<T>): Pipeline<R, In>
  map(fn: unknown, options?: unknown): ParallelRun<unknown> {
    return this.#with('map', fn, options)
  }

  /**
   * Keeps the values for which the function returns something truthy.
   *
   * @example
   *     pipeline(numbers).filter(isPrime)
   *
   * @throws as map
   */
  filter<F>(
    fn: ThreadedFunction<F> & Takes<T, ItemArgs<F>>,
    ...options: StageOptionsAfter<F, T>
  ): Pipeline<T, In>
  filter<R extends T>(fn: (item: T) => item is R, options?: AnyOptions<T>): Pipeline<R, In>
  filter(fn: (item: T) => unknown, options?: AnyOptions<T>): Pipeline<T, In>
  filter<A = undefined>(task: StageTask<T, A, unknown>, options?: AnyOptions<T>): Pipeline<T, In>
  filter(fn: unknown, options?: unknown): ParallelRun<unknown> {
    return this.#with('filter', fn, options)
  }

  /**
   * As map, for a function that returns an array, an iterable or a generator: each of its values goes on by
   * itself, as it comes.
   *
   * @example
   *     pipeline(files).flatMap(linesOf)
   *
   * @throws as map
   */
  flatMap<F>(
    fn: ThreadedFunction<F> & Takes<T, ItemArgs<F>>,
    ...options: StageOptionsAfter<F, T>
  ): Pipeline<ElementOf<ResultAfter<F, unknown>>, In>
  flatMap<R>(fn: (item: T) => R, options?: AnyOptions<T>): Pipeline<ElementOf<R>, In>
  flatMap<A = undefined, R = unknown>(
    task: StageTask<T, A, R>,
    options?: AnyOptions<T>,
  ): Pipeline<ElementOf<R>, In>
  flatMap(fn: unknown, options?: unknown): ParallelRun<unknown> {
    return this.#with('flatMap', fn, options)
  }

  /**
   * Gathers `size` values to an array; only the last one is shorter.
   *
   * @param size 1 to 2^20
   * @param options `linger`: ms, 0 to 2^31 - 1, after which an array goes on although it is shorter
   *
   * @example
   *     pipeline(rows).batch(1000, { linger: 50 }).map(insert)
   *
   * @throws TypeError, RangeError for a wrong argument
   */
  batch(size: number, options?: { readonly linger?: number | undefined }): Pipeline<T[], In> {
    const { linger } = optionsObject('options', options, { linger: true })
    const part: Part = {
      kind: 'batch',
      size: integer('size', size, 1, 2 ** 20),
      lingerMs: linger === undefined ? undefined : durationOf('options.linger', linger),
    }
    return new Pipeline<T[], In>({ ...this.#shape, parts: [...this.#shape.parts, part] })
  }

  /**
   * Writes the values to a sink, and resolves when the sink has accepted them all.
   *
   * @param sink a Writable, a WritableStream, a Queue, or a function, whose promise is awaited
   * @param options `end`: false leaves the sink open. By default it is ended: a stream ends, a queue is shut
   *   down. Standard output and standard error are never ended.
   *
   * @example
   *     await pipeline(lines).map(parse).to(createWriteStream('out.ndjson'))
   *
   * @throws what the source or the sink throws; ThreadError if an item has failed for good; AbortError;
   *   TypeError for what is no sink
   */
  async to(sink: PipelineSink<T>, options?: { readonly end?: boolean | undefined }): Promise<PipelineReport> {
    checkSink('sink', sink)
    const { end = true } = optionsObject('options', options, { end: true })
    if (typeof end !== 'boolean') throw invalidType('options.end', 'a boolean', end)
    this.claim()
    const run = this.begin(false)
    await drive(run, openSink(sink, run, { end }))
    return reportOf(run, this.stats())
  }

  /**
   * A Readable of the results, in object mode. It behaves as core's: it reads on demand, an error of the run
   * destroys it, and destroying it ends the run early.
   *
   * @param options `highWaterMark`: results that are read ahead, by default 16 as in Node
   *
   * @example
   *     pipeline(lines).map(render).toReadable().pipe(response)
   *
   * @throws TypeError, RangeError for a wrong option
   */
  toReadable(options?: ReadableOptions): Readable {
    return toReadable(this, options)
  }

  /**
   * A Duplex in object mode: what is written to it passes through the stages. It behaves as core's Transform.
   * For a pipeline without a source.
   *
   * @param options `highWaterMark`, `readableHighWaterMark`, `writableHighWaterMark`, as those of a Duplex
   *
   * @example
   *     await stream.pipeline(source, pipeline().map(parse).toDuplex(), sink)
   *
   * @throws TypeError for a pipeline that has a source; TypeError, RangeError for a wrong option
   */
  toDuplex(options?: DuplexOptions): Duplex {
    if (!this.#shape.isOpen) {
      throw invalidValue(
        'source',
        'absent where `toDuplex` is used: it is what is written',
        this.#shape.source,
      )
    }
    const overWritten = (source: AsyncIterable<unknown>) => {
      this.#shape = { ...this.#shape, source, isOpen: false }
      return this
    }
    return toDuplex(overWritten, options)
  }

  protected override refuseSettled(): void {
    const other = this.#shape.parts.find((part) => part.kind === 'batch' || part.request.how !== 'map')
    if (other === undefined) return
    const how = other.kind === 'batch' ? 'batch' : other.request.how
    throw Object.assign(
      new TypeError(`settled() gives one outcome for each item, and ${how} another number of results`),
      { code: 'ERR_INVALID_STATE' },
    )
  }

  #with<R>(how: How, fn: unknown, options: unknown): Pipeline<R, In> {
    const part: Part = { kind: 'stage', request: stageRequest(how, fn, options) }
    return new Pipeline<R, In>({ ...this.#shape, parts: [...this.#shape.parts, part] })
  }
}

/**
 * Makes a pipeline: a source, then stages, which run at once, each with a window of items. It begins when it
 * is read: by `to`, `toArray`, `for await`, `toReadable`. Without a source it becomes a Duplex, by
 * `toDuplex`.
 *
 * @param source as that of parallelMap
 *
 * @example
 *     await pipeline(createReadStream('log.ndjson', 'utf8'))
 *       .flatMap(splitLines)
 *       .map(parse, { threads: 4 })
 *       .filter((entry) => entry.status >= 500)
 *       .to((entry) => count(entry))
 *
 * @throws TypeError for what is no source; ThreadError if a thread would start its own program again
 */
export function pipeline<T>(source: PipelineSource<T>): Pipeline<T, T>
// biome-ignore lint/suspicious/noExplicitAny: whatever is written
export function pipeline<T = any>(): Pipeline<T, T>
export function pipeline(...given: unknown[]): Pipeline<unknown> {
  const frames = framesAbove(pipeline)
  refuseSelfStart(placeIn(frames))
  const [source] = given
  const isOpen = given.length === 0
  if (!isOpen) checkSource('source', source)
  return new Pipeline({ source, isOpen, parts: [], frames })
}

function openError(): TypeError {
  return invalidValue(
    'source',
    'given to `pipeline(source)`; without one there is only `toDuplex`',
    undefined,
  )
}

function planOf({ source, parts, frames }: Shape) {
  const joined: Part[] = []
  for (const part of parts) {
    const before = joined.at(-1)
    const request =
      part.kind === 'stage' && before?.kind === 'stage' ? fused(before.request, part.request) : undefined
    if (request === undefined) joined.push(part)
    else joined[joined.length - 1] = { kind: 'stage', request }
  }
  return {
    open: (hooks: RunHooks) => openAny(source, hooks, frames),
    parts: joined,
    frames,
  }
}
