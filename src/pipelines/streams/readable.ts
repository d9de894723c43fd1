import { Readable } from 'node:stream'
import { integer, type Known, optionsObject } from '../../check.ts'
import { nextTick } from '../../timers.ts'
import { type RunLike, RunReader } from './run-reader.ts'

/** The options of `toReadable`. */
export interface ReadableOptions {
  /**
   * The stream reads no further while so many results are buffered, 0 to 2^31 - 1.
   * @default that of Node for streams of objects, 16
   */
  readonly highWaterMark?: number | undefined
}

const OPTIONS: Known<ReadableOptions> = { highWaterMark: true }

/**
 * A Readable of the results of `run`, in object mode. The run is read on demand. Its error destroys the
 * stream. If the stream is destroyed, the run ends early, and 'close' comes when that is done. A result that
 * is null destroys the stream by an error with the code ERR_STREAM_NULL_VALUES.
 * @throws TypeError, RangeError for a wrong option
 */
export function toReadable(run: RunLike, options?: ReadableOptions): Readable {
  const { highWaterMark } = optionsObject('options', options, OPTIONS)
  return new RunReadable(run, markOption('highWaterMark', highWaterMark))
}

/** An option of a stream, of the same name. A property that is undefined would not leave Node its default. */
export function markOption(name: string, value: unknown): Readonly<Record<string, number>> {
  return value === undefined ? {} : { [name]: integer(`options.${name}`, value, 0, 2 ** 31 - 1) }
}

class RunReadable extends Readable {
  readonly #reader: RunReader

  constructor(run: RunLike, marks: Readonly<Record<string, number>>) {
    super({ objectMode: true, ...marks })
    this.#reader = new RunReader(run, {
      push: (value) => this.push(value),
      destroy: (error) => void this.destroy(error as Error),
      ended: () => void this.push(null),
    })
  }

  override _read(): void {
    this.#reader.read()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    closeFirst(this.#reader, error, callback)
  }
}

/** Calls back once the run is closed: with `error`, else with what the closing threw. */
export function closeFirst(
  reader: RunReader,
  error: Error | null,
  callback: (error?: Error | null) => void,
): void {
  // Outside of the promise, which would catch what a listener of 'error' or 'close' throws.
  reader.close().then(
    () => nextTick(callback, error),
    (thrown: unknown) => nextTick(callback, error ?? thrown),
  )
}
