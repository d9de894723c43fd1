import { types } from 'node:util'
import { Deserializer, Serializer } from 'node:v8'
import { refuseHostObjects } from './cloneable.ts'
import type { Span } from './codec.ts'
import { copyIn, copyOut } from './copy.ts'

/**
 * V8's own serializer, for what the tagged form leaves out. Views are written here, not by V8 and not by Node's
 * DefaultSerializer: V8 takes the whole buffer under a view, which for a small Buffer is Node's pool (64 KiB since
 * Node 24); Node's gives Buffers for Uint8Arrays, and reads typed arrays as views on the source, misaligned on some
 * versions (nodejs/node#54573).
 */

const VIEWS = [
  ...[Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
] as const

/** A view's first number: a Buffer in the pool, of which only its own bytes are written. */
const POOLED = 0xff

/** A view's length when it follows that of a resizable buffer. */
const TRACKING = 0xffffffff

class CloneSerializer extends Serializer {
  _writeHostObject(view: object): void {
    const kind = VIEWS.findIndex((each) => each.name === nameOfView(view))
    if (!ArrayBuffer.isView(view) || kind < 0) throw new TypeError('a host object cannot be cloned')
    const { buffer, byteOffset, byteLength } = view
    if (isPooled(view, buffer)) {
      this.writeUint32(POOLED)
      this.writeUint32(byteLength)
      this.writeRawBytes(view)
      return
    }
    this.writeUint32(kind)
    // V8 knows the buffer again when another view is on it, and refuses it if it is shared or detached.
    this.writeValue(buffer)
    this.writeDouble(byteOffset)
    this.writeUint32(isTracking(view, buffer) ? TRACKING : byteLength)
  }
}

class CloneDeserializer extends Deserializer {
  _readHostObject(): object {
    const kind = this.readUint32()
    if (kind === POOLED) return new Uint8Array(this.readRawBytes(this.readUint32()))
    const View = VIEWS[kind]
    const buffer: unknown = this.readValue()
    const byteOffset = this.readDouble()
    const byteLength = this.readUint32()
    if (View === undefined || !types.isArrayBuffer(buffer)) throw new RangeError('a view on no buffer')
    if (byteLength === TRACKING) return new View(buffer, byteOffset)
    return new View(buffer, byteOffset, byteLength / bytesPerElement(View))
  }
}

function nameOfView(view: object): string {
  return types.isDataView(view) ? 'DataView' : Object.prototype.toString.call(view).slice(8, -1)
}

function bytesPerElement(view: (typeof VIEWS)[number]): number {
  return 'BYTES_PER_ELEMENT' in view ? view.BYTES_PER_ELEMENT : 1
}

/** Small Buffers lie in one pool by accident; nobody means them to share it. */
export function isPooled(view: ArrayBufferView, buffer: ArrayBufferLike): boolean {
  return Buffer.isBuffer(view) && buffer.byteLength === Buffer.poolSize
}
