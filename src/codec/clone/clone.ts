import { types } from 'node:util'
import { Serializer } from 'node:v8'
import { applyTraits, type PackedError, type PackedTraits, packTraits } from '../../error-transport.ts'
import { findInside, isUnsendable, refuseUnsendable } from '../../unsendable.ts'
import type { Bytes } from '../codec.ts'
import { copyIn, copyOut } from '../copy.ts'
import { checkCloneExtent } from './clone-extent.ts'
import { CloneDeserializer, CloneSerializer } from './clone-views.ts'
import { refuseHostObjects } from './host-objects.ts'

/** The bytes that V8 puts in front of its data: a mark, and the version of the format. */
const HEADER = header()

/** The first byte of all V8 data. No tag of the tagged form has this value. */
export const V8_MARK = HEADER[0]!

function header(): Buffer {
  const serializer = new Serializer()
  serializer.writeHeader()
  return serializer.releaseBuffer()
}

/**
 * An error in the item, and the traits that V8 leaves out of it. V8 writes it as a reference to the item's.
 */
type Traits = readonly [error: Error, traits: PackedTraits]

/**
 * As `CellCodec.write`, in V8's form. If V8 leaves something out of errors in the item, an array of Traits
 * follows the item.
 * @throws if the item cannot be cloned
 */
export function writeClone(item: unknown, span: Bytes, at: number, end: number): number {
  const serializer = new CloneSerializer()
  serializer.writeHeader()
  try {
    serializer.writeValue(item)
  } catch (error) {
    // V8 fails at something inside an object of this library, and cannot say that it is one.
    const found = findInside(item, isUnsendable)
    if (found !== undefined) refuseUnsendable(found)
    throw error
  }
  const traits = traitsIn(refuseHostObjects(item))
  if (traits.length > 0) {
    // V8 skips the properties of errors, so they are searched here.
    const found = findInside(item, isUnsendable)
    if (found !== undefined) refuseUnsendable(found)
    serializer.writeValue(traits)
  }
  const encoded = serializer.releaseBuffer()
  if (encoded.length <= end - at) copyIn(span.bytes, at, encoded, encoded.length)
  return encoded.length
}

/** As `CellCodec.read`. */
export function readClone(span: Bytes, at: number, length: number): unknown {
  // Only the format of this version of V8 is read. V8's reader has a different behaviour for each older one.
  if (length < HEADER.length || span.bytes[at] !== HEADER[0] || span.bytes[at + 1] !== HEADER[1]) {
    throw new RangeError('not written by the serializer of this version of V8')
  }
  const copy = copyOut(span.bytes, at, length)
  const end = checkCloneExtent(copy, HEADER.length)
  const hasTraits = end < copy.length
  if (hasTraits) checkCloneExtent(copy, end)
  const deserializer = new CloneDeserializer(copy)
  deserializer.readHeader()
  const item: unknown = deserializer.readValue()
  if (hasTraits) restoreTraits(deserializer.readValue())
  return item
}

function traitsIn(errors: readonly Error[]): Traits[] {
  return errors.flatMap((error) => {
    const traits = packTraits(error)
    if (traits === undefined) return []
    for (const property of traits.properties)
      if (!isWritable(property[1])) property[1] = { text: '(left out)' }
    return [[error, traits] as const]
  })
}

/**
 * Whether this serializer can write `packed`. Its values were made by structured clone, which also knows
 * shared memory and Node's own objects.
 */
function isWritable(packed: PackedError): boolean {
  if ('value' in packed && typeof packed.value !== 'object') return true
  try {
    new CloneSerializer().writeValue(packed)
    refuseHostObjects(packed)
    return true
  } catch {
    return false
  }
}

function restoreTraits(all: readonly Traits[]): void {
  for (const [error, traits] of all) {
    if (!types.isNativeError(error)) throw new RangeError('a value with traits is no error')
    applyTraits(error, traits)
  }
}
