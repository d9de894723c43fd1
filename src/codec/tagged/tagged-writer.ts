import { types } from 'node:util'
import { copyIn } from '../copy.ts'
import { type KeyNode, keyTree } from './key-tree.ts'
import { TaggedOutput } from './tagged-output.ts'
import * as tag from './tags.ts'
import { DEPTH, double } from './tags.ts'

/** What the methods return instead of a position when the item is one for V8's serializer. */
const LEAVE = -1

/** Up to so many objects in an item, looking through a list beats a Set (measured). */
const LIST_OBJECTS = 32

const NOTHING = {}

/** Writes one item at a time in the tagged form. */
export class TaggedWriter extends TaggedOutput {
  #depth = 0
  /** The objects met in this item: one met twice is shared or a cycle, which only V8's form can express. */
  readonly #seen: (object | undefined)[] = []
  #seenCount = 0
  #seenSet: Set<object> | undefined
  /** Buffers under the byte arrays of this item; two arrays on one buffer must stay so. */
  readonly #buffers: ArrayBufferLike[] = []
  #tree: KeyNode | undefined
  #item = 0
  #shapes = 0

  /** As `CellCodec.write`; -1 if the item is one for V8's serializer. */
  write(item: unknown, bytes: Buffer, at: number, end: number): number {
    // Enumerable properties on Object.prototype would be taken for the items' own.
    for (const _ in NOTHING) return LEAVE
    this.open(bytes, at, end)
    this.#depth = 0
    this.#shapes = 0
    this.#item = ++items
    this.#tree = keyTree()
    const position = this.#value(item, at)
    if (position === LEAVE) return LEAVE
    const length = position - this.start
    if (this.bytes !== bytes && length <= end - at) copyIn(bytes, at, this.bytes, length)
    return length
  }

  /** Lets go of the item and of its memory. To be called after each `write`, whatever came of it. */
  reset(): void {
    for (let i = 0; i < this.#seenCount; i++) this.#seen[i] = undefined
    this.#seenCount = 0
    this.#seenSet = undefined
    if (this.#buffers.length > 0) this.#buffers.length = 0
    this.close()
  }

  #value(item: unknown, at: number): number {
    const position = at + 9 > this.end ? this.grow(at, 9) : at
    switch (typeof item) {
      case 'string':
        return this.string(item, position)
      case 'number':
        return this.number(item, position)
      case 'object':
        return item === null ? this.tag(tag.NULL, position) : this.#object(item, position)
      case 'boolean':
        return this.tag(item ? tag.TRUE : tag.FALSE, position)
      case 'undefined':
        return this.tag(tag.UNDEFINED, position)
      case 'bigint':
        return this.bigint(item, position)
      default:
        return LEAVE
    }
  }

  #object(item: object, position: number): number {
    // A proxy is refused by structured clone, and that is V8's to say.
    if (this.#met(item) || types.isProxy(item) || this.#depth === DEPTH) return LEAVE
    this.#depth++
    const prototype: unknown = Object.getPrototypeOf(item)
    let end = LEAVE
    if (prototype === Object.prototype) end = this.#plain(item, position)
    else if (prototype === Array.prototype) end = this.#array(item, position)
    else end = this.#other(item, prototype, position)
    this.#depth--
    return end
  }

  /** Whether this item has led to `item` before. */
  #met(item: object): boolean {
    if (this.#seenCount < LIST_OBJECTS) {
      for (let i = 0; i < this.#seenCount; i++) if (this.#seen[i] === item) return true
      this.#seen[this.#seenCount++] = item
      return false
    }
    this.#seenSet ??= new Set(this.#seen as object[])
    if (this.#seenSet.has(item)) return true
    this.#seenSet.add(item)
    return false
  }

  #plain(item: object, at: number): number {
    let node = this.#tree!
    for (const key in item) {
      node = node.lastKey === key ? node.lastChild! : node.child(key)
      if (!node.isShape) return this.#dictionary(item, at)
    }
    let position = this.#shape(node, at)
    const keys = node.keys
    let i = 0
    for (const key in item) {
      // A getter that adds or removes properties: V8 defines what comes of that.
      if (key !== keys[i++]) return LEAVE
      position = this.#value((item as Record<string, unknown>)[key], position)
      if (position === LEAVE) return LEAVE
    }
    return i === keys.length ? position : LEAVE
  }

  #shape(node: KeyNode, at: number): number {
    if (node.item === this.#item && node.index <= 0xff) {
      this.bytes[at] = tag.SAME
      this.bytes[at + 1] = node.index
      return at + 2
    }
    node.item = this.#item
    node.index = this.#shapes++
    const encoded = node.encoded
    const length = encoded.length
    const position = at + length > this.end ? this.grow(at, length) : at
    copyIn(this.bytes, position, encoded, length)
    return position + length
  }

  #dictionary(item: object, at: number): number {
    const keys = Object.keys(item)
    let position = this.counted(tag.DICTIONARY, keys.length, at)
    for (const key of keys) {
      position = this.#value(key, position)
      position = this.#value((item as Record<string, unknown>)[key], position)
      if (position === LEAVE) return LEAVE
    }
    return position
  }

  #array(item: object, at: number): number {
    if (!Array.isArray(item)) return LEAVE
    const length = item.length
    // Holes and properties beside the elements are left to V8. Indices come first, in order: if there are
    // `length` keys and the last is the last index, there is nothing else.
    const keys = Object.keys(item)
    if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) return LEAVE
    let position = at
    if (length <= 0xff) {
      this.bytes[position] = tag.ARRAY8
      this.bytes[position + 1] = length
      position += 2
    } else {
      position = this.counted(tag.ARRAY, length, position)
    }
    for (let i = 0; i < length; i++) {
      const element: unknown = item[i]
      if (typeof element === 'number') {
        if (position + 9 > this.end) position = this.grow(position, 9)
        position = this.number(element, position)
      } else {
        position = this.#value(element, position)
        if (position === LEAVE) return LEAVE
      }
    }
    return item.length === length ? position : LEAVE
  }

  #other(item: object, prototype: unknown, at: number): number {
    if (prototype === null) return types.isModuleNamespaceObject(item) ? LEAVE : this.#plain(item, at)
    if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) return this.#byteArray(item, at)
    if (types.isDate(item) && prototype === Date.prototype) {
      double[0] = item.getTime()
      return this.eight(tag.DATE, at)
    }
    if (types.isMap(item) && prototype === Map.prototype) return this.#map(item, at)
    if (types.isSet(item) && prototype === Set.prototype) return this.#set(item, at)
    return LEAVE
  }

  #map(item: Map<unknown, unknown>, at: number): number {
    const size = item.size
    let count = 0
    let position = this.counted(tag.MAP, size, at)
    for (const [key, value] of item) {
      if (++count > size) return LEAVE
      position = this.#value(key, position)
      if (position === LEAVE) return LEAVE
      position = this.#value(value, position)
      if (position === LEAVE) return LEAVE
    }
    return count === size ? position : LEAVE
  }

  #set(item: Set<unknown>, at: number): number {
    const size = item.size
    let count = 0
    let position = this.counted(tag.SET, size, at)
    for (const value of item) {
      if (++count > size) return LEAVE
      position = this.#value(value, position)
      if (position === LEAVE) return LEAVE
    }
    return count === size ? position : LEAVE
  }

  #byteArray(item: object, at: number): number {
    // An empty one may be detached, or none at all but an object with this prototype.
    if (!types.isUint8Array(item) || item.length === 0) return LEAVE
    const buffer: ArrayBufferLike & { readonly resizable?: boolean } = item.buffer
    if (types.isSharedArrayBuffer(buffer) || buffer.resizable === true) return LEAVE
    if (!Buffer.isBuffer(item)) {
      if (this.#buffers.includes(buffer)) return LEAVE
      this.#buffers.push(buffer)
    }
    const length = item.length
    const position = at + 5 + length > this.end ? this.grow(at, 5 + length) : at
    const next = this.counted(tag.BYTES, length, position)
    copyIn(this.bytes, next, item, length)
    return next + length
  }
}

let items = 0
