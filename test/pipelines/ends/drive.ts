import { openSource } from '../../../src/pipelines/ends/index.ts'
import { ENDED, type OpenSink, type OpenSource, type Origin, WAITING } from '../../../src/pipelines/flow.ts'

/** The hooks of a run that has only ends. */
export class Hooks {
  readonly controller = new AbortController()
  readonly signal = this.controller.signal
  readonly failures: unknown[] = []
  #woken = () => {}

  readonly wake = (): void => this.#woken()
  readonly fail = (error: unknown): void => void this.failures.push(error)

  /** Resolves at the next wake. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#woken = resolve
    })
  }
}

/** A run without stages: the values of a source, one at a time. */
export class Driven implements AsyncIterableIterator<unknown> {
  readonly hooks = new Hooks()
  readonly source: OpenSource
  /** The origins of values that were read and not accepted. */
  readonly origins: (Origin | undefined)[] = []

  constructor(given: unknown) {
    this.source = openSource(given, this.hooks)
  }

  async next(): Promise<IteratorResult<unknown>> {
    for (;;) {
      const woken = this.hooks.next()
      const read = this.source.read()
      if (read === ENDED) return { done: true, value: undefined }
      if (read === WAITING) await woken
      else {
        this.origins.push(read.origin)
        return { done: false, value: read.value }
      }
    }
  }

  /** The run ends early, as an engine ends it: the signal is aborted, and then the source is closed. */
  async return(reason?: unknown): Promise<IteratorResult<unknown>> {
    this.hooks.controller.abort(reason)
    await this.source.close(reason)
    return { done: true, value: undefined }
  }

  async toArray(): Promise<unknown[]> {
    const values: unknown[] = []
    for (let read = await this.next(); !read.done; read = await this.next()) {
      values.push(read.value)
      this.origins.shift()?.accept()
    }
    return values
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Writes as an engine does: the next value when the one before has room. */
export async function writeAll(sink: OpenSink, values: Iterable<unknown>): Promise<void> {
  let index = 0
  for (const value of values) await sink.write(value, index++)
  await sink.end()
}

/** The error that `promise` rejects with; undefined if it resolves. */
export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Resolves after the callbacks and I/O that are due now. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
