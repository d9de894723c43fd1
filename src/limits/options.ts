import { integer, invalidType, type Known, optionsObject, outOfRange } from '../check.ts'
import { durationOf, isStoppable, signalOf, timeoutOf, type WaitOptions } from '../queue/index.ts'
import type { AsyncLimits, SyncLimits } from './limiter.ts'

/** Options of a call that may wait for a grant. */
export interface AcquireOptions extends WaitOptions {
  /**
   * How many grants it counts as, 1 to the limit. A weight above `burst` waits until nothing was granted for so
   * long as it is above it.
   * @default 1
   */
  weight?: number | undefined
}

const ACQUIRE: Known<AcquireOptions> = { timeout: true, signal: true, weight: true }

/** @internal @throws TypeError, RangeError */
export function asyncLimitsOf(options: AcquireOptions | undefined): AsyncLimits {
  return { timeout: timeoutOf(options, ACQUIRE), signal: signalOf(options) }
}

/** @internal @throws TypeError, RangeError; AbortError if the thread was asked to stop */
export function syncLimitsOf(options: AcquireOptions | undefined): SyncLimits {
  return { timeout: timeoutOf(options, ACQUIRE), isStoppable: isStoppable(options) }
}

/** @throws TypeError, RangeError for a weight that no interval grants */
export function weightOf(name: string, weight: unknown, limit: number): number {
  if (weight === undefined || weight === 1) return 1
  if (Number.isSafeInteger(weight) && (weight as number) > limit) {
    throw outOfRange(name, `an integer from 1 to the limit, which is ${limit}`, weight)
  }
  return integer(name, weight, 1, limit)
}

/** @throws TypeError, RangeError */
export function penaltyOf(ms: unknown): number {
  return durationOf('ms', ms)
}

/** @throws TypeError for what is no string */
export function keyNameOf(key: unknown): string {
  if (typeof key !== 'string') throw invalidType('key', 'a string', key)
  return key
}

const MOST_THREADS = 4096

/** What both kinds of limiters have. */
export interface LimiterOptions {
  /**
   * Threads that are attached at once, the one that made it included, 1 to 4096.
   * @default 64
   */
  readonly maxThreads?: number | undefined
  /** Shown in messages. */
  readonly name?: string | undefined
}

/** @throws TypeError, RangeError */
export function commonOf({ name, maxThreads }: LimiterOptions): { name: string; maxThreads: number } {
  return { name: nameOf(name), maxThreads: integer('options.maxThreads', maxThreads, 1, MOST_THREADS, 64) }
}

/** @throws TypeError */
function nameOf(name: unknown): string {
  if (name === undefined) return ''
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)
  return name
}

/** @throws TypeError for what is no object, and for unknown options */
export function limiterOptions<T extends object>(options: unknown, known: Known<T>): Partial<T> {
  if (options === undefined) throw invalidType('options', 'an object with limit and interval', options)
  return optionsObject('options', options as T, known)
}
