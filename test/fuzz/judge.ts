import { types } from 'node:util'
import { getHeapStatistics } from 'node:v8'
import { spanOf } from '../../src/codec/index.ts'
import { snapshot } from '../codec/snapshot.ts'
import { encoded, type Subject } from './subjects.ts'

/** The outcome of decoding hostile bytes, and the fault if there is one. */
export interface Verdict {
  readonly outcome: 'value' | 'refused'
  readonly fault: string | undefined
}

/**
 * Bytes that a decoder may take for any input: 2^21 holes of 8 bytes, and garbage that is not collected yet.
 */
const MAX_FIXED_BYTES = 24 * 2 ** 20
/** Bytes that a decoder may take for each byte of input: an empty Map has three bytes in the form of V8. */
const MAX_BYTES_PER_BYTE = 256

const TYPED = Object.getPrototypeOf(Uint8Array) as { prototype: object }

/** Every prototype that a decoded object may have. */
const PROTOTYPES = new Set<object>([
  ...[Object, Array, Map, Set, Date, RegExp, Boolean, Number, String, BigInt, ArrayBuffer, DataView].map(
    (each) => each.prototype,
  ),
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (each) => each.prototype,
  ),
  ...Object.getOwnPropertyNames(globalThis)
    .map((name) => (globalThis as Record<string, unknown>)[name])
    .filter(
      (each): each is typeof Uint8Array =>
        typeof each === 'function' && Object.getPrototypeOf(each) === TYPED,
    )
    .map((each) => each.prototype),
])
const WATCHED: readonly object[] = [...PROTOTYPES, Function.prototype]
const KEYS = WATCHED.map((each) => Reflect.ownKeys(each).length)

/** Objects of a decoded item that are checked at most. */
const MAX_CHECKED = 20_000

const span = spanOf(new SharedArrayBuffer(1 << 16))
const AT = 64

/** Decodes as a queue does: short items in place, long ones from a copy. */
export function judge(subject: Subject, bytes: Uint8Array, again: boolean): Verdict {
  const before = getHeapStatistics()
  let item: unknown
  let outcome: Verdict['outcome'] = 'value'
  try {
    if (bytes.length <= span.bytes.length - AT) {
      span.bytes.set(bytes, AT)
      item = subject.cell.read(span, AT, bytes.length)
      // The decoded item must not be a view on the memory.
      span.bytes.fill(0, AT, AT + bytes.length)
    } else {
      const copy = new Uint8Array((bytes.length + 7) & ~7)
      copy.set(bytes)
      item = subject.cell.read(spanOf(copy.buffer), 0, bytes.length)
    }
  } catch (error) {
    outcome = 'refused'
    if (!types.isNativeError(error)) return { outcome, fault: `threw no Error, but ${String(error)}` }
  }
  const fault =
    allocated(before, bytes.length) ??
    pollution() ??
    (outcome === 'refused' ? undefined : (misshapen(item) ?? (again ? unlike(subject, item) : undefined)))
  return { outcome, fault }
}

function allocated(before: ReturnType<typeof getHeapStatistics>, length: number): string | undefined {
  const after = getHeapStatistics()
  const bound = MAX_FIXED_BYTES + MAX_BYTES_PER_BYTE * length
  const heap = after.used_heap_size - before.used_heap_size
  const outside = after.external_memory - before.external_memory
  if (heap <= bound && outside <= bound) return undefined
  return `${length} bytes took ${heap} on the heap and ${outside} outside`
}

function pollution(): string | undefined {
  for (const [index, each] of WATCHED.entries()) {
    if (Reflect.ownKeys(each).length !== KEYS[index])
      return `a prototype has other properties: ${String(Reflect.ownKeys(each))}`
  }
  return undefined
}

/** Checks every object inside, without a loop over the length of an array. */
function misshapen(item: unknown): string | undefined {
  const met = new Set<object>()
  const left: unknown[] = [item]
  while (left.length > 0 && met.size < MAX_CHECKED) {
    const each = left.pop()
    if (typeof each === 'function' || typeof each === 'symbol') return `holds a ${typeof each}`
    if (typeof each !== 'object' || each === null || met.has(each)) continue
    met.add(each)
    const prototype: object | null = Object.getPrototypeOf(each)
    if (prototype === null || !PROTOTYPES.has(prototype)) return 'holds an object with a prototype of its own'
    if (ArrayBuffer.isView(each)) {
      if (types.isSharedArrayBuffer(each.buffer)) return 'holds a view on shared memory'
      continue
    }
    if (types.isSharedArrayBuffer(each)) return 'holds shared memory'
    if (types.isMap(each)) for (const pair of each) left.push(...pair)
    else if (types.isSet(each)) for (const value of each) left.push(value)
    for (const key of Object.keys(each)) left.push((each as Record<string, unknown>)[key])
  }
  return undefined
}

/** Checks that the item is encoded and decoded to the same, at the latest from the second time on. */
function unlike(subject: Subject, item: unknown): string | undefined {
  let first: unknown
  let second: unknown
  try {
    first = subject.lossless ? item : decodedAgain(subject, item)
    second = decodedAgain(subject, first)
  } catch (error) {
    // It is nested too deeply for the encoder, has too many holes, or has a form that MessagePack lacks.
    return types.isNativeError(error) ? undefined : `encoding threw no Error, but ${String(error)}`
  }
  let same: boolean
  try {
    same = snapshot(first) === snapshot(second)
  } catch (error) {
    // It is too deep or too long for the snapshot.
    if (error instanceof RangeError) return undefined
    throw error
  }
  return same ? undefined : 'is not what it was once encoded and decoded again'
}

function decodedAgain(subject: Subject, item: unknown): unknown {
  const bytes = encoded(subject, item)
  const padded = new Uint8Array((bytes.length + 7) & ~7)
  padded.set(bytes)
  return subject.cell.read(spanOf(padded.buffer), 0, bytes.length)
}
