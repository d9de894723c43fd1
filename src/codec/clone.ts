import { Serializer } from 'node:v8'
import { checkCloneExtent } from './clone-extent.ts'
import { CloneDeserializer, CloneSerializer } from './clone-views.ts'
import type { Span } from './codec.ts'
import { copyIn, copyOut } from './copy.ts'
import { refuseHostObjects } from './host-objects.ts'

/** What V8 puts in front of its data: a mark, and the version of the format. */
const HEADER = header()

/** The first byte of all V8 data; no tag of ours has this value. */
export const V8_MARK = HEADER[0]!

function header(): Buffer {
  const serializer = new Serializer()
  serializer.writeHeader()
  return serializer.releaseBuffer()
}

/** As `CellCodec.write`, in V8's form. Throws for what cannot be cloned. */
export function writeClone(item: unknown, span: Span, at: number, end: number): number {
  const serializer = new CloneSerializer()
  serializer.writeHeader()
  serializer.writeValue(item)
  refuseHostObjects(item)
  const encoded = serializer.releaseBuffer()
  if (encoded.length <= end - at) copyIn(span.bytes, at, encoded, encoded.length)
  return encoded.length
}

/** As `CellCodec.read`. */
export function readClone(span: Span, at: number, length: number): unknown {
  // Only what this very version of V8 writes: its reader carries the quirks of every older format.
  if (length < HEADER.length || span.bytes[at] !== HEADER[0] || span.bytes[at + 1] !== HEADER[1]) {
    throw new RangeError('not written by the serializer of this version of V8')
  }
  const copy = copyOut(span.bytes, at, length)
  checkCloneExtent(copy, HEADER.length)
  const deserializer = new CloneDeserializer(copy)
  deserializer.readHeader()
  return deserializer.readValue()
}
