/** The thread was asked to stop before what it waited for had settled. */
export const ASKED = Symbol('asked to stop')

/**
 * Waits that end when the thread is asked to stop. One at a time, by one listener: a race of each with one
 * promise for all would keep every one of them.
 */
export class Asked {
  readonly #signal: AbortSignal
  #end: () => void = () => {}

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.#end(), { once: true })
  }

  /** What `promise` settles with, or ASKED. */
  orSettled<T>(promise: PromiseLike<T>): Promise<T | typeof ASKED> {
    return new Promise((resolve, reject) => {
      this.#end = () => resolve(ASKED)
      promise.then(resolve, reject)
      if (this.#signal.aborted) resolve(ASKED)
    })
  }
}
