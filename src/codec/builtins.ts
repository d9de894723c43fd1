import type { BuiltinCodec, Codec } from './codec.ts'
import { msgpack } from './msgpack/index.ts'
import { bytes, float64, int32, json, string } from './plain/index.ts'
import { structured } from './structured.ts'

/** The codecs that need no definition. */
export interface Codecs {
  /** What `structuredClone` clones, except shared memory, ports and host objects. The default. */
  // biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
  readonly structured: Codec<any>
  /** What JSON.stringify and JSON.parse make of an item. */
  // biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
  readonly json: Codec<any>
  /** MessagePack, by @msgpack/msgpack. */
  // biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
  readonly msgpack: Codec<any>
  /** Strings, exactly. */
  readonly string: Codec<string>
  /** A Uint8Array in, a fresh one out. */
  readonly bytes: Codec<Uint8Array>
  /** Integers from -2^31 to 2^31 - 1. */
  readonly int32: Codec<number>
  /** Any number, exactly. */
  readonly float64: Codec<number>
}

const all = { structured, json, msgpack, string, bytes, int32, float64 }

export const codecs: Codecs = Object.freeze(all)

/** The built-in codec of that name. */
// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
export function builtinCodec(name: string): BuiltinCodec<any> | undefined {
  return Object.hasOwn(all, name) ? all[name as keyof typeof all] : undefined
}
