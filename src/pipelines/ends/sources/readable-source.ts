import { finished, Readable } from 'node:stream'
import { ENDED, type RunHooks, WAITING } from '../../flow.ts'
import { destroyed } from '../node-streams.ts'
import type { BareSource } from './pull.ts'

/**
 * A Readable, read as core's async iterator does. But it is read without a promise for each chunk, and can be
 * destroyed while a chunk is awaited: `return()` of core's iterator would wait for the chunk.
 */
export class ReadableSource implements BareSource {
  readonly length = undefined
  readonly limit = undefined
  readonly left = "its source, a Readable, has not emitted 'close'"
  readonly #stream: Readable
  readonly #wake: () => void
  readonly #release: () => void
  #end: { readonly error: Error | undefined } | undefined

  constructor(stream: Readable, hooks: RunHooks) {
    // As core does with streams of the first kind, which have no method `read`.
    this.#stream =
      typeof stream.read === 'function' ? stream : new Readable({ objectMode: true }).wrap(stream)
    this.#wake = () => hooks.wake()
    this.#stream.on('readable', this.#wake)
    this.#release = finished(this.#stream, { writable: false }, (error) => {
      this.#end = { error: error ?? undefined }
      this.#stream.off('readable', this.#wake)
      if (error === undefined || error === null) this.#release()
      hooks.wake()
    })
  }

  read(): ReturnType<BareSource['read']> {
    const stream = this.#stream
    const value = stream.destroyed ? null : stream.read()
    if (value !== null) return { value }
    if (this.#end === undefined) return WAITING
    if (this.#end.error !== undefined) throw this.#end.error
    return ENDED
  }

  async close(reason: unknown): Promise<void> {
    this.#stream.off('readable', this.#wake)
    if (this.#end === undefined) await destroyed(this.#stream, reason)
  }
}
