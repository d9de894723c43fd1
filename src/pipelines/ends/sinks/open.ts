import { isQueue } from '../../../queue/index.ts'
import type { OpenSink, RunHooks } from '../../flow.ts'
import { withinClosing } from '../closing.ts'
import { isNodeWritable } from '../node-streams.ts'
import type { BareSink, SinkOptions } from './bare-sink.ts'
import { isWebWritable } from './check.ts'
import { FunctionSink, type SinkFunction } from './function-sink.ts'
import { QueueSink } from './queue-sink.ts'
import { WebSink } from './web-sink.ts'
import { WritableSink } from './writable-sink.ts'

export type { SinkOptions } from './bare-sink.ts'

/** Opens what `checkSink` has accepted. An error of the opening ends the run. */
export function openSink(given: unknown, hooks: RunHooks, options: SinkOptions): OpenSink {
  return new AbortableSink(opened(given, hooks, options))
}

function opened(given: unknown, hooks: RunHooks, options: SinkOptions): BareSink {
  try {
    return openBare(given, hooks, options)
  } catch (error) {
    hooks.fail(error)
    return new BrokenSink(error)
  }
}

function openBare(given: unknown, hooks: RunHooks, options: SinkOptions): BareSink {
  if (isQueue(given)) return new QueueSink(given, hooks, options)
  if (isNodeWritable(given)) return new WritableSink(given, hooks, options)
  if (isWebWritable(given)) return new WebSink(given, hooks, options)
  return new FunctionSink(given as SinkFunction)
}

/** Is aborted once, and within 5 s. */
class AbortableSink implements OpenSink {
  readonly #sink: BareSink
  #aborting: Promise<void> | undefined

  constructor(sink: BareSink) {
    this.#sink = sink
  }

  write(value: unknown, index: number): Promise<void> | undefined {
    return this.#sink.write(value, index)
  }

  end(): Promise<void> {
    return this.#sink.end()
  }

  abort(reason: unknown): Promise<void> {
    this.#aborting ??= withinClosing(
      () => this.#sink.abort(reason),
      'MILLRACE_SINK_OPEN',
      () => this.#sink.left,
    )
    return this.#aborting
  }
}

/** A WritableStream that somebody else has locked. */
class BrokenSink implements BareSink {
  readonly left = ''
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  write(): never {
    throw this.#error
  }

  async end(): Promise<void> {
    throw this.#error
  }

  async abort(): Promise<void> {}
}
