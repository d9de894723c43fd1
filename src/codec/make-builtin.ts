import { types } from 'node:util'
import { invalidType } from '../check.ts'
import type { BuiltinCodec, Bytes, Span } from './codec.ts'
import { spanOf } from './codec.ts'
import { copyOut } from './copy.ts'
import { bufferOf, lengthOf } from './views.ts'

/** Marks the built-in codecs of every copy of this library in the process. */
const BUILTIN = Symbol.for('millrace.builtin-codec')

/** The parts of a built-in codec. `makeBuiltin` adds `encode` and `decode`, which take whole arrays. */
export type BuiltinParts<T> = BytesParts<T> | NumberParts<T>

/** A codec that needs no more of a span than its bytes. */
interface BytesParts<T> {
  readonly name: string
  readonly byteLength?: undefined
  readonly number?: undefined
  write(item: T, span: Bytes, at: number, end: number): number
  read(span: Bytes, at: number, length: number): T
  own?(bytes: Uint8Array<ArrayBuffer>): T
  bytesOf?(item: T): Uint8Array
}

/** A codec of numbers, each one word or one double of a span. Its `write` calls no code of the user's. */
interface NumberParts<T> {
  readonly name: string
  readonly byteLength: number
  readonly number: 'int32' | 'float64'
  write(item: T, span: Span, at: number, end: number): number
  read(span: Span, at: number, length: number): T
}

/** Makes a frozen codec with both forms, `Codec` and `CellCodec`, from `parts`. */
export function makeBuiltin<T>(parts: BuiltinParts<T>): BuiltinCodec<T> {
  const { name, byteLength, number } = parts
  const codec: BuiltinCodec<T> = {
    ...parts,
    byteLength,
    number,
    ...(parts.number === undefined ? onBytes(parts) : onNumbers(parts)),
  }
  Object.defineProperty(codec, BUILTIN, { __proto__: null, value: name } as PropertyDescriptor)
  return Object.freeze(codec)
}

/** The name of a built-in codec, also of one that another copy of this library made; else undefined. */
export function builtinName(codec: object): string | undefined {
  const name: unknown = (codec as { [BUILTIN]?: unknown })[BUILTIN]
  return typeof name === 'string' ? name : undefined
}

const EMPTY = new Uint8Array(0)

type WholeArrays<T> = Pick<BuiltinCodec<T>, 'encode' | 'decode'>

/**
 * These work on the caller's array itself. A getter of an item may detach or shrink `into` meanwhile. Then
 * `encode` throws, or returns a length that no longer fits.
 */
function onBytes<T>({ write, read }: BytesParts<T>): WholeArrays<T> {
  return {
    encode(item, into) {
      if (!(into instanceof Uint8Array)) throw invalidType('into', 'a Uint8Array', into)
      const length = lengthOf(into)
      // A detached array has no bytes, and some methods throw on it.
      return write(item, { bytes: length === 0 ? EMPTY : into }, 0, length)
    },
    decode(bytes) {
      if (!(bytes instanceof Uint8Array)) throw invalidType('bytes', 'a Uint8Array', bytes)
      const length = lengthOf(bytes)
      return read({ bytes: isShared(bytes) ? copyOut(bytes, 0, length) : bytes }, 0, length)
    },
  }
}

/**
 * Words and doubles are aligned, and the caller's array need not be. No native method gets that array, so a
 * class of the user's with a `length` of its own does no harm.
 */
function onNumbers<T>({ write, read, byteLength }: NumberParts<T>): WholeArrays<T> {
  const span = spanOf(new ArrayBuffer(8))
  return {
    encode(item, into) {
      if (!(into instanceof Uint8Array)) throw invalidType('into', 'a Uint8Array', into)
      write(item, span, 0, byteLength)
      if (into.length >= byteLength) for (let i = 0; i < byteLength; i++) into[i] = span.bytes[i]!
      return byteLength
    },
    decode(bytes) {
      if (!(bytes instanceof Uint8Array)) throw invalidType('bytes', 'a Uint8Array', bytes)
      const { length } = bytes
      if (length === byteLength) for (let i = 0; i < byteLength; i++) span.bytes[i] = bytes[i]!
      return read(span, 0, length)
    },
  }
}

/**
 * Whether another thread may write to `bytes` while they are read. Native code that makes strings reads them
 * twice, and relies on what it read first. Queues read shared memory without a copy: no other thread writes
 * to the bytes of an item while it is read.
 */
function isShared(bytes: Uint8Array): boolean {
  const buffer = bufferOf(bytes)
  // The common case, which is compared faster.
  return Object.getPrototypeOf(buffer) !== ArrayBuffer.prototype && types.isSharedArrayBuffer(buffer)
}
