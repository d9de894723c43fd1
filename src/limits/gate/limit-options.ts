import { invalidType, invalidValue } from '../../check.ts'
import { isLimiter, LIMITER, type LimiterObject } from '../registry.ts'

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
