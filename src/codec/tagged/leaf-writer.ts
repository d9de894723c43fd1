import { types } from 'node:util'
import { copyIn } from '../copy.ts'
import {
  bufferBytes,
  bufferOfView,
  bytesOfView,
  flagsOf,
  isResizable,
  isView,
  kindOfView,
  lengthOfView,
  MetObjects,
  offsetOfView,
  sourceOf,
  UINT8_ARRAY,
} from '../objects/index.ts'
import { bufferOf, lengthOf } from '../views.ts'
import { TaggedOutput } from './tagged-output.ts'
import * as tag from './tags.ts'

/**
 * Returned instead of a position: the tagged form cannot express the item, and V8's serializer must write it.
 */
export const LEFT_TO_V8 = -1

/** Writes objects that contain no other values: buffers, views on them, and regular expressions. */
export class LeafWriter extends TaggedOutput {
  /** The objects of this item. One that is met twice is shared or in a cycle. */
  protected readonly met: MetObjects = new MetObjects()
  /** Whether this item has a REF. */
  protected hasReference = false
  /**
   * Buffers under byte arrays that were written without them. If there is another view on one of them, the
   * two must share it when they arrive.
   */
  readonly #leftOut: ArrayBufferLike[] = []
  /** Whether a buffer has a number. */
  #hasBuffer = false

  protected forget(): void {
    this.met.clear()
    this.hasReference = false
    this.#hasBuffer = false
    if (this.#leftOut.length > 0) this.#leftOut.length = 0
  }

  /** The object that was met before with this number. */
  protected reference(number: number, at: number): number {
    this.hasReference = true
    return this.counted(tag.REF, number, at)
  }

  /** Writes an ArrayBuffer or a view, whose prototype may be any. */
  protected memory(item: object, at: number): number {
    if (!isView(item)) return types.isArrayBuffer(item) ? this.#buffer(item, at) : LEFT_TO_V8
    const kind = kindOfView(item)
    return kind === UINT8_ARRAY && Buffer.isBuffer(item)
      ? this.byteArray(item, at)
      : this.#view(item, kind, at)
  }

  protected byteArray(item: object, at: number): number {
    // An empty array may be detached. Something that is no array may have this prototype.
    if (!types.isUint8Array(item) || lengthOf(item) === 0) return LEFT_TO_V8
    const buffer = bufferOf(item)
    if (!types.isArrayBuffer(buffer) || isResizable(buffer)) return LEFT_TO_V8
    if (!Buffer.isBuffer(item)) {
      if (this.#hasBuffer && this.met.has(buffer)) return this.#view(item, UINT8_ARRAY, at)
      if (this.#leftOut.includes(buffer)) return LEFT_TO_V8
      this.#leftOut.push(buffer)
    }
    return this.#bytes(tag.BYTES, item, lengthOf(item), at)
  }

  #view(item: ArrayBufferView, kind: number, at: number): number {
    const buffer = bufferOfView(item, kind)
    if (kind < 0 || !this.#isPlain(buffer)) return LEFT_TO_V8
    const size = bufferBytes(buffer)
    const number = this.#meet(buffer)
    const offset = offsetOfView(item, kind)
    if (number < 0 && offset === 0 && bytesOfView(item, kind) === size) {
      const position = at + 2 > this.end ? this.grow(at, 2) : at
      this.bytes[position] = tag.VIEW
      return this.#bytes(kind, new Uint8Array(buffer), size, position + 1)
    }
    const position = this.counted(tag.VIEW_ON, offset, at)
    const next = this.counted(kind, lengthOfView(item, kind), position)
    return number < 0
      ? this.#bytes(tag.BUFFER, new Uint8Array(buffer), size, next)
      : this.reference(number, next)
  }

  #buffer(item: ArrayBuffer, at: number): number {
    if (!this.#isPlain(item)) return LEFT_TO_V8
    this.#hasBuffer = true
    return this.#bytes(tag.BUFFER, new Uint8Array(item), bufferBytes(item), at)
  }

  protected regExp(item: RegExp, at: number): number {
    const position = at + 2 > this.end ? this.grow(at, 2) : at
    this.bytes[position] = tag.REGEXP
    this.bytes[position + 1] = flagsOf(item)
    return this.string(sourceOf(item), position + 2)
  }

  #meet(buffer: ArrayBuffer): number {
    this.#hasBuffer = true
    return this.met.meet(buffer)
  }

  /** False for what V8's serializer handles or refuses. An empty buffer may be detached. */
  #isPlain(buffer: ArrayBufferLike): buffer is ArrayBuffer {
    return (
      types.isArrayBuffer(buffer) &&
      !isResizable(buffer) &&
      bufferBytes(buffer) > 0 &&
      !this.#leftOut.includes(buffer)
    )
  }

  /** A tag or a kind, the length, and all bytes of `from`. */
  #bytes(first: number, from: Uint8Array, length: number, at: number): number {
    const position = at + 5 + length > this.end ? this.grow(at, 5 + length) : at
    const next = this.counted(first, length, position)
    copyIn(this.bytes, next, from, length)
    return next + length
  }
}
