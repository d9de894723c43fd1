import { Duplex } from 'node:stream'
import { type Known, optionsObject } from '../../check.ts'
import { closeFirst, markOption } from './readable.ts'
import { type RunLike, RunReader } from './run-reader.ts'
import { WrittenSource } from './written-source.ts'

/** The options of `toDuplex`. A mark is an integer from 0 to 2^31 - 1. */
export interface DuplexOptions {
  /** The mark of each side that has none of its own. @default that of Node for streams of objects, 16 */
  readonly highWaterMark?: number | undefined
  /** The run is read no further while so many results are buffered. @default highWaterMark */
  readonly readableHighWaterMark?: number | undefined
  /** `write` returns false while so many values are buffered for the run. @default highWaterMark */
  readonly writableHighWaterMark?: number | undefined
}

const OPTIONS: Known<DuplexOptions> = {
  highWaterMark: true,
  readableHighWaterMark: true,
  writableHighWaterMark: true,
}

/**
 * A Duplex in object mode, whose written values are the source of the run that `start` returns, and whose
 * readable side has the results. It behaves as a Transform: 'finish' comes when all that was written has
 * become results, an error of the run destroys the stream, and a stream that is destroyed ends the run early.
 * 'close' comes when nothing of it runs any more.
 * @throws TypeError, RangeError for a wrong option; what `start` throws
 */
export function toDuplex(
  start: (source: AsyncIterable<unknown>) => RunLike,
  options?: DuplexOptions,
): Duplex {
  const given = optionsObject('options', options, OPTIONS)
  const marks = (Object.keys(OPTIONS) as (keyof DuplexOptions)[]).map((name) => markOption(name, given[name]))
  return new RunDuplex(start, Object.assign({}, ...marks))
}

class RunDuplex extends Duplex {
  readonly #source = new WrittenSource()
  readonly #reader: RunReader
  #hasBegun = false
  #isRunOver = false
  #finish: (() => void) | undefined

  constructor(start: (source: AsyncIterable<unknown>) => RunLike, marks: Readonly<Record<string, number>>) {
    super({ objectMode: true, ...marks })
    this.#reader = new RunReader(start(this.#source), {
      push: (value) => this.push(value),
      destroy: (error) => void this.destroy(error as Error),
      ended: () => this.#ended(),
    })
  }

  override _read(): void {
    this.#hasBegun = true
    this.#reader.read()
  }

  override _write(value: unknown, _encoding: BufferEncoding, callback: () => void): void {
    this.#source.write(value, callback)
    this.#begin()
  }

  override _final(callback: () => void): void {
    this.#source.end()
    if (this.#isRunOver) {
      callback()
      return
    }
    this.#finish = callback
    this.#begin()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The run is closed before its source fails: it ends early, and not by an error of its source.
    closeFirst(this.#reader, error, callback)
    this.#source.abort(error)
  }

  /** As in a Transform, what is written becomes results before anybody reads, until that side is full. */
  #begin(): void {
    if (!this.#hasBegun) this._read()
  }

  #ended(): void {
    this.#isRunOver = true
    this.push(null)
    // A run that was over before its source reads it no more.
    void this.#source.return()
    this.#finish?.()
  }
}
