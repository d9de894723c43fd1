import type { Readable } from 'node:stream'
import { ENDED, OPEN, type OpenSource, type RunHooks, WAITING } from '../../pipelines/index.ts'
import { LineSplitter } from './line-splitter.ts'

/** Makes an item of a line. SKIPPED for a line that has none. @throws if the line is bad */
export type ItemOfLine = (line: string) => unknown

export const SKIPPED: unique symbol = Symbol('skipped')

export interface LineSourceOptions {
  readonly itemOf: ItemOfLine
  /** Called with the number of a bad line. False: the source ends there. */
  onBadLine(line: number, error: unknown): boolean
  /** The stream cannot be read on. The source ends there. */
  onReadError(error: Error): void
  /** Called with the index of each item and its line. */
  onItem?: ((index: number, line: string) => void) | undefined
}

/** The greatest window of a run, and so the most items after which the number of a line may be asked for. */
const MOST_IN_FLIGHT = 2 ** 20

/**
 * The items of a stream's lines. The stream is read a chunk at a time, when no line is left. Nothing here
 * fails: a fault is told to the options, and the source ends, so that what was read before is still done.
 */
export class LineSource {
  readonly #stream: Readable
  readonly #options: LineSourceOptions
  readonly #splitter = new LineSplitter()
  #lines: string[] = []
  #position = 0
  /** Lines taken so far, and items made of them. */
  #taken = 0
  #items = 0
  #isEnded = false
  /** Says to the run that `read` may have another answer. */
  #wake: (() => void) | undefined
  /** For each item before which lines were skipped, in order: its index and all lines skipped so far. */
  #skips: { readonly index: number; readonly skipped: number }[] = []
  /** Bytes read so far. */
  bytes = 0

  constructor(stream: Readable, options: LineSourceOptions) {
    this.#stream = stream
    this.#options = options
    stream.pause()
    stream.on('data', (chunk: Buffer) => {
      stream.pause()
      this.bytes += chunk.length
      this.#add(() => this.#splitter.push(chunk))
    })
    stream.on('end', () => {
      this.#add(() => this.#splitter.end())
      this.#end()
    })
    stream.on('error', (error) => {
      if (!this.#isEnded) options.onReadError(error)
      this.#end()
    })
    stream.on('close', () => this.#end())
  }

  [OPEN]({ wake }: RunHooks): OpenSource & { readonly left: string } {
    this.#wake = wake
    return {
      length: undefined,
      limit: undefined,
      left: 'its input is still open',
      read: () => this.#read(),
      close: async () => this.stop(),
    }
  }

  /** Ends the source now. Lines that were read and not yet taken are dropped. */
  stop(): void {
    this.#lines = []
    this.#position = 0
    this.#end()
    this.#stream.destroy()
  }

  /** The number of an item's line, from 1. The item is among the last that were taken. */
  lineOf(index: number): number {
    const before = this.#skips.findLast((skip) => skip.index <= index)
    return index + 1 + (before?.skipped ?? 0)
  }

  /** Lines taken so far, those that were skipped too. */
  get taken(): number {
    return this.#taken
  }

  /** The lines of the whole input, if they are as long as those that were read of it. */
  estimate(inputBytes: number): number | undefined {
    const read = this.#taken + this.#lines.length - this.#position
    if (this.#isEnded) return read
    return this.bytes === 0 ? undefined : Math.max(read, Math.round((read * inputBytes) / this.bytes))
  }

  /** The next item. Asks for more of the stream if there is none. */
  #read(): { readonly value: unknown } | typeof WAITING | typeof ENDED {
    while (this.#position < this.#lines.length) {
      const line = this.#lines[this.#position++] as string
      this.#taken++
      const value = this.#itemOf(line)
      if (value === SKIPPED) continue
      this.#noteSkips()
      this.#options.onItem?.(this.#items, line)
      this.#items++
      return { value }
    }
    if (this.#isEnded) return ENDED
    this.#stream.resume()
    return WAITING
  }

  #itemOf(line: string): unknown {
    try {
      return this.#options.itemOf(line)
    } catch (error) {
      if (!this.#options.onBadLine(this.#taken, error)) this.stop()
      return SKIPPED
    }
  }

  #noteSkips(): void {
    const skipped = this.#taken - 1 - this.#items
    if (skipped === (this.#skips.at(-1)?.skipped ?? 0)) return
    this.#skips.push({ index: this.#items, skipped })
    if (this.#skips.length < 2 * MOST_IN_FLIGHT) return
    this.#skips = this.#skips.slice(MOST_IN_FLIGHT)
  }

  #add(split: () => string[]): void {
    if (this.#isEnded) return
    try {
      const lines = split()
      if (lines.length === 0) {
        this.#stream.resume()
        return
      }
      this.#lines =
        this.#position < this.#lines.length ? this.#lines.slice(this.#position).concat(lines) : lines
      this.#position = 0
      this.#wake?.()
    } catch (error) {
      const line = this.#taken + this.#lines.length - this.#position + 1
      this.#options.onBadLine(line, error)
      this.#end()
      this.#stream.destroy()
    }
  }

  #end(): void {
    this.#isEnded = true
    this.#wake?.()
  }
}
