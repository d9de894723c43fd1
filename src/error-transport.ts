import { inspect, types } from 'node:util'
import * as ours from './errors.ts'

/**
 * Carries thrown values from one thread to another. Structured clone alone loses an error's class, its `code`
 * and its other properties, and throws for values that it does not know.
 *
 * A class is known by the names along its prototype chain. Errors of the classes of JavaScript, of Node and
 * of this library arrive as instances of the same class, also from another realm or another copy of this
 * library. Any other error arrives with a new class of the same name, which extends the nearest known one.
 * (An error named AbortError, such as Node's own, arrives as this library's AbortError.)
 *
 * Functions, and properties whose key is a symbol, are left out. Any other value that cannot be cloned
 * arrives as its `inspect` text. Errors inside objects, other than arrays, arrive as structured clone makes
 * them.
 */

/**
 * The result of `packError`: plain data without references to the thrown value. It is cyclic if the errors
 * are.
 */
export type PackedError =
  | { readonly value: unknown }
  /** The text of a value that cannot be cloned. */
  | { readonly text: string }
  /** An array that contains errors. */
  | { readonly list: readonly PackedError[] }
  | PackedInstance

interface PackedInstance {
  /** The names of the constructors, most derived first. */
  readonly classes: readonly string[]
  readonly properties: [key: string, value: PackedError, isEnumerable: boolean][]
}

type ErrorClass = new (...args: never[]) => Error

/** The deepest level of errors inside errors, along causes, lists and properties. */
const MAX_DEPTH = 16
/** V8 clones recursively: the main thread's stack holds about 1600 levels, a worker's 7000. */
const MAX_NESTING = 500

/**
 * Properties that are carried even if they are inherited or not enumerable. SuppressedError has the last two.
 */
const HIDDEN = ['name', 'message', 'stack', 'code', 'cause', 'errors', 'error', 'suppressed']

/** The classes that arrive as themselves, by the names along their prototype chains. */
const KNOWN = new Map<string, ErrorClass>(
  [
    ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError],
    ...[AggregateError, DOMException, ...Object.values(ours)],
    ...(typeof SuppressedError === 'undefined' ? [] : [SuppressedError]),
  ].map((each) => [keyOf(classesOf(Object.create(each.prototype))), each]),
)

/** Makes data of `thrown` that can be posted to any thread. Never throws. */
export function packError(thrown: unknown): PackedError {
  const packed = pack(thrown, 0, new Map())
  return 'text' in packed ? pack(new Error(packed.text), 0, new Map()) : packed
}

/** The thrown value, or the value nearest to it that this thread can have. */
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
    if (value === LEFT_OUT) continue
    if (key === 'stack') value = stackText(error, value)
    packed.properties.push([key, pack(value, depth + 1, met), enumerable.has(key)])
  }
  return packed
}

const LEFT_OUT = Symbol('a property that is not sent')

function read(error: Error, key: string): unknown {
  try {
    const value = key in error ? (error as unknown as Record<string, unknown>)[key] : LEFT_OUT
    return typeof value === 'function' ? LEFT_OUT : value
  } catch {
    return '(unreadable)'
  }
}

/**
 * The traits of an error that V8's serializer leaves out: its class, unless it is one of JavaScript's basic
 * ones, and its properties.
 */
export interface PackedTraits {
  readonly classes: readonly string[]
  readonly properties: PackedInstance['properties']
  /** The properties in `KEPT` that are enumerable. V8 makes them not enumerable. */
  readonly enumerableKept: readonly string[]
}

/** The properties that V8's serializer keeps. */
const KEPT = ['message', 'stack', 'cause']
/** The classes that V8's serializer keeps. */
const BASIC = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
const KEPT_CLASSES: readonly string[] = BASIC.map((each) => keyOf(classesOf(Object.create(each.prototype))))
const KEPT_NAMES = new Map<object | null, string>(BASIC.map((each) => [each.prototype, each.name]))
/** The properties in `HIDDEN` that V8's serializer leaves out and that basic errors do not have. */
const ADDED = HIDDEN.filter((key) => !KEPT.includes(key) && key !== 'name')

/** The traits that V8's serializer leaves out of `error`; undefined if there are none. Never throws. */
export function packTraits(error: Error): PackedTraits | undefined {
  if (isKeptWhole(error)) return undefined
  const enumerable = Object.keys(error)
  const classes = classesOf(error)
  const name: unknown = dataClassOf(classes).prototype.name
  const properties: PackedInstance['properties'] = []
  for (const key of new Set([...enumerable, ...HIDDEN])) {
    if (KEPT.includes(key)) continue
    const value = read(error, key)
    if (value === LEFT_OUT || (key === 'name' && value === name && !enumerable.includes(key))) continue
    properties.push([key, pack(value, 1, new Map()), enumerable.includes(key)])
  }
  const enumerableKept = KEPT.filter((key) => enumerable.includes(key))
  const isComplete =
    properties.length === 0 && enumerableKept.length === 0 && KEPT_CLASSES.includes(keyOf(classes))
  return isComplete ? undefined : { classes, properties, enumerableKept }
}

/** Whether `error` is a basic one without traits. Most are, and this takes a fraction of packing them. */
function isKeptWhole(error: Error): boolean {
  try {
    const prototype: object | null = Object.getPrototypeOf(error)
    const name = KEPT_NAMES.get(prototype)
    if (name === undefined || prototype?.constructor.name !== name || Object.hasOwn(error, 'name'))
      return false
    if (error.name !== name || Object.keys(error).length > 0) return false
    return !ADDED.some((key) => key in error)
  } catch {
    return false
  }
}

/** Gives an error that V8's deserializer has made the traits that were left out. */
export function applyTraits(error: Error, { classes, properties, enumerableKept }: PackedTraits): void {
  Object.setPrototypeOf(error, dataClassOf(classes).prototype)
  for (const [key, value, enumerable] of properties) define(error, key, unpackError(value), enumerable)
  for (const key of enumerableKept) define(error, key, error[key as keyof Error], true)
}

/** Defines a property. Assigning it would fail for `__proto__`, and for an inherited read-only property. */
export function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true })
}

/**
 * As `classOf`, for an error that the constructor of DOMException has not made. The accessors of DOMException
 * would throw for it, so it gets another class with that name.
 */
export function dataClassOf(classes: readonly string[]): ErrorClass {
  const Class = classOf(classes)
  if (Class !== DOMException && !(Class.prototype instanceof DOMException)) return Class
  class Remote extends Error {}
  return Object.defineProperty(Remote, 'name', { value: classes[0] })
}

/** The stack as text. A program's `Error.prepareStackTrace` often makes an array of call sites of it. */
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
  // A DOMException gets its name and code only from its constructor. For all others, Error's is called.
  const isDomException = prototype === DOMException.prototype || prototype instanceof DOMException
  const error = isDomException
    ? new DOMException(stringIn(packed, 'message'), stringIn(packed, 'name'))
    : new Error()
  Object.setPrototypeOf(error, prototype)
  // This is the stack of this thread. The stack of the other thread is set below, if there is one.
  delete (error as Error).stack
  made.set(packed, error)
  for (const [key, from, enumerable] of packed.properties) {
    const value = unpack(from, made)
    if (!enumerable && key in error && Object.is(error[key as keyof Error], value)) continue
    define(error, key, value, enumerable)
  }
  return error
}

/** The class with these names: a known one, or a new one that extends the nearest known one. */
function classOf(classes: readonly string[]): ErrorClass {
  const bases = classes.map((_, index) => KNOWN.get(keyOf(classes.slice(index))))
  const Base = bases.find((each) => each !== undefined) ?? Error
  if (Base === bases[0] || classes.length === 0) return Base
  class Remote extends Base {}
  return Object.defineProperty(Remote, 'name', { value: classes[0] })
}

/** The names of the constructors along the prototype chain, most derived first. */
export function classesOf(error: object): string[] {
  const names: string[] = []
  let prototype: object | null = Object.getPrototypeOf(error)
  // The loop is bounded, because a proxy may be its own prototype.
  for (let left = 64; prototype !== null && left > 0; left--) {
    const name: unknown = prototype.constructor?.name
    // Some errors of Node have intermediate classes with the same name as their base.
    if (typeof name === 'string' && name !== names.at(-1)) names.push(name)
    prototype = Object.getPrototypeOf(prototype)
  }
  return names
}

function keyOf(classes: readonly string[]): string {
  return classes.join(' < ')
}

/** Whether `value` is an error. A revoked proxy is none: reading it throws. */
export function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error
  } catch {
    return false
  }
}

/** Whether `thrown` is an AbortError, by its `code`, which may be a getter that throws. */
export function isAbort(thrown: unknown): boolean {
  try {
    return (thrown as { code?: unknown } | null)?.code === 'ABORT_ERR'
  } catch {
    return false
  }
}

/** Whether `value`, a clone without getters and proxies, is nested more than `levels` deep. */
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

/** The `inspect` text of any value. Never throws. */
export function textOf(value: unknown): string {
  try {
    return inspect(value)
  } catch {
    return `(${typeof value} that cannot be shown)`
  }
}
