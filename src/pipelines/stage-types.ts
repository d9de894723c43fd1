import type { Writable } from 'node:stream'
import type { SinkQueue, SourceQueue } from '../queue/index.ts'
import type { ItemArgs, ThreadTask } from '../supervisor/index.ts'
import type { ThreadedFunction } from '../threaded/index.ts'
import type { MapOptions } from './options.ts'

/** A function that gives items: of a thread, or of a source. */
type Gives<T> = Iterable<T> | AsyncIterable<T> | Promise<Iterable<T> | AsyncIterable<T>>

/** The sources of a pipeline. (A string, which is iterable too, is refused.) */
export type PipelineSource<T> =
  | Iterable<T>
  | AsyncIterable<T>
  | ReadableStream<T>
  | SourceQueue<T>
  | ThreadTask
  // biome-ignore lint/suspicious/noExplicitAny: any parameters
  | ThreadedFunction<(...parameters: any[]) => Gives<T>>
  | ((signal: AbortSignal) => Gives<T> | ReadableStream<T>)

/** The sinks of a pipeline. A function is called with each value and the index of its item, and awaited. */
export type PipelineSink<T> =
  | ((value: T, index: number) => unknown)
  | Writable
  | NodeJS.WritableStream
  | WritableStream<T>
  | SinkQueue<T>

/**
 * The options after a threaded function F, called with items of T. They must have `args` if it needs some.
 */
export type StageOptionsAfter<F, T> =
  unknown extends ItemArgs<F>
    ? // biome-ignore lint/suspicious/noExplicitAny: any args
      [options?: MapOptions<T, any>]
    : undefined extends ItemArgs<F>
      ? [options?: MapOptions<T, ItemArgs<F>>]
      : [options: MapOptions<T, ItemArgs<F>> & { readonly args: ItemArgs<F> }]

/** The options of a stage that a task holds. */
export type TaskMapOptions<T> = Omit<MapOptions<T>, keyof ThreadTask>

/** The values that a result of flatMap is made of. */
export type ElementOf<R> =
  Awaited<R> extends AsyncIterable<infer I> ? I : Awaited<R> extends Iterable<infer I> ? I : never
