import { finished, type Writable } from 'node:stream'
import { AbortError } from '../../../errors.ts'
import type { RunHooks } from '../../flow.ts'
import { destroyed, nullValueError } from '../node-streams.ts'
import type { BareSink, SinkOptions } from './bare-sink.ts'

/**
 * A Writable, written as `stream.pipeline` does: it is destroyed when the run ends early. One that is not to
 * be ended is not destroyed either; the standard streams never are.
 */
export class WritableSink implements BareSink {
  readonly left = "its sink, a Writable, has not emitted 'close'"
  readonly #stream: Writable
  readonly #hooks: RunHooks
  readonly #isToEnd: boolean
  readonly #release: () => void
  /** Writes whose callbacks have not been called. */
  #pending = 0
  /** A write has answered so, and 'drain' has not come since. */
  #isFull = false
  #failure: { readonly error: unknown } | undefined
  #isFinished = false
  /** The run is over for the sink: what becomes of the stream later is no failure of the run. */
  #isDone = false
  /** Settles what waits for the stream, if something does. */
  #settle: (() => void) | undefined

  constructor(stream: Writable, hooks: RunHooks, { end }: SinkOptions) {
    this.#stream = stream
    this.#hooks = hooks
    this.#isToEnd = end && stream !== process.stdout && stream !== process.stderr
    stream.on('drain', this.#drained)
    this.#release = finished(stream, { readable: false }, (error) => {
      if (error === undefined || error === null) this.#isFinished = true
      else this.#fail(error)
      this.#look()
    })
  }

  write(value: unknown, index: number): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    if (value === null) throw nullValueError(index)
    this.#pending++
    try {
      this.#isFull = !this.#stream.write(value, this.#written)
    } catch (error) {
      this.#pending--
      throw error
    }
    return this.#isFull ? this.#until(() => !this.#isFull) : undefined
  }

  async end(): Promise<void> {
    if (this.#isToEnd) {
      this.#stream.end()
      await this.#until(() => this.#isFinished)
    } else {
      // A stream that somebody has corked writes once it is uncorked, for which nobody may wait.
      await this.#until(() => this.#pending === 0 || this.#stream.writableCorked > 0)
    }
    this.#detach()
  }

  async abort(reason: unknown): Promise<void> {
    this.#isDone = true
    if (!this.#isToEnd) return this.#detach()
    this.#stream.off('drain', this.#drained)
    if (!this.#isFinished) await destroyed(this.#stream, reason ?? new AbortError(reason))
  }

  readonly #written = (error?: Error | null): void => {
    this.#pending--
    if (error !== undefined && error !== null) this.#fail(error)
    this.#look()
  }

  readonly #drained = (): void => {
    this.#isFull = false
    this.#look()
  }

  readonly #look = (): void => this.#settle?.()

  #fail(error: unknown): void {
    if (this.#failure !== undefined || this.#isDone) return
    this.#failure = { error }
    this.#hooks.fail(error)
    this.#look()
  }

  /** @throws the error of the stream */
  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.#failure !== undefined) reject(this.#failure.error)
        else if (holds()) resolve()
        else return
        this.#settle = undefined
      }
      this.#settle()
    })
  }

  /** The stream is left as it was found. */
  #detach(): void {
    this.#isDone = true
    this.#stream.off('drain', this.#drained)
    this.#release()
  }
}
