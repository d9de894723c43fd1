import type { Writable } from 'node:stream'
import { setImmediate } from '../../timers.ts'

/** Characters that are written at once. */
const BATCH = 2 ** 16

/**
 * Writes lines to a stream, many in one write. Lines that are given in one turn of the event loop are written
 * at its end at the latest.
 */
export class LineWriter {
  readonly #stream: Writable
  #text = ''
  #isScheduled = false
  /** Resolves once the stream has room again. */
  #room: Promise<void> | undefined
  /** Lines given so far. */
  lines = 0

  constructor(stream: Writable) {
    this.#stream = stream
  }

  /** Returns a promise if the next line must wait for it: the stream is full. */
  write(line: string): Promise<void> | undefined {
    this.lines++
    this.#text += line
    this.#text += '\n'
    if (this.#text.length >= BATCH) this.#flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.#flush()
      })
    }
    return this.#room
  }

  /**
   * Resolves when the stream has taken all lines. It is ended if it is to end. A stream that fails emits
   * 'error', and this does not settle.
   */
  end({ isToEnd }: { readonly isToEnd: boolean }): Promise<void> {
    const text = this.#text
    this.#text = ''
    return new Promise((resolve) => {
      const done = (error?: Error | null) => {
        if (error == null) resolve()
      }
      if (isToEnd) this.#stream.end(text, done)
      else this.#stream.write(text, done)
    })
  }

  #flush(): void {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    if (this.#stream.write(text) || this.#room !== undefined) return
    this.#room = new Promise((resolve) => {
      this.#stream.once('drain', () => {
        this.#room = undefined
        resolve()
      })
    })
  }
}
