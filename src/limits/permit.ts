import { markUnsendable } from '../unsendable.ts'

/**
 * What `acquire` of a KeyedRateLimiter has granted. If the key has a `concurrency`, it is a place, which is taken
 * until it is given back: by `release()`, or at the end of `using`. A second time changes nothing.
 *
 * @example
 * using permit = await limiter.acquire(url.host)
 */
export interface Permit extends Disposable {
  readonly key: string
  /** Gives the place back. */
  release(): void
}

/** @internal */
export class HeldPermit implements Permit {
  readonly key: string
  #giveBack: (() => void) | undefined

  constructor(key: string, giveBack: (() => void) | undefined) {
    this.key = key
    this.#giveBack = giveBack
  }

  release(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
markUnsendable(HeldPermit, 'release it in the thread that acquired it')
