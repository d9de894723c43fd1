import { integer, invalidValue, type Known } from '../check.ts'
import { ReleaseError } from '../errors.ts'
import { type Handle, noteUseByHand } from '../queue/index.ts'
import { markUnsendable } from '../unsendable.ts'
import type { FoundKey } from './key-table.ts'
import { createLimiter, type GrantedKey, Limiter } from './limiter.ts'
import {
  type AcquireOptions,
  asyncLimitsOf,
  commonOf,
  keyNameOf,
  type LimiterOptions,
  limiterOptions,
  penaltyOf,
  syncLimitsOf,
  weightOf,
} from './options.ts'
import { HeldPermit, type Permit } from './permit.ts'
import type { QuotaFunction } from './quota.ts'
import { checkedQuota, type Quota } from './quota.ts'
import { LIMITER, register } from './registry.ts'

/** The quota of one key. */
export interface KeyQuota extends Quota {
  /** Places: so many grants may be held at once. @default any number */
  readonly concurrency?: number | undefined
}

/** Options of a KeyedRateLimiter. */
export interface KeyedRateLimiterOptions extends LimiterOptions {
  /**
   * The limit of each key, 1 to 2^31 - 1; or a function that is asked for the quota of a key, in the thread
   * that made the limiter, when it is first used there. Other threads can use a key from then on; a function
   * of `threaded` is asked in them as well, if they have the limiter from their `args` or as `rateLimit`.
   */
  readonly limit: number | ((key: string) => KeyQuota)
  /** ms, above 0 to 2^31 - 1. Absent if `limit` is a function. */
  readonly interval?: number | undefined
  /**
   * Grants of a key that may come at once after a pause, 1 to 2^31 - 1.
   * @default 1
   */
  readonly burst?: number | undefined
  /**
   * Places of a key: so many of its permits may be held at once, 1 to 2^31 - 1.
   * @default any number
   */
  readonly concurrency?: number | undefined
  /**
   * Keys in use at once, 1 to 2^20. An idle key gives way to another.
   * @default 10_000
   */
  readonly maxKeys?: number | undefined
}

/** A snapshot of a KeyedRateLimiter, over all threads. */
export interface KeyedRateLimiterStats {
  /** Weights granted to the keys in use. */
  readonly granted: number
  /** Calls of `tryAcquire` that were refused, and waits that lapsed. */
  readonly refused: number
  /** Calls that wait. */
  readonly waiting: number
  /** Keys in use. */
  readonly keys: number
}

/** A snapshot of one key. */
export interface KeyStats {
  /** Weights granted since the key came into use. */
  readonly granted: number
  /** Calls that wait. */
  readonly waiting: number
  /** ms until the next grant of weight 1 is due; 0: it is. */
  readonly nextIn: number
  /** Places that are taken; 0 without `concurrency`. */
  readonly held: number
}

const OPTIONS: Known<KeyedRateLimiterOptions> = {
  ...{ maxThreads: true, name: true },
  ...{ limit: true, interval: true, burst: true, concurrency: true, maxKeys: true },
}
const MAX_KEYS = 2 ** 20

/**
 * As RateLimiter, with a budget for each key, and places if it has a `concurrency`. Keys are kept as hashes
 * of 128 bits. An idle key is evicted when there is no room for another: it behaves as one that was never
 * used.
 *
 * @throws TypeError, RangeError for wrong options
 * @example
 * const hosts = new KeyedRateLimiter({ limit: 2, interval: 1000, concurrency: 2 })
 * using permit = await hosts.acquire('example.com')
 */
export class KeyedRateLimiter {
  /** @internal */
  declare readonly [LIMITER]: Limiter
  /** The places of this thread that were not given back, by key, the oldest first. */
  readonly #held = new Map<string, Set<HeldPermit>>()

  constructor(options: KeyedRateLimiterOptions) {
    if (options instanceof Limiter) {
      register(this, options)
      return
    }
    const given = limiterOptions(options, OPTIONS)
    const { limit } = given
    register(this, created(given, typeof limit === 'function' ? limit : undefined))
    noteUseByHand()
  }

  /**
   * Resolves when the key has a grant, and a place.
   * @throws TypeError, RangeError for wrong options; WaitTimeoutError; AbortError; TooManyKeysError;
   * DetachedError
   * @example
   * using permit = await hosts.acquire(url.host, { timeout: 5000 })
   */
  async acquire(key: string, options?: AcquireOptions): Promise<Permit> {
    const limits = asyncLimitsOf(options)
    const weight = this.#weight(key, options?.weight)
    return this.#permit(key, await this[LIMITER].acquire(() => this.#find(key), weight, true, limits))
  }

  /**
   * As acquire, and blocks the thread.
   * @throws as acquire, and BlockingMainThreadError where it would have to wait on the main thread
   * @example
   * using permit = hosts.acquireSync(url.host)
   */
  acquireSync(key: string, options?: AcquireOptions): Permit {
    const limits = syncLimitsOf(options)
    const weight = this.#weight(key, options?.weight)
    return this.#permit(
      key,
      this[LIMITER].acquireSync(() => this.#find(key), weight, true, limits),
    )
  }

  /**
   * False if nothing is granted at once, also while others wait for the key.
   * @throws TypeError for what is no string; TooManyKeysError; DetachedError
   * @example
   * const permit = hosts.tryAcquire(url.host)
   */
  tryAcquire(key: string): Permit | false {
    keyNameOf(key)
    const granted = this[LIMITER].try(() => this.#find(key), 1, true)
    return granted === undefined ? false : this.#permit(key, granted)
  }

  /**
   * Gives back the oldest place that this thread has of the key, as its permit would. Without `concurrency`
   * there are none, and nothing is done.
   * @throws ReleaseError if this thread has no place of the key
   * @example
   * hosts.release(url.host)
   */
  release(key: string): void {
    const [oldest] = this.#held.get(keyNameOf(key)) ?? []
    if (oldest !== undefined) oldest.release()
    else if (this.#hasPlaces(key)) {
      throw new ReleaseError(`this thread has no place of '${key}' in ${this[LIMITER].label} to give back`)
    }
  }

  /**
   * Nothing is granted to the key for `ms` ms from now, 0 to 2^31 - 1. Several such times count as the one
   * that ends last.
   * @throws TypeError, RangeError; TooManyKeysError; DetachedError
   * @example
   * hosts.penalize(url.host, 1000 * Number(response.headers.get('retry-after')))
   */
  penalize(key: string, ms: number): void {
    keyNameOf(key)
    const penalty = penaltyOf(ms)
    this[LIMITER].penalize(() => this.#find(key), penalty)
  }

  /** A snapshot of all keys, or of one: undefined if that is not in use. */
  stats(): KeyedRateLimiterStats
  stats(key: string): KeyStats | undefined
  stats(key?: string): KeyedRateLimiterStats | KeyStats | undefined {
    const limiter = this[LIMITER]
    const { memory } = limiter.attachment
    if (key === undefined) {
      let granted = 0
      for (let each = memory.fresh - 1; each >= 0; each--)
        if (memory.isLive(each)) granted += memory.grantedOf(each)
      return { granted, refused: memory.refused, waiting: limiter.waiting(), keys: memory.live }
    }
    const found = limiter.table.find(keyNameOf(key))
    if (found === undefined) return undefined
    return {
      granted: memory.grantedOf(found.key),
      waiting: limiter.waiting(found.key),
      nextIn: limiter.nextIn(found.key),
      held: memory.usedOf(found.key),
    }
  }

  /** For other threads: `attach(handle)` gives them this limiter. */
  get handle(): Handle<KeyedRateLimiter> {
    return this[LIMITER].handle as unknown as Handle<KeyedRateLimiter>
  }

  /** Detaches this thread: its places are given back, and its calls that wait reject with DetachedError. */
  [Symbol.dispose](): void {
    this.#held.clear()
    this[LIMITER].attachment.detach()
  }

  #find(key: string): FoundKey {
    return this[LIMITER].find(key)
  }

  #weight(key: string, weight: unknown): number {
    keyNameOf(key)
    if (weight === undefined) return 1
    const { memory } = this[LIMITER].attachment
    return weightOf('options.weight', weight, memory.limitOf(this.#find(key).key))
  }

  #hasPlaces(key: string): boolean {
    const { quota } = this[LIMITER].handle
    if (quota !== undefined) return quota.concurrency !== 0
    // A key that was evicted had no place that was taken, and its quota is not known here any more.
    const found = this[LIMITER].table.find(key)
    return found !== undefined && this[LIMITER].attachment.memory.placesOf(found.key) !== 0
  }

  #permit(name: string, granted: GrantedKey): Permit {
    const limiter = this[LIMITER]
    if (!granted.hasPlace) return new HeldPermit(name, undefined)
    const held = this.#held.get(name) ?? new Set()
    this.#held.set(name, held)
    const permit = new HeldPermit(name, () => {
      held.delete(permit)
      if (held.size === 0 && this.#held.get(name) === held) this.#held.delete(name)
      limiter.giveBack(granted)
    })
    held.add(permit)
    return permit
  }
}

function created(
  given: Partial<KeyedRateLimiterOptions>,
  ask: ((key: string) => unknown) | undefined,
): Limiter {
  for (const option of ask === undefined ? [] : (['interval', 'burst', 'concurrency'] as const)) {
    if (given[option] === undefined) continue
    const expected = 'absent if options.limit is a function, which says it'
    throw invalidValue(`options.${option}`, expected, given[option])
  }
  const quota = ask === undefined ? checkedQuota('options', given as Quota) : undefined
  const maxKeys = integer('options.maxKeys', given.maxKeys, 1, MAX_KEYS, 10_000)
  return createLimiter('keyed-limiter', { ...commonOf(given), maxKeys }, quota ?? (ask as QuotaFunction))
}

markUnsendable(KeyedRateLimiter, 'send its `handle`, and `attach` it there')
