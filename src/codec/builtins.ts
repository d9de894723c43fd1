import type { BuiltinCodec, Codec } from './codec.ts'
import { msgpack } from './msgpack/index.ts'
import { bytes, float64, int32, json, string } from './plain/index.ts'
import { structured } from './structured.ts'

/** The built-in codecs. A queue takes one by its option `codec`; the default is `codecs.structured`. */
export interface Codecs {
  /**
   * Everything that `structuredClone` clones, except shared memory, ports and host objects. This is the
   * default codec of a queue.
   *
   * @example
   * new Queue<Map<string, Date>>({ codec: codecs.structured })
   */
  // biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
  readonly structured: Codec<any>
  /**
   * JSON text, by JSON.stringify and JSON.parse. A Date arrives as a string, NaN as null. `undefined`, a
   * BigInt or a cycle is refused with a CodecError.
   *
   * @example
   * new Queue<{ id: number; tags: string[] }>({ codec: codecs.json })
   */
  // biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
  readonly json: Codec<any>
  /**
   * MessagePack, by @msgpack/msgpack: null, booleans, numbers, BigInts, strings, Dates, Uint8Arrays, arrays
   * and plain objects. Everything else is refused with a CodecError, as is nesting deeper than 500.
   *
   * @example
   * new Queue<{ id: bigint; body: Uint8Array }>({ codec: codecs.msgpack })
   */
  // biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
  readonly msgpack: Codec<any>
  /**
   * Strings, stored as UTF-8. Every string arrives unchanged, also one with lone surrogates.
   *
   * @example
   * new Queue<string>({ codec: codecs.string })
   */
  readonly string: Codec<string>
  /**
   * Byte arrays: a Uint8Array or a Buffer. It arrives as a Uint8Array with memory of its own.
   *
   * @example
   * new Queue<Uint8Array>({ codec: codecs.bytes, itemBytes: 1500 })
   */
  readonly bytes: Codec<Uint8Array>
  /**
   * Integers from -2^31 to 2^31 - 1, in 4 bytes. -0 arrives as 0.
   *
   * @example
   * new Queue<number>({ codec: codecs.int32 })
   */
  readonly int32: Codec<number>
  /**
   * Numbers, in 8 bytes. Every number arrives unchanged, -0, NaN and the infinities too.
   *
   * @example
   * new Queue<number>({ codec: codecs.float64 })
   */
  readonly float64: Codec<number>
}

const all = { structured, json, msgpack, string, bytes, int32, float64 }

/** The built-in codecs, by their names. */
export const codecs: Codecs = Object.freeze(all)

/** The built-in codec `name`; undefined if there is none. */
// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
export function builtinCodec(name: string): BuiltinCodec<any> | undefined {
  return Object.hasOwn(all, name) ? all[name as keyof typeof all] : undefined
}
