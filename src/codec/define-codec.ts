import { fileUrl, integer, invalidType, invalidValue, type Known, optionsObject } from '../check.ts'
import type { Codec } from './codec.ts'

/** The options of `defineCodec`. */
export interface CodecDefinition<T> {
  /**
   * The module that exports the codec: `import.meta.url`, another `file:` URL, or an absolute path. Required.
   */
  readonly filename: string | URL
  /** The name under which that module exports the codec. Required, and not empty. */
  readonly name: string
  /**
   * Writes `item` to the start of `into` and returns its length in bytes. If the length is more than
   * `into.length`, the item did not fit: `encode` is called again with a larger array. It must be
   * synchronous. An error that it throws becomes the `cause` of a CodecError. Required.
   */
  encode(item: T, into: Uint8Array): number
  /**
   * Returns the item. `bytes` holds exactly the bytes that `encode` wrote, in memory of its own, so the item
   * may keep views on it. It must be synchronous. An error that it throws becomes the `cause` of a
   * CodecError. Required.
   */
  decode(bytes: Uint8Array): T
  /**
   * The encoded size in bytes, if it is the same for every item: an integer from 0 to 2^31 - 1. `encode` must
   * then return this length.
   *
   * @default undefined: the size differs from item to item
   */
  readonly byteLength?: number | undefined
}

/** A codec that another thread can find: it imports `filename` and takes the export `name`. */
export interface DefinedCodec<T> extends Codec<T> {
  /** The module that exports the codec, as a `file:` URL. */
  readonly filename: string
}

const OPTIONS: Known<CodecDefinition<unknown>> = {
  filename: true,
  name: true,
  encode: true,
  decode: true,
  byteLength: true,
}

/**
 * Defines a codec of your own. The module `filename` must export it under `name`: a queue's handle carries
 * these two, and every other thread loads the codec from there.
 *
 * @example
 * export const point = defineCodec<{ x: number; y: number }>({
 *   filename: import.meta.url,
 *   name: 'point',
 *   byteLength: 16,
 *   encode({ x, y }, into) {
 *     if (into.length >= 16) new Float64Array(into.buffer, into.byteOffset, 2).set([x, y])
 *     return 16
 *   },
 *   decode(bytes) {
 *     const [x, y] = new Float64Array(bytes.buffer, bytes.byteOffset, 2)
 *     return { x, y }
 *   },
 * })
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`) or RangeError (`ERR_OUT_OF_RANGE`) that
 *   names the option at fault, or an option that is not known
 */
export function defineCodec<T>(definition: CodecDefinition<T>): DefinedCodec<T> {
  if (typeof definition !== 'object' || definition === null) {
    throw invalidType('definition', 'an object', definition)
  }
  const options = optionsObject<CodecDefinition<T>>('definition', definition, OPTIONS)
  const { name, encode, decode, byteLength } = options
  const filename = fileUrl('filename', options.filename)
  if (typeof name !== 'string') throw invalidType('name', 'a string', name)
  if (name === '') throw invalidValue('name', 'the name of an export', name)
  if (typeof encode !== 'function') throw invalidType('encode', 'a function', encode)
  if (typeof decode !== 'function') throw invalidType('decode', 'a function', decode)
  if (byteLength !== undefined) integer('byteLength', byteLength, 0, 2 ** 31 - 1)
  const codec: DefinedCodec<T> = {
    name,
    filename,
    byteLength,
    encode: (item, into) => encode.call(definition, item, into),
    decode: (bytes) => decode.call(definition, bytes),
  }
  Object.defineProperty(codec, DEFINED, { value: true })
  Object.freeze(codec)
  definedCodecs().set(`${filename}#${name}`, codec)
  return codec
}

/** Whether `codec` was made by `defineCodec`, also by that of another copy of this library. */
export function isDefined(codec: object): codec is DefinedCodec<unknown> {
  return (codec as { [DEFINED]?: unknown })[DEFINED] === true
}

/** The codec that was defined in this thread for `filename` and `name`; undefined if there is none. */
export function definedCodec(filename: string, name: string): DefinedCodec<unknown> | undefined {
  return definedCodecs().get(`${filename}#${name}`)
}

const DEFINED = Symbol.for('millrace.defined-codec')
const REGISTRY = Symbol.for('millrace.codecs')

/** The codecs of this thread. They are on globalThis, so that two copies of this library share them. */
// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
function definedCodecs(): Map<string, DefinedCodec<any>> {
  // biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
  const holder = globalThis as { [REGISTRY]?: Map<string, DefinedCodec<any>> }
  let registry = holder[REGISTRY]
  if (registry === undefined) {
    registry = new Map()
    Object.defineProperty(globalThis, REGISTRY, { value: registry })
  }
  return registry
}
