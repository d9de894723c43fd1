import { type RunHooks, WAITING } from '../../flow.ts'
import type { BareSource } from './pull.ts'

type Open = (given: unknown, hooks: RunHooks) => BareSource

/** A function that returns the source, or a promise of it. It is called by the first read. */
export class LateSource implements BareSource {
  readonly #call: () => unknown
  readonly #hooks: RunHooks
  readonly #open: Open
  #source: BareSource | undefined
  #opening: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(call: () => unknown, hooks: RunHooks, open: Open) {
    this.#call = call
    this.#hooks = hooks
    this.#open = open
  }

  get length(): number | undefined {
    return this.#source?.length
  }

  get limit(): number | undefined {
    return this.#source?.limit
  }

  get left(): string {
    return this.#source?.left ?? 'the promise of the function that is its source has not settled'
  }

  read(): ReturnType<BareSource['read']> {
    if (this.#source !== undefined) return this.#source.read()
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#opening !== undefined) return WAITING
    return this.#begin()?.read() ?? WAITING
  }

  async close(reason: unknown): Promise<void> {
    await this.#opening
    await this.#source?.close(reason)
  }

  #begin(): BareSource | undefined {
    try {
      const returned = this.#call()
      if (typeof (returned as PromiseLike<unknown> | undefined)?.then === 'function') {
        this.#opening = this.#wait(returned as PromiseLike<unknown>)
      } else {
        this.#source = this.#open(returned, this.#hooks)
      }
      return this.#source
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  async #wait(returned: PromiseLike<unknown>): Promise<void> {
    try {
      this.#source = this.#open(await returned, this.#hooks)
    } catch (error) {
      this.#failure = { error }
    }
    this.#hooks.wake()
  }
}
