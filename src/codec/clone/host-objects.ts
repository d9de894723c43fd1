import { types } from 'node:util'
import { refuseUnsendable } from '../../unsendable.ts'
import { Extent } from './clone-extent.ts'

const SAMPLES: readonly object[] = [
  ...[{}, [], new Map(), new Set(), new Date(0), /a/, new ArrayBuffer(0)],
  ...[true, 0, '', 0n].map(Object),
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (each) => new each(),
  ),
]

/**
 * What V8 knows how to clone: an object with one of these prototypes is what it seems. In a context of its
 * own, as a test of Jest is, what structuredClone makes has the prototypes of Node's.
 */
const STANDARD: ReadonlySet<object> = new Set(
  SAMPLES.flatMap((each) => [each, structuredClone(each)]).map((each) => Object.getPrototypeOf(each)),
)

/** Prototypes whose objects were found to be cloned as what V8 makes of them. */
const cloneable = new WeakSet<object>(STANDARD)

/**
 * Throws if `item` holds an object, of Node's or of ours, that is more than its properties: a Blob, a
 * KeyObject, a URL, a Queue. V8's serializer would give `{}` for it (on Node 22 and later); only
 * structuredClone knows them, by a mark that cannot be read. So it is asked, once for each class. Throws as
 * well if `item` would claim more than the reader lets data claim. Returns the errors in it.
 */
export function refuseHostObjects(item: unknown): Error[] {
  const extent = new Extent()
  const errors: Error[] = []
  const met = new Set<unknown>()
  const left: unknown[] = [item]
  while (left.length > 0) {
    const each = left.pop()
    // A function or a proxy has been refused by V8 already.
    if (typeof each !== 'object' || each === null || met.has(each)) continue
    met.add(each)
    if (ArrayBuffer.isView(each)) {
      // Of a Buffer only its own bytes are written.
      if (!Buffer.isBuffer(each)) left.push(each.buffer)
      continue
    }
    refuseHostClass(each)
    if (types.isMap(each)) for (const pair of each) left.push(...pair)
    else if (types.isSet(each)) left.push(...each)
    else if (types.isNativeError(each)) {
      errors.push(each)
      left.push(each.cause)
    } else {
      const keys = Object.keys(each)
      extent.add(each, keys.length)
      for (const key of keys) left.push((each as Record<string, unknown>)[key])
    }
  }
  return errors
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
}
