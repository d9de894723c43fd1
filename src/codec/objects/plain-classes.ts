import { types } from 'node:util'
import { unbound } from '../views.ts'

const { getOwnPropertyDescriptor, getPrototypeOf } = Object
const { isArray } = Array
const { isView } = ArrayBuffer
const textOf = unbound(Function.prototype.toString)

/** Prototypes of classes of whose instances structuredClone makes plain objects. */
const plain = new WeakSet<object>()
let count = 0

/**
 * Notes that structuredClone has made a plain object of an instance of the class with this prototype. Later
 * instances may have more than properties if a class of JavaScript's own made them. So a class that extends
 * one is not noted.
 */
export function notePlainClass(prototype: object): void {
  for (let each: object | null = prototype; each !== null; each = getPrototypeOf(each)) {
    if (each === Object.prototype) break
    const maker: unknown = types.isProxy(each) || getOwnPropertyDescriptor(each, 'constructor')?.value
    if (maker === true || (typeof maker === 'function' && textOf(maker).endsWith('{ [native code] }'))) return
  }
  plain.add(prototype)
  count++
}

/** How many classes were noted. */
export function plainClassCount(): number {
  return count
}

/**
 * Whether structuredClone makes a plain object of `item`, whose prototype is `prototype`. False if that is
 * not certain.
 */
export function isPlainInstance(item: object, prototype: object): boolean {
  if (!plain.has(prototype)) return false
  // A for-in loop would take these for the item's own.
  for (const _ in prototype) return false
  return !hasInternalSlot(item)
}

/**
 * Whether `item`, whatever its prototype is, is an object with a meaning to structuredClone. Iterators of
 * arrays and strings, WeakRefs, FinalizationRegistries, ports, and objects of Intl and of WebAssembly are not
 * recognized, if a program has given them the prototype of a noted class.
 */
function hasInternalSlot(item: object): boolean {
  return (
    isArray(item) ||
    isView(item) ||
    types.isMap(item) ||
    types.isSet(item) ||
    types.isDate(item) ||
    types.isRegExp(item) ||
    types.isNativeError(item) ||
    types.isBoxedPrimitive(item) ||
    types.isAnyArrayBuffer(item) ||
    types.isPromise(item) ||
    types.isWeakMap(item) ||
    types.isWeakSet(item) ||
    types.isArgumentsObject(item) ||
    types.isGeneratorObject(item) ||
    types.isMapIterator(item) ||
    types.isSetIterator(item)
  )
}
