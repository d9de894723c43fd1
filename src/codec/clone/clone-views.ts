import { types } from 'node:util'
import { Deserializer, Serializer } from 'node:v8'

/**
 * V8's serializer, but for views. V8 takes the whole buffer under a view, which for a small Buffer is Node's
 * pool (64 KiB since Node 24). Node's DefaultSerializer gives Buffers for Uint8Arrays, and its reader makes
 * typed arrays that are views on the source, misaligned on some versions (nodejs/node#54573).
 */

type ViewConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView

/** A view's kind is its place here. Not every version has the last. */
const VIEWS = [
  ...[
    'Uint8Array',
    'Int8Array',
    'Uint8ClampedArray',
    'Uint16Array',
    'Int16Array',
    'Uint32Array',
    'Int32Array',
  ],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView', 'Float16Array'],
]

/** The kind of a Buffer, of which only its own bytes are written, as those of a Uint8Array. */
export const BYTES = 0xff
/** Bytes between the kind of another view and its buffer: offset and length, as doubles. */
export const VIEW_NUMBERS = 16

const tagOfTypedArray = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as (this: object) => string | undefined

export class CloneSerializer extends Serializer {
  /** Documented by Node, but missing in its type declarations. */
  declare readonly _setTreatArrayBufferViewsAsHostObjects: (asHostObjects: boolean) => void

  constructor() {
    super()
    this._setTreatArrayBufferViewsAsHostObjects(true)
  }

  /** Called by V8 for views, and for what is none of JavaScript's own objects. */
  _writeHostObject(view: object): void {
    if (!ArrayBuffer.isView(view)) throw new TypeError('a host object cannot be cloned')
    const { buffer, byteOffset, byteLength } = view
    if (Buffer.isBuffer(view) && !types.isSharedArrayBuffer(buffer)) {
      this.writeUint32(BYTES)
      this.writeUint32(byteLength)
      this.writeRawBytes(view)
      return
    }
    const name = tagOfTypedArray.call(view) ?? 'DataView'
    this.writeUint32(VIEWS.indexOf(name))
    // Before the buffer: behind one V8 looks for a view of its own, and takes some of these numbers (88 is
    // one) for it.
    this.writeDouble(byteOffset)
    this.writeDouble(name === 'DataView' ? byteLength : (view as Uint8Array).length)
    // V8 knows the buffer again when another view is on it, and refuses it if it is shared or detached.
    this.writeValue(buffer)
  }
}

export class CloneDeserializer extends Deserializer {
  /** Called by V8 where `_writeHostObject` wrote. */
  _readHostObject(): object {
    const kind = this.readUint32()
    if (kind === BYTES) return new Uint8Array(this.readRawBytes(this.readUint32()))
    const name = VIEWS[kind]
    const offset = this.readDouble()
    const length = this.readDouble()
    const buffer: unknown = this.readValue()
    if (name === undefined || !types.isArrayBuffer(buffer))
      throw new RangeError('a view of no kind, or on no buffer')
    const View = (globalThis as unknown as Record<string, ViewConstructor>)[name]!
    return new View(buffer, offset, length)
  }
}
