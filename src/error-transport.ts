import { inspect, types } from 'node:util'
import * as ours from './errors.ts'

/**
 * Carries what one thread threw to another. Structured clone alone loses an error's class, `code` and other
 * properties, and throws for what it does not know.
 *
 * Classes are told apart by the names along the prototype chain: those of JavaScript, of Node and of this
 * library arrive as themselves, from another realm or another copy of the library too; any other arrives as a
 * class of that name, below the nearest of these. (Node's own AbortError, and any with its name, arrives as
 * ours.)
 *
 * Left out are functions and what has a symbol as its key. What else cannot be cloned arrives as its
 * `inspect` text. Errors within other objects than arrays of errors arrive as structured clone makes them.
 */

/**
 * What `packError` makes: plain data, cyclic where the errors are. Nothing in it refers to what was thrown.
 */
export type PackedError =
  | { readonly value: unknown }
  /** In place of a value that cannot be cloned. */
  | { readonly text: string }
  /** An array with errors in it. */
  | { readonly list: readonly PackedError[] }
  | PackedInstance

interface PackedInstance {
  /** Names of the constructors, most derived first. */
  readonly classes: readonly string[]
  readonly properties: [key: string, value: PackedError, isEnumerable: boolean][]
}

type ErrorClass = new (...args: never[]) => Error

/** Errors in errors, counted along causes, lists and properties. */
const MAX_DEPTH = 16
/** V8 clones recursively: the main thread's stack holds about 1600 levels, a worker's 7000. */
const MAX_NESTING = 500

/** Carried even if they are not enumerable, or inherited. The last two are SuppressedError's. */
const HIDDEN = ['name', 'message', 'stack', 'code', 'cause', 'errors', 'error', 'suppressed']

const KNOWN = new Map<string, ErrorClass>(
  [
    ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError],
    ...[AggregateError, DOMException, ...Object.values(ours)],
    ...(typeof SuppressedError === 'undefined' ? [] : [SuppressedError]),
  ].map((each) => [keyOf(classesOf(Object.create(each.prototype))), each]),
)

/** Data that can be posted to any thread. Never throws. */
export function packError(thrown: unknown): PackedError {
  const packed = pack(thrown, 0, new Map())
  return 'text' in packed ? pack(new Error(packed.text), 0, new Map()) : packed
}

/** What was thrown, or the nearest to it that can be had in this thread. */
export function unpackError(packed: PackedError): unknown {
  return unpack(packed, new Map())
}

function pack(value: unknown, depth: number, met: Map<object, PackedInstance>): PackedError {
  try {
    if (isError(value)) {
      if (depth > MAX_DEPTH) return { text: `(left out: more than ${MAX_DEPTH} errors deep)` }
      return met.get(value) ?? packInstance(value, depth, met)
    }
    if (Array.isArray(value) && value.some(isError)) {
      return { list: value.map((each) => pack(each, depth, met)) }
    }
    const clone: unknown = structuredClone(value)
    return nestsDeeper(clone, MAX_NESTING, new Set()) ? { text: textOf(value) } : { value: clone }
  } catch {
    return { text: textOf(value) }
  }
}

function packInstance(error: Error, depth: number, met: Map<object, PackedInstance>): PackedInstance {
  const enumerable = new Set(Object.keys(error))
  const packed: PackedInstance = { classes: classesOf(error), properties: [] }
  met.set(error, packed)
  for (const key of new Set([...enumerable, ...HIDDEN])) {
    let value = read(error, key)
    if (value === NOTHING) continue
    if (key === 'stack') value = stackText(error, value)
    packed.properties.push([key, pack(value, depth + 1, met), enumerable.has(key)])
  }
  return packed
}

const NOTHING = Symbol('nothing that can be sent')

function read(error: Error, key: string): unknown {
  try {
    const value = key in error ? (error as unknown as Record<string, unknown>)[key] : NOTHING
    return typeof value === 'function' ? NOTHING : value
  } catch {
    return '(unreadable)'
  }
}

/**
 * What V8's serializer leaves out of an error: its class, unless it is one of JavaScript's first, and its
 * properties.
 */
export interface PackedTraits {
  readonly classes: readonly string[]
  readonly properties: PackedInstance['properties']
  /** Those of `KEPT` that are enumerable, as V8 never makes them. */
  readonly shown: readonly string[]
}

/** What V8's serializer keeps. */
const KEPT = ['message', 'stack', 'cause']
const KEPT_CLASSES: readonly string[] = [
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError],
].map((each) => keyOf(classesOf(Object.create(each.prototype))))

/** Undefined if V8's serializer leaves nothing out. Never throws. */
export function packTraits(error: Error): PackedTraits | undefined {
  const enumerable = Object.keys(error)
  const classes = classesOf(error)
  const name: unknown = dataClassOf(classes).prototype.name
  const properties: PackedInstance['properties'] = []
  for (const key of new Set([...enumerable, ...HIDDEN])) {
    if (KEPT.includes(key)) continue
    const value = read(error, key)
    if (value === NOTHING || (key === 'name' && value === name && !enumerable.includes(key))) continue
    properties.push([key, pack(value, 1, new Map()), enumerable.includes(key)])
  }
  const shown = KEPT.filter((key) => enumerable.includes(key))
  const isAll = properties.length === 0 && shown.length === 0 && KEPT_CLASSES.includes(keyOf(classes))
  return isAll ? undefined : { classes, properties, shown }
}

/** Makes what V8's deserializer has made of an error what it was. */
export function applyTraits(error: Error, { classes, properties, shown }: PackedTraits): void {
  Object.setPrototypeOf(error, dataClassOf(classes).prototype)
  for (const [key, value, enumerable] of properties) define(error, key, unpackError(value), enumerable)
  for (const key of shown) define(error, key, error[key as keyof Error], true)
}

/** Defined, not assigned: the key may be `__proto__`, or inherited and read-only. */
export function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true })
}

/**
 * As `classOf`, for an error that no constructor of a DOMException has made: the accessors of these would
 * refuse it. It has a class of that name.
 */
export function dataClassOf(classes: readonly string[]): ErrorClass {
  const Class = classOf(classes)
  if (Class !== DOMException && !(Class.prototype instanceof DOMException)) return Class
  class Remote extends Error {}
  return Object.defineProperty(Remote, 'name', { value: classes[0] })
}

/** A program's `Error.prepareStackTrace` may make anything of a stack; most often an array of call sites. */
export function stackText(error: Error, stack: unknown): unknown {
  if (typeof stack === 'string' || stack === undefined) return stack
  if (!Array.isArray(stack)) return textOf(stack)
  try {
    return `${error.name}: ${error.message}${stack.map((site) => `\n    at ${site}`).join('')}`
  } catch {
    return textOf(stack)
  }
}

function unpack(packed: PackedError, made: Map<PackedInstance, Error>): unknown {
  if ('value' in packed) return packed.value
  if ('text' in packed) return packed.text
  if ('list' in packed) return packed.list.map((each) => unpack(each, made))
  return made.get(packed) ?? unpackInstance(packed, made)
}

function unpackInstance(packed: PackedInstance, made: Map<PackedInstance, Error>): Error {
  const { prototype } = classOf(packed.classes)
  // A DOMException's name and code cannot be given to it later. No other constructor is called but Error's.
  const isDomException = prototype === DOMException.prototype || prototype instanceof DOMException
  const error = isDomException
    ? new DOMException(stringIn(packed, 'message'), stringIn(packed, 'name'))
    : new Error()
  Object.setPrototypeOf(error, prototype)
  // This thread's: the other's follows, unless it had none.
  delete (error as Error).stack
  made.set(packed, error)
  for (const [key, from, enumerable] of packed.properties) {
    const value = unpack(from, made)
    if (!enumerable && key in error && Object.is(error[key as keyof Error], value)) continue
    define(error, key, value, enumerable)
  }
  return error
}

/** The class with these names: a known one, or a new one below the nearest that is known. */
function classOf(classes: readonly string[]): ErrorClass {
  const bases = classes.map((_, index) => KNOWN.get(keyOf(classes.slice(index))))
  const Base = bases.find((each) => each !== undefined) ?? Error
  if (Base === bases[0] || classes.length === 0) return Base
  class Remote extends Base {}
  return Object.defineProperty(Remote, 'name', { value: classes[0] })
}

export function classesOf(error: object): string[] {
  const names: string[] = []
  let prototype: object | null = Object.getPrototypeOf(error)
  // Bounded, since a proxy may be its own prototype.
  for (let left = 64; prototype !== null && left > 0; left--) {
    const name: unknown = prototype.constructor?.name
    // Some of Node's errors have classes between that bear their base's name.
    if (typeof name === 'string' && name !== names.at(-1)) names.push(name)
    prototype = Object.getPrototypeOf(prototype)
  }
  return names
}

function keyOf(classes: readonly string[]): string {
  return classes.join(' < ')
}

/** Of a proxy that was revoked nothing can be read. */
export function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error
  } catch {
    return false
  }
}

/** Whatever was thrown: its `code` may be a getter that throws. */
export function isAbort(thrown: unknown): boolean {
  try {
    return (thrown as { code?: unknown } | null)?.code === 'ABORT_ERR'
  } catch {
    return false
  }
}

/** `value` is a clone, so it has neither getters nor proxies. */
function nestsDeeper(value: unknown, levels: number, met: Set<object>): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || met.has(value)) return false
  if (levels === 0) return true
  met.add(value)
  const inside = types.isMap(value)
    ? [...value].flat()
    : types.isSet(value)
      ? [...value]
      : Object.values(value)
  if (types.isNativeError(value)) inside.push(value.cause)
  return inside.some((each) => nestsDeeper(each, levels - 1, met))
}

function stringIn(packed: PackedInstance, name: string): string {
  const found = packed.properties.find(([key]) => key === name)?.[1]
  return found !== undefined && 'value' in found && typeof found.value === 'string' ? found.value : ''
}

export function textOf(value: unknown): string {
  try {
    return inspect(value)
  } catch {
    return `(${typeof value} that cannot be shown)`
  }
}
