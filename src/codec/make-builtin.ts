import { invalidType } from '../check.ts'
import type { BuiltinCodec, CellCodec, Span } from './codec.ts'
import { spanOf } from './codec.ts'
import { copyIn } from './copy.ts'

/** Marks the built-in codecs of every copy of this library in the process. */
const BUILTIN = Symbol.for('millrace.builtin-codec')

/** The parts of a built-in codec. `makeBuiltin` adds `encode` and `decode`, which take whole arrays. */
export type BuiltinParts<T> = Pick<CellCodec<T>, 'name' | 'number' | 'write' | 'read'> & {
  readonly byteLength?: number
}

/** Scratch memory larger than this is not kept for the next item. */
const MAX_KEPT_BYTES = 1 << 20

/**
 * Scratch memory of `encode`. The variable is empty while the memory is in use, because a getter of an item
 * may call `encode` itself.
 */
let spare: Span | undefined

/** Makes a frozen codec with both forms, `Codec` and `CellCodec`, from `parts`. */
export function makeBuiltin<T>(parts: BuiltinParts<T>): BuiltinCodec<T> {
  const { name, byteLength, number, write, read } = parts
  const codec: BuiltinCodec<T> = {
    name,
    byteLength,
    number,
    mayAlias: false,
    write,
    read,
    encode(item, into) {
      if (!(into instanceof Uint8Array)) throw invalidType('into', 'a Uint8Array', into)
      const span = spare !== undefined && spare.bytes.length >= into.length ? spare : scratch(into.length)
      spare = undefined
      try {
        const length = write(item, span, 0, into.length)
        if (length <= into.length) copyIn(into, 0, span.bytes, length)
        return length
      } finally {
        if (span.bytes.length <= MAX_KEPT_BYTES) spare = span
      }
    },
    decode(bytes) {
      if (!(bytes instanceof Uint8Array)) throw invalidType('bytes', 'a Uint8Array', bytes)
      return read(copiedSpan(bytes), 0, bytes.length)
    },
  }
  Object.defineProperty(codec, BUILTIN, { value: name })
  return Object.freeze(codec)
}

/** The name of a built-in codec, also of one that another copy of this library made; else undefined. */
export function builtinName(codec: object): string | undefined {
  const name: unknown = (codec as { [BUILTIN]?: unknown })[BUILTIN]
  return typeof name === 'string' ? name : undefined
}

/** A span of at least `room` bytes. Its length is a multiple of 8, as the views of a span need. */
function scratch(room: number): Span {
  return spanOf(new ArrayBuffer(Math.max(1024, (room + 7) & ~7)))
}

/** A copy of `bytes`, so that no decoded item is a view on the caller's array. */
function copiedSpan(bytes: Uint8Array): Span {
  const padded = new Uint8Array((bytes.length + 7) & ~7)
  padded.set(bytes)
  return spanOf(padded.buffer)
}
