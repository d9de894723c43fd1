import { types } from 'node:util'
import { Deserializer, Serializer } from 'node:v8'
import { bufferOfView, isView, kindOfView, lengthOfView, newView, offsetOfView } from '../objects/index.ts'
import { lengthOf } from '../views.ts'

/**
 * V8's serializer with a form of our own for views. V8 writes the whole buffer under a view, which for a
 * small Buffer is Node's pool (64 KiB since Node 24). Node's DefaultSerializer is no help: it makes Buffers
 * of Uint8Arrays, and its typed arrays are views on the source, misaligned on some versions
 * (nodejs/node#54573).
 */

/** The kind of a Buffer. Only its own bytes are written, and it is read as a Uint8Array. */
export const BYTES = 0xff
/** Bytes between the kind of any other view and its buffer: offset and length, as doubles. */
export const VIEW_NUMBERS = 16

/** Node documents the first, but its type declarations lack both. V8 calls what the second is set to. */
interface ViewWriter extends Serializer {
  _setTreatArrayBufferViewsAsHostObjects(asHostObjects: boolean): void
  _writeHostObject: (this: Serializer, view: object) => void
}

interface ViewReader extends Deserializer {
  _readHostObject: (this: Deserializer) => object
}

/** No subclass: V8 makes an instance of one more slowly than it sets a property (measured). */
export function cloneSerializer(): Serializer {
  const serializer = new Serializer() as ViewWriter
  serializer._setTreatArrayBufferViewsAsHostObjects(true)
  serializer._writeHostObject = writeHostObject
  return serializer
}

/** `bytes` are read until the item is made, and no memory of the item is theirs. */
export function cloneDeserializer(bytes: Uint8Array): Deserializer {
  const deserializer = new Deserializer(bytes) as ViewReader
  deserializer._readHostObject = readHostObject
  return deserializer
}

/** V8 calls this for views, and for objects that are not JavaScript's own. */
function writeHostObject(this: Serializer, view: object): void {
  if (!isView(view)) throw new TypeError('a host object cannot be cloned')
  const kind = kindOfView(view)
  const buffer = bufferOfView(view, kind)
  if (Buffer.isBuffer(view) && !types.isSharedArrayBuffer(buffer)) {
    this.writeUint32(BYTES)
    this.writeUint32(lengthOf(view))
    this.writeRawBytes(view)
    return
  }
  this.writeUint32(kind)
  // The numbers must stand before the buffer. Behind a buffer V8 looks for a view in its own form, and
  // takes some numbers (88 is one) for it.
  this.writeDouble(offsetOfView(view, kind))
  this.writeDouble(lengthOfView(view, kind))
  // V8 writes a buffer under several views once, and refuses one that is shared or detached.
  this.writeValue(buffer)
}

/** V8 calls this where `writeHostObject` wrote. */
function readHostObject(this: Deserializer): object {
  const kind = this.readUint32()
  if (kind === BYTES) return new Uint8Array(this.readRawBytes(this.readUint32()))
  const offset = this.readDouble()
  const length = this.readDouble()
  const buffer: unknown = this.readValue()
  if (!types.isArrayBuffer(buffer)) throw new RangeError('a view has no buffer')
  return newView(kind, buffer, offset, length)
}
