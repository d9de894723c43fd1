import { invalidType } from '../check.ts'
import type { BuiltinCodec, CellCodec, Span } from './codec.ts'
import { spanOf } from './codec.ts'
import { copyIn } from './copy.ts'

/** Marks the built-in codecs of every copy of this library in the process. */
const BUILTIN = Symbol.for('millrace.builtin-codec')

/** What a built-in codec is made of; the whole-array form follows from it. */
export type Parts<T> = Pick<CellCodec<T>, 'name' | 'write' | 'read'> & { readonly byteLength?: number }

/** A scratch larger than this is not kept. */
const KEPT_BYTES = 1 << 20

/**
 * Scratch memory for the whole-array form. Out of its variable while in use: an item's getters may encode
 * too.
 */
let spare: Span | undefined

/** The `Codec` and the `CellCodec` that `parts` describe, frozen. */
export function builtin<T>(parts: Parts<T>): BuiltinCodec<T> {
  const { name, byteLength, write, read } = parts
  const codec: BuiltinCodec<T> = {
    name,
    byteLength,
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
        if (span.bytes.length <= KEPT_BYTES) spare = span
      }
    },
    decode(bytes) {
      if (!(bytes instanceof Uint8Array)) throw invalidType('bytes', 'a Uint8Array', bytes)
      return read(privateSpan(bytes), 0, bytes.length)
    },
  }
  Object.defineProperty(codec, BUILTIN, { value: name })
  return Object.freeze(codec)
}

/** The name of the built-in codec that `codec` is, in whichever copy of this library it was made. */
export function builtinName(codec: object): string | undefined {
  const name: unknown = (codec as { [BUILTIN]?: unknown })[BUILTIN]
  return typeof name === 'string' ? name : undefined
}

function scratch(room: number): Span {
  return spanOf(new ArrayBuffer(Math.max(1024, (room + 7) & ~7)))
}

/** A copy, so that nothing decoded can be a view on the caller's array. */
function privateSpan(bytes: Uint8Array): Span {
  const padded = new Uint8Array((bytes.length + 7) & ~7)
  padded.set(bytes)
  return spanOf(padded.buffer)
}
