import { integer, invalidType, invalidValue, type Known, optionsObject, outOfRange } from '../check.ts'
import { durationOf, isStoppable, signalOf, timeoutOf, type WaitOptions } from '../queue/index.ts'
import type { AsyncLimits, SyncLimits } from './limiter.ts'
import { isLimiter, LIMITER, type LimiterObject } from './registry.ts'

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

/** @throws TypeError, RangeError */
export function asyncLimitsOf(options: AcquireOptions | undefined): AsyncLimits {
  return { timeout: timeoutOf(options, ACQUIRE), signal: signalOf(options) }
}

/** @throws TypeError, RangeError; AbortError if the thread was asked to stop */
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

/** @throws TypeError */
export function nameOf(name: unknown): string {
  if (name === undefined) return ''
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)
  return name
}

/** @throws TypeError for what is no object, and for unknown options */
export function limiterOptions<T extends object>(options: unknown, known: Known<T>): Partial<T> {
  if (options === undefined) throw invalidType('options', 'an object with limit and interval', options)
  return optionsObject('options', options as T, known)
}

/** The key of an item: the item itself, a property of it, or what a function says of it. @throws TypeError */
export function limitKeyOf(item: unknown, key: string | ((item: unknown) => unknown) | undefined): string {
  if (key === undefined) {
    if (typeof item === 'string') return item
    throw invalidType(
      'an item',
      'a string, which is its key in options.rateLimit, unless options.key is given',
      item,
    )
  }
  const found = typeof key === 'function' ? key(item) : propertyOf(item, key)
  if (typeof found === 'string') return found
  throw invalidType(typeof key === 'function' ? 'options.key: its result' : `item.${key}`, 'a string', found)
}

function propertyOf(item: unknown, name: string): unknown {
  return item === null || item === undefined ? undefined : (item as Record<string, unknown>)[name]
}

/** Checks the options `rateLimit` and `key`. */
export function limitOf(
  at: (option: 'rateLimit' | 'key') => string,
  options: { readonly rateLimit?: unknown; readonly key?: unknown },
): LimiterObject | undefined {
  const { rateLimit, key } = options
  if (rateLimit === undefined) {
    if (key !== undefined) throw invalidValue(at('key'), 'absent without rateLimit', key)
    return undefined
  }
  if (!isLimiter(rateLimit)) {
    throw invalidType(at('rateLimit'), 'a RateLimiter or a KeyedRateLimiter', rateLimit)
  }
  if (key === undefined) return rateLimit
  if (rateLimit[LIMITER].handle.kind === 'limiter') {
    throw invalidValue(at('key'), 'absent with a RateLimiter, which has no keys', key)
  }
  if (typeof key !== 'string' && typeof key !== 'function') {
    throw invalidType(at('key'), 'the name of a property of the items, or a function of the item', key)
  }
  return rateLimit
}
