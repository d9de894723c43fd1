import { types } from 'node:util'

/**
 * Objects of this library that are more than their properties: structured clone, JSON and MessagePack would
 * make `{}` of them, without a word. What is sent to another thread is searched for them.
 *
 * The marks are known to every copy of this library in the process.
 */

const CURE = Symbol.for('millrace.unsendable')

/** How often JSON was asked for a text of such an object, and why it cannot be sent, of the last. */
interface Asked {
  count: number
  refusal: string
}
const KEY = Symbol.for('millrace.asked-for-json')
const holder = globalThis as { [KEY]?: Asked }
holder[KEY] ??= { count: 0, refusal: '' }
export const askedForJson: Asked = holder[KEY]

/** Instances of `Class` are never sent; `cure` says what to send instead. */
export function markUnsendable(Class: { readonly prototype: object }, cure: string): void {
  Object.defineProperty(Class.prototype, CURE, { value: cure })
  refuseJson(Class.prototype, refusalOf)
}

/** `codecs.json` refuses `object`. JSON.stringify gives what it gave: to log an object is no mistake. */
export function refuseJson(object: object, refusal: (asked: object) => string): void {
  const toJSON = function (this: object) {
    askedForJson.count++
    askedForJson.refusal = refusal(this)
    return this
  }
  Object.defineProperty(object, 'toJSON', { value: toJSON, writable: true, configurable: true })
}

export function isUnsendable(value: object): boolean {
  return CURE in value
}

/** How users know classes that are called otherwise here. */
const NAMES: Record<string, string> = { TakenItem: 'Delivery', Group: 'ThreadGroup' }

function refusalOf(value: object): string {
  return `a ${NAMES[value.constructor.name] ?? value.constructor.name} cannot be sent to another thread: ${(value as { [CURE]?: string })[CURE]}`
}

export function unsendableError(refusal: string): TypeError {
  return Object.assign(new TypeError(refusal), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** @throws TypeError if `value` itself is such an object */
export function refuseUnsendable(value: object): void {
  if (isUnsendable(value)) throw unsendableError(refusalOf(value))
}

/** The first object, of those anywhere in `value`, for which `isWanted` holds. */
export function findInside(value: unknown, isWanted: (each: object) => boolean): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const seen = new Set<object>([value])
  const add = (inside: unknown) => {
    if (typeof inside === 'object' && inside !== null) seen.add(inside)
  }
  // A Set's iterator comes to what is added meanwhile, too.
  for (const each of seen) {
    if (ArrayBuffer.isView(each) || types.isProxy(each)) continue
    if (isWanted(each)) return each
    if (types.isMap(each)) for (const key of each.keys()) add(key)
    if (types.isMap(each) || types.isSet(each)) for (const inside of each.values()) add(inside)
    for (const inside of Object.values(each)) add(inside)
  }
  return undefined
}
