import type { Known } from '../check.ts'
import { type Handle, noteUseByHand } from '../queue/index.ts'
import { markUnsendable } from '../unsendable.ts'
import { ONLY_KEY } from './key-table.ts'
import { createLimiter, Limiter } from './limiter.ts'
import {
  type AcquireOptions,
  asyncLimitsOf,
  commonOf,
  type LimiterOptions,
  limiterOptions,
  penaltyOf,
  syncLimitsOf,
  weightOf,
} from './options.ts'
import { type CheckedQuota, checkedQuota, type Quota } from './quota.ts'
import { LIMITER, register } from './registry.ts'

/** Options of a RateLimiter. */
export interface RateLimiterOptions extends Quota, LimiterOptions {}

/** A snapshot of a RateLimiter, over all threads. */
export interface RateLimiterStats {
  /** Weights granted so far. */
  readonly granted: number
  /** Calls of `tryAcquire` that were refused, and waits that lapsed. */
  readonly refused: number
  /** Calls that wait. */
  readonly waiting: number
  /** ms until the next grant of weight 1 is due; 0: it is. */
  readonly nextIn: number
}

const OPTIONS: Known<RateLimiterOptions> = {
  limit: true,
  interval: true,
  burst: true,
  maxThreads: true,
  name: true,
}

function created(options: RateLimiterOptions): Limiter {
  const given = limiterOptions(options, OPTIONS)
  const quota = checkedQuota('options', given)
  const limiter = createLimiter('limiter', { ...commonOf(given), maxKeys: 1 }, quota)
  limiter.table.add(ONLY_KEY.hash, limiter.attachment.memory.version, quota)
  noteUseByHand()
  return limiter
}

function limitOf(limiter: RateLimiter): number {
  return (limiter[LIMITER].handle.quota as CheckedQuota).limit
}

/** The only key, for the calls that ask for one. */
const keyOf = () => ONLY_KEY

/**
 * One budget for all threads, in shared memory: in any `interval`, at most `limit` + `burst` are granted (the
 * generic cell rate algorithm, on a monotonic clock). A grant is decided when its caller runs. Calls that
 * wait are served in the order in which they came, in all threads; one that does not run within 5 ms of its
 * turn is passed over, and keeps its place.
 *
 * Other threads attach by the handle, or find the limiter in their `args`.
 *
 * @throws TypeError, RangeError for wrong options
 * @example
 * const limiter = new RateLimiter({ limit: 10, interval: 1000 })
 * await limiter.acquire()
 */
export class RateLimiter {
  /** @internal */
  declare readonly [LIMITER]: Limiter

  constructor(options: RateLimiterOptions) {
    register(this, options instanceof Limiter ? options : created(options))
  }

  /**
   * Resolves when it is granted. A wait that lapses or is aborted gives its turn back.
   * @throws TypeError, RangeError for wrong options; WaitTimeoutError; AbortError; DetachedError
   * @example
   * await limiter.acquire({ timeout: 5000, weight: 3 })
   */
  async acquire(options?: AcquireOptions): Promise<void> {
    const limits = asyncLimitsOf(options)
    const weight = weightOf('options.weight', options?.weight, limitOf(this))
    await this[LIMITER].acquire(keyOf, weight, false, limits)
  }

  /**
   * As acquire, and blocks the thread.
   * @throws TypeError, RangeError for wrong options; WaitTimeoutError; AbortError; BlockingMainThreadError
   * where
   *   it would have to wait on the main thread; DetachedError
   * @example
   * limiter.acquireSync({ signal: thread.signal })
   */
  acquireSync(options?: AcquireOptions): void {
    const limits = syncLimitsOf(options)
    const weight = weightOf('options.weight', options?.weight, limitOf(this))
    this[LIMITER].acquireSync(keyOf, weight, false, limits)
  }

  /**
   * True if it was granted at once. False also while others wait.
   * @throws TypeError, RangeError for a wrong weight; DetachedError
   * @example
   * if (!limiter.tryAcquire()) return 'busy'
   */
  tryAcquire(weight?: number): boolean {
    return this[LIMITER].try(keyOf, weightOf('weight', weight, limitOf(this)), false) !== undefined
  }

  /**
   * Nothing is granted for `ms` ms from now, 0 to 2^31 - 1, for example as a server has asked. Several such
   * times count as the one that ends last.
   * @throws TypeError, RangeError; DetachedError
   * @example
   * limiter.penalize(1000 * Number(response.headers.get('retry-after')))
   */
  penalize(ms: number): void {
    this[LIMITER].penalize(keyOf, penaltyOf(ms))
  }

  /** A snapshot. */
  stats(): RateLimiterStats {
    const limiter = this[LIMITER]
    const { memory } = limiter.attachment
    return {
      granted: memory.grantedOf(ONLY_KEY.key),
      refused: memory.refused,
      waiting: limiter.waiting(ONLY_KEY.key),
      nextIn: limiter.nextIn(ONLY_KEY.key),
    }
  }

  /** For other threads: `attach(handle)` gives them this limiter. */
  get handle(): Handle<RateLimiter> {
    return this[LIMITER].handle as unknown as Handle<RateLimiter>
  }

  /** Detaches this thread: its calls that wait reject with DetachedError, and so does each later one. */
  [Symbol.dispose](): void {
    this[LIMITER].attachment.detach()
  }
}
markUnsendable(RateLimiter, 'send its `handle`, and `attach` it there')
