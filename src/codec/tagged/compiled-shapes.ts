import { compile } from '../compile.ts'
import { readLatin1 } from '../short-strings.ts'
import { double, eight } from '../views.ts'
import { encodeShape } from './shape-body.ts'
import { shapeSource } from './shape-source.ts'
import { SHAPE_HEAD, SHAPE_KEY_CHARS, SHAPE_KEYS } from './tags.ts'

/** A place in items. Objects that are written there one after the other mostly have the same keys. */
export class Site<Keys = unknown> {
  /** The keys of the object written there last, as the writer knows them. */
  keys: Keys | undefined
}

const SCOPE = {
  plain: {},
  prototype: Object.prototype,
  prototypeOf: Object.getPrototypeOf,
  hasOwn: Object.hasOwn,
  eight,
  double,
  readLatin1,
  Site,
}

/** The part of a writer that compiled code calls. A negative position leaves the item to V8. */
export interface ValueWriter {
  value(item: unknown, at: number): number
  object(item: object, at: number, site: Site): number
  string(item: string, at: number): number
  number(item: number, at: number): number
}

/** The part of the reader that a shape needs. */
export interface ValueReader {
  /** The position behind the value that was read last. */
  next: number
  /** The value at `at`, whatever it is. @throws RangeError if there is none */
  value(at: number): unknown
}

/** The code that writes and reads objects with one list of keys. */
export interface CompiledShape {
  readonly keys: readonly string[]
  /** Whether `item`, which is no proxy and no array, is a plain object whose enumerable keys are these. */
  fits(item: object): boolean
  /** Writes the tag OBJECT and the shape. */
  head(bytes: Uint8Array, at: number): void
  /** Writes the values of `item`, whose own enumerable keys must be those of the shape. */
  write(writer: ValueWriter, item: object, at: number): number
  /** Whether the bytes at `at` are the count and the keys. There must be as many bytes as these take. */
  matches(bytes: Uint8Array, at: number): boolean
  /** The object whose values begin at `start`, in the order of the keys. */
  read(reader: ValueReader, bytes: Uint8Array, start: number, end: number): object
}

interface Entry {
  readonly encoded: Uint8Array
  readonly shape: CompiledShape
  readonly next: Entry | undefined
}

/**
 * A thread compiles no more shapes than this, for as long as it lives. None is ever dropped, so objects whose
 * keys keep changing cannot make it compile without end.
 */
export const MOST_COMPILED = 64
let compiled = 0

/** By the low byte of the hash. */
const entries: (Entry | undefined)[] = new Array(256).fill(undefined)

/** The compiled shape whose count and keys are the `length` bytes at `at`. Its hash may be forged. */
export function findCompiled(
  hash: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): CompiledShape | undefined {
  let entry = entries[hash & 0xff]
  while (entry !== undefined) {
    if (entry.encoded.length === length + 1 + SHAPE_HEAD && entry.shape.matches(bytes, at)) return entry.shape
    entry = entry.next
  }
  return undefined
}

/** The compiled shape that `encodeShape` wrote to `encoded`. */
export function knownCompiled(encoded: Uint8Array): CompiledShape | undefined {
  return findCompiled(encoded[3]!, encoded, 1 + SHAPE_HEAD, encoded.length - 1 - SHAPE_HEAD)
}

/**
 * Compiles the shape of `keys`, or finds it compiled. Undefined if there are too many, if these keys are not
 * for compiling, or if code generation from text is not allowed.
 */
export function compiledShape(keys: readonly string[]): CompiledShape | undefined {
  if (!isCompilable(keys)) return undefined
  const encoded = encodeShape(keys)
  const known = knownCompiled(encoded)
  if (known !== undefined || compiled === MOST_COMPILED) return known
  const shape = compile<CompiledShape>(shapeSource(keys, encoded), {
    ...SCOPE,
    keys,
    encoded,
  })
  if (shape === undefined) return undefined
  compiled++
  entries[encoded[3]!] = { encoded, shape, next: entries[encoded[3]!] }
  return shape
}

/** How many shapes this thread has compiled. */
export function compiledCount(): number {
  return compiled
}

/**
 * In an object literal `__proto__` sets the prototype. Integer-like keys make V8 enumerate slowly, so nothing
 * is gained. Duplicates and more keys than the writer allows are in forged shapes only.
 */
function isCompilable(keys: readonly string[]): boolean {
  if (keys.length > SHAPE_KEYS || new Set(keys).size !== keys.length) return false
  return keys.every((key) => key !== '__proto__' && key.length <= SHAPE_KEY_CHARS && !/^\d+$/.test(key))
}
