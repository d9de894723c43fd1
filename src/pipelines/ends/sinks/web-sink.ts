import type { RunHooks } from '../../flow.ts'
import type { BareSink, SinkOptions } from './bare-sink.ts'

/** A WritableStream. It is locked until the run is over. */
export class WebSink implements BareSink {
  readonly left = 'the abort() of its sink has not settled'
  readonly #writer: WritableStreamDefaultWriter<unknown>
  readonly #isToEnd: boolean
  #last: Promise<void> | undefined
  #isDone = false

  constructor(stream: WritableStream<unknown>, hooks: RunHooks, { end }: SinkOptions) {
    this.#writer = stream.getWriter()
    this.#isToEnd = end
    this.#writer.closed.catch((error: unknown) => {
      if (!this.#isDone) hooks.fail(error)
    })
  }

  write(value: unknown): Promise<void> | undefined {
    const writer = this.#writer
    this.#last = writer.write(value)
    // `closed` rejects with the same error.
    this.#last.catch(ignore)
    const room = writer.desiredSize
    if (room !== null && room > 0) return undefined
    return writer.ready
  }

  async end(): Promise<void> {
    if (this.#isToEnd) await this.#writer.close()
    else await this.#last
    this.#release()
  }

  async abort(reason: unknown): Promise<void> {
    this.#isDone = true
    this.#writer.ready.catch(ignore)
    const aborted = this.#isToEnd ? this.#writer.abort(reason) : this.#last?.catch(ignore)
    try {
      await aborted
    } finally {
      this.#release()
    }
  }

  #release(): void {
    this.#isDone = true
    this.#writer.ready.catch(ignore)
    this.#writer.releaseLock()
  }
}

function ignore(): void {}
