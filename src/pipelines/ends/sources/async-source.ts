import { ENDED, type RunHooks, WAITING } from '../../flow.ts'
import type { BareSource, Pull } from './pull.ts'

/** Asks for a value when the one before has been read, and the engine reads again. */
export class AsyncSource implements BareSource {
  readonly length = undefined
  readonly limit = undefined
  readonly #pull: Pull
  readonly #hooks: RunHooks
  #isAsking = false
  #answer: IteratorResult<unknown> | undefined
  #failure: { readonly error: unknown } | undefined
  /** Nothing is to be ended. */
  #isOver = false

  constructor(pull: Pull, hooks: RunHooks) {
    this.#pull = pull
    this.#hooks = hooks
  }

  get left(): string {
    return this.#pull.left
  }

  read(): ReturnType<BareSource['read']> {
    if (this.#isAsking) return WAITING
    const answer = this.#answer
    if (answer !== undefined) {
      this.#answer = undefined
      return { value: answer.value }
    }
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#isOver) return ENDED
    this.#ask()
    return WAITING
  }

  async close(reason: unknown): Promise<void> {
    if (!this.#isOver) await this.#pull.end(reason)
  }

  #ask(): void {
    this.#isAsking = true
    try {
      this.#pull.next().then(this.#answered, this.#failed)
    } catch (error) {
      this.#failed(error)
    }
  }

  readonly #answered = (answer: IteratorResult<unknown>): void => {
    if (typeof answer !== 'object' || answer === null) {
      this.#failed(new TypeError(`the result of next() of the source is no object: ${String(answer)}`))
      return
    }
    this.#isAsking = false
    // A getter may throw.
    try {
      if (answer.done) this.#finish()
      else this.#answer = answer
    } catch (error) {
      this.#failed(error)
      return
    }
    this.#hooks.wake()
  }

  readonly #failed = (error: unknown): void => {
    this.#isAsking = false
    this.#failure = { error }
    this.#finish()
    this.#hooks.wake()
  }

  #finish(): void {
    this.#isOver = true
    this.#pull.over()
  }
}

export function iteratorPull(iterable: AsyncIterable<unknown>): Pull {
  const iterator = iterable[Symbol.asyncIterator]()
  return {
    left: 'the return() of its source has not settled',
    // An iterator that was written by hand may return its result without a promise.
    next: () => Promise.resolve(iterator.next()),
    over: () => {},
    end: () => iterator.return?.(),
  }
}
