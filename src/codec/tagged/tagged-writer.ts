import { types } from 'node:util'
import { bufferOf, copyIn, lengthOf } from '../copy.ts'
import { unbound } from '../text.ts'
import { Site } from './compiled-shapes.ts'
import { type KeyNode, keyTree } from './key-tree.ts'
import { TaggedOutput } from './tagged-output.ts'
import * as tag from './tags.ts'
import { DEPTH, double } from './tags.ts'

/**
 * Returned instead of a position: the tagged form cannot express the item, and V8's serializer must write it.
 */
const LEFT_TO_V8 = -1

/** Up to this many objects in an item, searching a list is faster than a Set (measured). */
const MAX_LISTED = 32

const PLAIN_OBJECT = {}

const timeOf = unbound(Date.prototype.getTime)
const { hasOwn, keys: keysOf, values: valuesOf } = Object

const ROOT = new Site<KeyNode>()
/** The site of the objects that are in others, but not in one of a compiled shape. */
const ANYWHERE = new Site<KeyNode>()

const INDEX_NAMES = Array.from({ length: 256 }, (_, index) => String(index))

function indexName(index: number): string {
  return index < 256 ? INDEX_NAMES[index]! : String(index)
}

function hasObject(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (typeof values[i] === 'object' && values[i] !== null) return true
  return false
}

/** Writes one item at a time in the tagged form. */
export class TaggedWriter extends TaggedOutput {
  #depth = 0
  /** The objects met in this item. One that is met twice is shared or in a cycle, which needs V8's form. */
  readonly #seen: (object | undefined)[] = []
  #seenCount = 0
  #seenSet: Set<object> | undefined
  /**
   * Buffers under the byte arrays of this item. Two arrays on one buffer must still share it when they
   * arrive.
   */
  readonly #buffers: ArrayBufferLike[] = []
  #tree: KeyNode | undefined
  /** The number of this item among all that this thread has written. */
  #item = 0
  /** How many OBJECTs this item has so far. */
  #shapes = 0

  /** As `CellCodec.write`. Returns -1 if V8's serializer must write the item. */
  write(item: unknown, bytes: Uint8Array, at: number, end: number): number {
    // A for-in loop would take enumerable properties of Object.prototype for an item's own.
    for (const _ in PLAIN_OBJECT) return LEFT_TO_V8
    this.open(bytes, at, end)
    this.#depth = 0
    this.#shapes = 0
    this.#item = ++items
    this.#tree = keyTree()
    const position =
      typeof item === 'object' && item !== null ? this.object(item, at, ROOT) : this.value(item, at)
    if (position === LEFT_TO_V8) return LEFT_TO_V8
    const length = position - this.start
    if (this.bytes !== bytes && length <= end - at) copyIn(bytes, at, this.bytes, length)
    return length
  }

  /**
   * Drops all references to the item and its memory. Call it after each `write`, also after one that threw.
   */
  reset(): void {
    for (let i = 0; i < this.#seenCount; i++) this.#seen[i] = undefined
    this.#seenCount = 0
    this.#seenSet = undefined
    if (this.#buffers.length > 0) this.#buffers.length = 0
    this.close()
  }

  /** Writes any value. Every method that writes sees to room for itself. */
  value(item: unknown, at: number): number {
    switch (typeof item) {
      case 'string':
        return this.string(item, at)
      case 'number':
        return this.number(item, at)
      case 'object':
        return item === null ? this.tag(tag.NULL, at) : this.object(item, at, ANYWHERE)
      case 'boolean':
        return this.tag(item ? tag.TRUE : tag.FALSE, at)
      case 'undefined':
        return this.tag(tag.UNDEFINED, at)
      case 'bigint':
        return this.bigint(item, at)
      default:
        return LEFT_TO_V8
    }
  }

  object(item: object, position: number, site: Site<KeyNode>): number {
    // V8's serializer refuses a proxy with the same error as structuredClone.
    if (this.#met(item) || types.isProxy(item) || this.#depth === DEPTH) return LEFT_TO_V8
    this.#depth++
    let end: number
    if (Array.isArray(item)) end = this.#array(item, position, site)
    else if (site.keys?.compiled?.fits(item) === true) end = this.#shaped(item, site.keys, position)
    else end = this.#unknown(item, position, site)
    this.#depth--
    return end
  }

  /** Whether `item` was met before in this item. Notes it. */
  #met(item: object): boolean {
    if (this.#seenCount < MAX_LISTED) {
      for (let i = 0; i < this.#seenCount; i++) if (this.#seen[i] === item) return true
      this.#seen[this.#seenCount++] = item
      return false
    }
    this.#seenSet ??= new Set(this.#seen as object[])
    if (this.#seenSet.has(item)) return true
    this.#seenSet.add(item)
    return false
  }

  #unknown(item: object, at: number, site: Site<KeyNode>): number {
    const prototype: unknown = Object.getPrototypeOf(item)
    return prototype === Object.prototype
      ? this.#plain(item, at, site)
      : this.#other(item, prototype, at, site)
  }

  #plain(item: object, at: number, site: Site<KeyNode>): number {
    let node = this.#tree!
    for (const key in item) {
      node = node.lastKey === key ? node.lastChild! : node.child(key)
      if (!node.isShape) return this.#dictionary(item, at)
    }
    site.keys = node
    return this.#shaped(item, node, at)
  }

  #shaped(item: object, node: KeyNode, at: number): number {
    const position = this.#shape(node, at)
    return node.compiled === undefined
      ? this.#values(item, node, position)
      : node.compiled.write(this, item, position)
  }

  /** As a compiled shape's `write`, which must write the same bytes. */
  #values(item: object, node: KeyNode, at: number): number {
    node.meet()
    const keys = node.keys
    let position = at
    let i = 0
    for (const key in item) {
      // A getter has added or removed properties, and may have uncovered an inherited one. V8's serializer
      // defines the result.
      if (key !== keys[i++] || (key in PLAIN_OBJECT && !hasOwn(item, key))) return LEFT_TO_V8
      position = this.value((item as Record<string, unknown>)[key], position)
      if (position === LEFT_TO_V8) return LEFT_TO_V8
    }
    return i === keys.length ? position : LEFT_TO_V8
  }

  #shape(node: KeyNode, at: number): number {
    if (node.item === this.#item && node.index <= 0xff) {
      const position = at + 2 > this.end ? this.grow(at, 2) : at
      this.bytes[position] = tag.SAME
      this.bytes[position + 1] = node.index
      return position + 2
    }
    node.item = this.#item
    node.index = this.#shapes++
    const encoded = node.encoded
    const length = encoded.length
    const position = at + length > this.end ? this.grow(at, length) : at
    if (node.compiled === undefined) copyIn(this.bytes, position, encoded, length)
    else node.compiled.head(this.bytes, position)
    return position + length
  }

  #dictionary(item: object, at: number): number {
    const keys = keysOf(item)
    let position = this.counted(tag.DICTIONARY, keys.length, at)
    // This costs a tenth of a load for each key. But a value that is an object may have getters, which must
    // not run after those of the keys behind it. So all values must be of other types.
    const values = valuesOf(item)
    const isFlat = values.length === keys.length && !hasObject(values)
    for (let i = 0; i < keys.length; i++) {
      position = this.string(keys[i]!, position)
      const value = isFlat ? values[i] : (item as Record<string, unknown>)[keys[i]!]
      position = this.value(value, position)
      if (position === LEFT_TO_V8) return LEFT_TO_V8
    }
    return position
  }

  #array(item: readonly unknown[], at: number, site: Site<KeyNode>): number {
    const length = item.length
    // Arrays with holes or other properties are left to V8. Indices come first among the keys, in order. So
    // an array with `length` keys, of which the last is the last index, has neither.
    const keys = keysOf(item)
    if (keys.length !== length || (length > 0 && keys[length - 1] !== indexName(length - 1)))
      return LEFT_TO_V8
    let position = at + 2 > this.end ? this.grow(at, 2) : at
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
        position = this.number(element, position)
      } else {
        position =
          typeof element === 'object' && element !== null
            ? this.object(element, position, site)
            : this.value(element, position)
        if (position === LEFT_TO_V8) return LEFT_TO_V8
      }
    }
    return item.length === length ? position : LEFT_TO_V8
  }

  #other(item: object, prototype: unknown, at: number, site: Site<KeyNode>): number {
    if (prototype === null) {
      return types.isModuleNamespaceObject(item) ? LEFT_TO_V8 : this.#plain(item, at, site)
    }
    if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) return this.#byteArray(item, at)
    if (prototype === Date.prototype && types.isDate(item)) {
      double[0] = timeOf(item)
      return this.eight(tag.DATE, at)
    }
    if (prototype === Map.prototype && types.isMap(item)) return this.#map(item, at)
    if (prototype === Set.prototype && types.isSet(item)) return this.#set(item, at)
    return LEFT_TO_V8
  }

  #map(item: Map<unknown, unknown>, at: number): number {
    const size = item.size
    let count = 0
    let position = this.counted(tag.MAP, size, at)
    for (const [key, value] of item) {
      if (++count > size) return LEFT_TO_V8
      position = this.value(key, position)
      if (position === LEFT_TO_V8) return LEFT_TO_V8
      position = this.value(value, position)
      if (position === LEFT_TO_V8) return LEFT_TO_V8
    }
    return count === size ? position : LEFT_TO_V8
  }

  #set(item: Set<unknown>, at: number): number {
    const size = item.size
    let count = 0
    let position = this.counted(tag.SET, size, at)
    for (const value of item) {
      if (++count > size) return LEFT_TO_V8
      position = this.value(value, position)
      if (position === LEFT_TO_V8) return LEFT_TO_V8
    }
    return count === size ? position : LEFT_TO_V8
  }

  #byteArray(item: object, at: number): number {
    // An empty array may be detached. Something that is no array may have this prototype.
    if (!types.isUint8Array(item) || lengthOf(item) === 0) return LEFT_TO_V8
    const buffer: ArrayBufferLike & { readonly resizable?: boolean } = bufferOf(item)
    if (types.isSharedArrayBuffer(buffer) || buffer.resizable === true) return LEFT_TO_V8
    if (!Buffer.isBuffer(item)) {
      if (this.#buffers.includes(buffer)) return LEFT_TO_V8
      this.#buffers.push(buffer)
    }
    const length = lengthOf(item)
    const position = at + 5 + length > this.end ? this.grow(at, 5 + length) : at
    const next = this.counted(tag.BYTES, length, position)
    copyIn(this.bytes, next, item, length)
    return next + length
  }
}

let items = 0
