/** The result of a wait that ended because the thread was asked to stop. */
export const STOPPED = Symbol('asked to stop')

/**
 * Waits for promises, one at a time, until the thread is asked to stop. One listener on the signal serves all
 * waits: a `Promise.race` of each with one promise for the stop would keep every promise in memory.
 */
export class StoppableWait {
  readonly #signal: AbortSignal
  #end: () => void = () => {}

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.#end(), { once: true })
  }

  /** Settles as `promise` does, or with STOPPED if the thread is asked to stop before. */
  settled<T>(promise: PromiseLike<T>): Promise<T | typeof STOPPED> {
    return new Promise((resolve, reject) => {
      this.#end = () => resolve(STOPPED)
      promise.then(resolve, reject)
      if (this.#signal.aborted) resolve(STOPPED)
    })
  }
}
