import { LIMITER, type Limiter, type LimiterObject, limitKeyOf } from '../limits/index.ts'

/** The option `rateLimit` of a stage, with its `key`. */
export class StageLimit {
  readonly limiter: Limiter
  readonly #key: string | ((item: unknown) => unknown) | undefined
  /** Kept: it may know the quotas of keys. */
  readonly #object: LimiterObject

  constructor(object: LimiterObject, key: string | ((item: unknown) => unknown) | undefined) {
    this.#object = object
    this.limiter = object[LIMITER]
    this.#key = key
  }

  get isKeyed(): boolean {
    return this.#object[LIMITER].handle.kind === 'keyed-limiter'
  }

  /**
   * The key of an item, which threads can use from now on. @throws what the function throws; TypeError for a key
   * that is no string; TooManyKeysError
   */
  keyOf(item: unknown): string {
    if (!this.isKeyed) return ''
    const key = limitKeyOf(item, this.#key)
    this.limiter.find(key)
    return key
  }
}
