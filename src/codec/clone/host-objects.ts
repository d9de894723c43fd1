import { types } from 'node:util'
import { refuseUnsendable } from '../../unsendable.ts'
import { notePlainClass } from '../objects/index.ts'
import { unbound } from '../views.ts'
import { ClaimedExtent } from './clone-extent.ts'

type Each = (value: unknown, key: unknown) => void
const eachOfMap = unbound(Map.prototype.forEach as (this: Map<unknown, unknown>, run: Each) => void)
const eachOfSet = unbound(Set.prototype.forEach as (this: Set<unknown>, run: Each) => void)

const SAMPLES: readonly object[] = [
  ...[{}, [], new Map(), new Set(), new Date(0), /a/, new ArrayBuffer(0)],
  ...[true, 0, '', 0n].map(Object),
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (each) => new each(),
  ),
]

/**
 * The prototypes of objects that V8 clones in full. Code in a context of its own, as a test of Jest is, has
 * other prototypes than those that structuredClone gives to its clones, so both are here.
 */
const STANDARD: ReadonlySet<object> = new Set(
  SAMPLES.flatMap((each) => [each, structuredClone(each)]).map((each) => Object.getPrototypeOf(each)),
)

/** The prototype of plain objects that structuredClone makes. */
const PLAIN = Object.getPrototypeOf(structuredClone({}))

/** Prototypes of objects that V8 clones in full, as structuredClone has shown. */
const cloneable = new WeakSet<object>(STANDARD)

/**
 * Refuses an item that holds an object of Node or of this library that is more than its properties, as a
 * Blob, a KeyObject, a URL or a Queue. V8's serializer would write `{}` for it (on Node 22 and later). Only
 * structuredClone knows such objects, by a mark that cannot be read, so it clones one object of each class.
 * Also refuses an item that claims more than the reader allows.
 * @returns the errors in the item
 */
export function refuseHostObjects(item: unknown): Error[] {
  const extent = new ClaimedExtent()
  const errors: Error[] = []
  const met = new Set<unknown>()
  const left: unknown[] = [item]
  while (left.length > 0) {
    const each = left.pop()
    // V8 has refused functions and proxies already.
    if (typeof each !== 'object' || each === null || met.has(each)) continue
    met.add(each)
    if (ArrayBuffer.isView(each)) {
      // Only the own bytes of a Buffer are written, and not its ArrayBuffer.
      if (!Buffer.isBuffer(each)) left.push(each.buffer)
      continue
    }
    refuseHostClass(each)
    if (Array.isArray(each)) pushProperties(each, left, extent)
    else if (types.isMap(each)) eachOfMap(each, (value, key) => left.push(key, value))
    else if (types.isSet(each)) eachOfSet(each, (value) => left.push(value))
    else if (types.isNativeError(each)) {
      errors.push(each)
      left.push(each.cause)
    } else pushProperties(each, left, extent)
  }
  return errors
}

function pushProperties(object: object, left: unknown[], extent: ClaimedExtent): void {
  const keys = Object.keys(object)
  extent.add(object, keys.length)
  for (const key of keys) {
    const value = (object as Record<string, unknown>)[key]
    if (typeof value === 'object' && value !== null) left.push(value)
  }
}

function refuseHostClass(item: object): void {
  const prototype: object | null = Object.getPrototypeOf(item)
  if (prototype === null || cloneable.has(prototype)) return
  refuseUnsendable(item)
  const clone: unknown = structuredClone(item)
  if (!STANDARD.has(Object.getPrototypeOf(clone))) {
    throw new TypeError(
      `${prototype.constructor?.name ?? 'a host object'} cannot be cloned by codecs.structured`,
    )
  }
  cloneable.add(prototype)
  if (Object.getPrototypeOf(clone) === PLAIN) notePlainClass(prototype)
}
