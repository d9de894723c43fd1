import { inspect } from 'node:util'
import type { Decoder, Encoder, ExtensionCodecType } from '@msgpack/msgpack'
import { findInside, isUnsendable, refuseUnsendable } from '../../unsendable.ts'
import { copyIn, copyOut } from '../copy.ts'
import { makeBuiltin } from '../make-builtin.ts'
import { library } from './library.ts'
import { checkExtent, DEPTH } from './msgpack-extent.ts'

/** Extension types: MessagePack's own timestamp, and two of ours for values that MessagePack lacks. */
const TIMESTAMP = -1
const UNDEFINED = 0
const BIGINT = 1

/** The item `undefined`: a one-byte extension (0xd4), its type, the byte. */
const UNDEFINED_ITEM = Uint8Array.of(0xd4, UNDEFINED, 0)

/** An encoder or decoder whose memory grew beyond this is replaced. */
const MAX_KEPT_BYTES = 1 << 20

/** Without it the library would store a Map, an Error or a RegExp as `{}`, and a BigInt modulo 2^64. */
const extensionCodec: ExtensionCodecType<undefined> = {
  tryToEncode(item) {
    if (typeof item === 'bigint') {
      return new (library().ExtData)(BIGINT, Buffer.from(item.toString(16), 'latin1'))
    }
    if (Array.isArray(item) || item instanceof Uint8Array) return null
    if (item instanceof Date && !Number.isNaN(item.getTime())) {
      const { ExtData, encodeTimestampExtension } = library()
      return new ExtData(TIMESTAMP, encodeTimestampExtension(item)!)
    }
    if (typeof item === 'object' && item !== null && isRecord(item)) return null
    const found = findInside(item, isUnsendable)
    if (found !== undefined) refuseUnsendable(found)
    throw new TypeError(`MessagePack has no form for ${shown(item)}; codecs.structured may have one`)
  },
  decode(data, type) {
    if (type === BIGINT) return bigint(Buffer.from(data).toString('latin1'))
    if (type === TIMESTAMP) return library().decodeTimestampExtension(data)
    if (type === UNDEFINED) return undefined
    throw new RangeError(`unknown extension type ${type}`)
  },
}

function isRecord(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item)
  const plain = prototype === Object.prototype || prototype === null
  if (!plain) refuseUnsendable(item)
  if (!plain && Object.prototype.toString.call(item) !== '[object Object]') return false
  // The library's decoder refuses this key. The put shall fail, not the get.
  if (Object.hasOwn(item, '__proto__')) throw new TypeError('MessagePack items cannot have the key __proto__')
  return true
}

function shown(item: unknown): string {
  return inspect(item, { depth: 0, breakLength: Infinity, maxStringLength: 60 })
}

function bigint(digits: string): bigint {
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
}

const encoderOptions = { extensionCodec, ignoreUndefined: true, maxDepth: DEPTH } as const
let encoder: Encoder | undefined
let decoder: Decoder | undefined

/**
 * MessagePack, by @msgpack/msgpack. These values arrive unchanged: null, booleans, numbers (but -0 arrives as
 * 0), BigInts of any size (extension 1), strings, valid Dates (the standard timestamp), arrays, objects with
 * string keys, and Uint8Arrays (a Buffer arrives as one). The item `undefined` arrives unchanged (extension
 * 0); as a property it is left out, and in an array it arrives as null. A class instance arrives as a plain
 * object of its own properties.
 *
 * MessagePack strings are UTF-8. Lone surrogates are kept in strings of up to 50 units, and become U+FFFD in
 * longer ones. An object that is in the item twice arrives as two objects.
 *
 * Everything else is refused with an error, where the library alone would store `{}`: Map, Set, Error,
 * RegExp, invalid Dates, typed arrays other than Uint8Array, functions, symbols, the key `__proto__`, and
 * nesting deeper than 500, which includes cycles.
 */
// biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
export const msgpack = makeBuiltin<any>({
  name: 'msgpack',
  write(item, span, at, end) {
    encoder ??= new (library().Encoder)(encoderOptions)
    const encoded = item === undefined ? UNDEFINED_ITEM : encoder.encodeSharedRef(item)
    const length = encoded.length
    if (length <= end - at) copyIn(span.bytes, at, encoded, length)
    if (encoded.buffer.byteLength > MAX_KEPT_BYTES) encoder = undefined
    return length
  },
  read(span, at, length) {
    // The decoder returns byte arrays as views on its input, so it gets a copy.
    return decode(copyOut(span.bytes, at, length))
  },
  own: decode,
})

function decode(bytes: Uint8Array): unknown {
  checkExtent(bytes)
  decoder ??= new (library().Decoder)({ extensionCodec })
  const item = decoder.decode(bytes)
  if (bytes.length > MAX_KEPT_BYTES) decoder = undefined
  return item
}
