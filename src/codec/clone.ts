import { Deserializer, Serializer } from 'node:v8'
import type { Span } from './codec.ts'
import { copyIn, copyOut } from './copy.ts'

/**
 * V8's own serializer, for what the tagged form leaves out. Used without Node's subclass of it, which would turn a
 * Uint8Array into a Buffer, and read typed arrays as views on the source, misaligned on some versions
 * (nodejs/node#54573).
 */

const HEADER = header()

/** The first byte of all V8 data; no tag of ours has this value. */
export const V8_MARK = HEADER[0]!

function header(): Buffer {
  const serializer = new Serializer()
  serializer.writeHeader()
  return serializer.releaseBuffer()
}

/** As `CellCodec.write`. Throws what V8 throws for what cannot be cloned. */
export function writeClone(item: unknown, span: Span, at: number, end: number): number {
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(item)
  const encoded = serializer.releaseBuffer()
  if (encoded.length <= end - at) copyIn(span.bytes, at, encoded, encoded.length)
  return encoded.length
}

/**
 * As `CellCodec.read`. V8 checks every length against the bytes present, with one exception that it must make: a
 * sparse array may say any length, up to 4 294 967 295, in a few bytes. It takes no memory, but a loop over it runs
 * long; an item that came from hostile bytes must not be looped over unseen.
 */
export function readClone(span: Span, at: number, length: number): unknown {
  // Only what this very version of V8 writes: its reader carries the quirks of every format since 2011.
  if (length < HEADER.length || span.bytes[at] !== HEADER[0] || span.bytes[at + 1] !== HEADER[1]) {
    throw new RangeError('not written by the serializer of this version of V8')
  }
  const deserializer = new Deserializer(copyOut(span.bytes, at, length))
  deserializer.readHeader()
  return deserializer.readValue()
}
