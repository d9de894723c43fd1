import { fileUrl, integer, invalidType, invalidValue } from '../check.ts'
import type { Codec } from './codec.ts'

/** What `defineCodec` is given. */
export interface CodecDefinition<T> {
  /** The module that exports the codec: `import.meta.url`, another `file:` URL, or an absolute path. */
  readonly filename: string | URL
  /** The name of that export. */
  readonly name: string
  /**
   * Writes `item` to the start of `into`; returns its length in bytes. More than `into.length` means that it
   * did not fit: it is called again with room.
   */
  encode(item: T, into: Uint8Array): number
  /**
   * `bytes` is exactly what `encode` wrote, in a memory of its own: what is returned may keep views on it.
   */
  decode(bytes: Uint8Array): T
  /** Encoded size in bytes, if it is the same for every item. */
  readonly byteLength?: number | undefined
}

/** A codec that another thread can find again: it imports `filename` and takes the export `name`. */
export interface DefinedCodec<T> extends Codec<T> {
  /** A `file:` URL. */
  readonly filename: string
}

/**
 * A codec of your own. It must be exported, under `name`, by the module `filename`: a queue's handle carries
 * these two, and every other thread loads the codec from there. `encode` and `decode` must not be
 * asynchronous.
 *
 * Throws a TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`) or a RangeError (`ERR_OUT_OF_RANGE`)
 * that names the option at fault.
 */
export function defineCodec<T>(definition: CodecDefinition<T>): DefinedCodec<T> {
  if (typeof definition !== 'object' || definition === null) {
    throw invalidType('definition', 'an object', definition)
  }
  const { name, encode, decode, byteLength } = definition
  const filename = fileUrl('filename', definition.filename)
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

/** Whether `codec` was made by `defineCodec`, of whichever copy of this library. */
export function isDefined(codec: object): codec is DefinedCodec<unknown> {
  return (codec as { [DEFINED]?: unknown })[DEFINED] === true
}

/** The codec of this thread that was defined for `filename` and `name`, if its module was loaded. */
export function definedCodec(filename: string, name: string): DefinedCodec<unknown> | undefined {
  return definedCodecs().get(`${filename}#${name}`)
}

const DEFINED = Symbol.for('millrace.defined-codec')
const REGISTRY = Symbol.for('millrace.codecs')

/** On globalThis, so that two copies of this library in one thread see the same codecs. */
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
