import { types } from 'node:util'

/**
 * Some objects of this library are more than their properties. Structured clone, JSON and MessagePack would
 * silently make `{}` of them. So values are searched for them before they are sent to another thread.
 *
 * The symbols are registered, so that every copy of this library in the process knows these objects.
 */

const ADVICE = Symbol.for('millrace.unsendable')

/** How often JSON.stringify met an object that cannot be sent, and the refusal of the last one. */
interface JsonRequests {
  count: number
  refusal: string
}
const KEY = Symbol.for('millrace.asked-for-json')
const holder = globalThis as { [KEY]?: JsonRequests }
holder[KEY] ??= { count: 0, refusal: '' }
export const jsonRequests: JsonRequests = holder[KEY]

/** Marks instances of `Class` as unsendable. `advice` says what to send instead. */
export function markUnsendable(Class: { readonly prototype: object }, advice: string): void {
  Object.defineProperty(Class.prototype, ADVICE, { value: advice })
  refuseJson(Class.prototype, refusalOf)
}

/**
 * Makes `codecs.json` refuse `object`, with the message that `refusal` returns. JSON.stringify itself gives
 * the same text as before, because logging an object is no mistake.
 */
export function refuseJson(object: object, refusal: (object: object) => string): void {
  const toJSON = function (this: object) {
    jsonRequests.count++
    jsonRequests.refusal = refusal(this)
    return this
  }
  Object.defineProperty(object, 'toJSON', { value: toJSON, writable: true, configurable: true })
}

export function isUnsendable(value: object): boolean {
  return ADVICE in value
}

/** The public names of classes that have another name inside. */
const PUBLIC_NAMES: Record<string, string> = {
  TakenItem: 'Delivery',
  TakenBatch: 'Batch',
  Group: 'ThreadGroup',
  HeldPermit: 'Permit',
}

function refusalOf(value: object): string {
  const name = PUBLIC_NAMES[value.constructor.name] ?? value.constructor.name
  return `a ${name} cannot be sent to another thread: ${(value as { [ADVICE]?: string })[ADVICE]}`
}

export function unsendableError(refusal: string): TypeError {
  return Object.assign(new TypeError(refusal), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** @throws TypeError if `value` itself is unsendable */
export function refuseUnsendable(value: object): void {
  if (isUnsendable(value)) throw unsendableError(refusalOf(value))
}

/** The first object for which `isWanted` holds: `value` itself, or one anywhere inside. */
export function findInside(value: unknown, isWanted: (each: object) => boolean): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const seen = new Set<object>([value])
  const add = (inside: unknown) => {
    if (typeof inside === 'object' && inside !== null) seen.add(inside)
  }
  // The loop also visits the objects that it adds.
  for (const each of seen) {
    if (ArrayBuffer.isView(each) || types.isProxy(each)) continue
    if (isWanted(each)) return each
    if (types.isMap(each)) for (const key of each.keys()) add(key)
    if (types.isMap(each) || types.isSet(each)) for (const inside of each.values()) add(inside)
    for (const inside of Object.values(each)) add(inside)
  }
  return undefined
}
