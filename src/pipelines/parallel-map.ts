import { invalidType } from '../check.ts'
import { placeIn, refuseSelfStart } from '../protocol/index.ts'
import { framesAbove, type ItemArgs, type ResultAfter, type ThreadTask } from '../supervisor/index.ts'
import { referenceOf, type Takes, type ThreadedFunction } from '../threaded/index.ts'
import { checkSource } from './ends/index.ts'
import { openAny } from './open-any.ts'
import type { MapOptions } from './options.ts'
import { ParallelRun } from './parallel-run.ts'
import { stageRequest } from './stage-options.ts'
import type { PipelineSource, StageOptionsAfter, TaskMapOptions } from './stage-types.ts'

/**
 * Calls a function on threads as `(item, thread)` with each item of a source, and gives the results, in the
 * order of the source. It reads no more of the source than `window` items ahead of what was yielded. It
 * begins when the results are first read.
 *
 * @param source an iterable or asynchronous iterable, `(signal) => iterable`, a Readable, a ReadableStream, a
 *   Queue, or a generator on a thread (a threaded one, or a task)
 * @param fn a function of `threaded`, or a task, which may hold the options too
 *
 * @example
 *     const hash = threaded(import.meta, (text: string) => createHash('sha256').update(text).digest('hex'))
 *     for await (const digest of parallelMap(texts, hash)) console.log(digest)
 * @example
 *     const sizes = await parallelMap(files, { filename, name: 'sizeOf', threads: 4, ordered: false
 * }).toArray()
 *
 * @throws TypeError, RangeError for a wrong argument or option, and for a function that no thread can find;
 *   ThreadError if a thread would start its own program again. Reading the results throws what ends the run:
 *   see ParallelRun
 */
export function parallelMap<T, F>(
  source: PipelineSource<T>,
  fn: ThreadedFunction<F> & Takes<T, ItemArgs<F>>,
  ...options: StageOptionsAfter<F, T>
): ParallelRun<ResultAfter<F, unknown>>
export function parallelMap<T, A = undefined, R = unknown>(
  source: PipelineSource<T>,
  // biome-ignore lint/suspicious/noExplicitAny: the options have the type of its args
  task: ThreadTask<A, R> & TaskMapOptions<T> & Takes<T, any>,
  // biome-ignore lint/suspicious/noExplicitAny: any args
  options?: MapOptions<T, any>,
): ParallelRun<R>
export function parallelMap(source: unknown, fn: unknown, options?: unknown): ParallelRun<unknown> {
  const frames = framesAbove(parallelMap)
  refuseSelfStart(placeIn(frames))
  checkSource('source', source)
  if (typeof fn === 'function' && referenceOf(fn) === undefined) {
    const expected = 'a function of `threaded(import.meta, fn)`: a thread finds no other function, so wrap it'
    throw invalidType('fn', expected, fn)
  }
  const request = stageRequest('map', fn, options)
  return new ParallelRun(() => ({
    open: (hooks) => openAny(source, hooks, frames),
    parts: [{ kind: 'stage', request }],
    frames,
  }))
}
