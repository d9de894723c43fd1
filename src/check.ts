import { isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from 'node:util'

/**
 * Checks of arguments. Each error names the argument, the allowed values and the value received. The codes
 * are Node's own: ERR_INVALID_ARG_TYPE (TypeError), ERR_INVALID_ARG_VALUE (TypeError), ERR_OUT_OF_RANGE
 * (RangeError).
 */

function withCode<E extends Error>(error: E, code: string): E {
  return Object.assign(error, { code })
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, maxStringLength: 60, breakLength: Infinity })
  return value === null || value === undefined || typeof value === 'function'
    ? text
    : `${typeof value} ${text}`
}

/** `count` and the noun, in the plural if it is not one. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function invalidType(name: string, expected: string, value: unknown): TypeError {
  return withCode(
    new TypeError(`${name} must be ${expected}; received ${shown(value)}`),
    'ERR_INVALID_ARG_TYPE',
  )
}

export function invalidValue(name: string, expected: string, value: unknown): TypeError {
  return withCode(
    new TypeError(`${name} must be ${expected}; received ${shown(value)}`),
    'ERR_INVALID_ARG_VALUE',
  )
}

export function outOfRange(name: string, range: string, value: unknown): RangeError {
  return withCode(new RangeError(`${name} must be ${range}; received ${shown(value)}`), 'ERR_OUT_OF_RANGE')
}

/**
 * Checks that `value` is an integer from `min` to `max`, and returns it; for `undefined` returns `fallback`.
 */
export function integer(name: string, value: unknown, min: number, max: number, fallback?: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
  if (value === undefined && fallback !== undefined) return fallback
  const range = `an integer from ${min} to ${max}`
  throw typeof value === 'number' ? outOfRange(name, range, value) : invalidType(name, range, value)
}

/** Checks that `value` is one of `allowed`, and returns it; for `undefined` returns `fallback`. */
export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback
  if (!allowed.includes(value as T)) {
    throw invalidValue(name, `one of ${allowed.map((each) => `'${each}'`).join(', ')}`, value)
  }
  return value as T
}

/** The names of all options in T. The compiler checks that none is missing. */
export type Known<T> = { readonly [K in keyof T]-?: true }

/**
 * Checks that `value` is an options object, or undefined, with no option beside those that `known` names.
 * A property of Object.prototype is not an option, and neither is one that is undefined.
 * @throws TypeError that names an unknown option, and the known one that is nearest to it
 */
export function optionsObject<T extends object>(
  name: string,
  value: T | undefined,
  known?: Known<T>,
): Partial<T> {
  const own = someOptions(name, value, known)
  if (known !== undefined) refuseUnknown(name, own as Record<string, unknown>, known)
  return own
}

/** As optionsObject, for a reader of no options but those that `known` names: there may be others. */
export function someOptions<T extends object>(
  name: string,
  value: T | undefined,
  known: Partial<Known<T>> | undefined,
): Partial<T> {
  if (value === undefined) return Object.create(null)
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'an object', value)
  return mayInherit(known) ? withoutObjectPrototype(value) : value
}

/** An object may inherit one of these options, or any option at all, from Object.prototype. */
function mayInherit(known: object | undefined): boolean {
  // To list the properties of Object.prototype takes longer than a put.
  if (known === undefined) return Reflect.ownKeys(Object.prototype).length > STANDARD_PROPERTIES
  for (const key in known) if (key in Object.prototype) return true
  return false
}

function refuseUnknown(name: string, given: Record<string, unknown>, known: object): void {
  for (const key in given) {
    if (Object.hasOwn(known, key) || key in Object.prototype || given[key] === undefined) continue
    const names = Object.keys(known)
    const nearest = nearestOf(key, names)
    const hint = nearest === undefined ? `known are ${names.join(', ')}` : `did you mean ${nearest}?`
    throw withCode(new TypeError(`${name}.${key} is not a known option: ${hint}`), 'ERR_INVALID_ARG_VALUE')
  }
}

/** The known name that `key` was probably meant to be; undefined if none is near. */
export function nearestOf(key: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let least = Math.floor(key.length / 3) + 1
  for (const each of known) {
    const distance = editDistance(key.toLowerCase(), each.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = each
    }
  }
  return nearest
}

/** Levenshtein's distance: how many characters must be added, removed or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** The number of properties that Object.prototype has of its own. Others were added by the program. */
const STANDARD_PROPERTIES = 12

/** The properties of `value`, without those that it inherits from Object.prototype. */
function withoutObjectPrototype<T extends object>(value: T): Partial<T> {
  const found: Record<string, unknown> = Object.create(null)
  for (
    let object: object | null = value;
    object !== null && object !== Object.prototype;
    object = Object.getPrototypeOf(object)
  ) {
    for (const key of Object.getOwnPropertyNames(object)) {
      if (key in found) continue
      const enumerable = Object.prototype.propertyIsEnumerable.call(object, key)
      Object.defineProperty(found, key, { value: (value as Record<string, unknown>)[key], enumerable })
    }
  }
  return found as Partial<T>
}

/** Checks that `value` names a file by an absolute path or a `file:` URL, and returns it as a `file:` URL. */
export function fileUrl(name: string, value: unknown): string {
  const expected =
    "an absolute path, a file: URL string or a URL, such as new URL('./work.js', import.meta.url)"
  if (value instanceof URL || (typeof value === 'string' && value.startsWith('file:'))) {
    try {
      fileURLToPath(value)
    } catch {
      throw invalidValue(name, expected, String(value))
    }
    return new URL(value).href
  }
  if (typeof value !== 'string') throw invalidType(name, expected, value)
  if (!isAbsolute(value)) throw invalidValue(name, expected, value)
  return pathToFileURL(value).href
}
