import { OBJECT, SHAPE_HEAD, SHAPE_KEY_CHARS, SHAPE_KEYS, STRING, UTF16 } from './tags.ts'

/**
 * The lists of keys that this thread has written, as a tree. A node is a list; a child is that list and one
 * more key. Following an object's keys from the root finds the encoded shape, which is made once.
 */
export class KeyNode {
  readonly keys: readonly string[]
  /** False: this list has too many keys, or a key that is too long, to be a shape. */
  readonly isShape: boolean
  /** The child taken last, and its key. The next object nearly always takes it again. */
  lastKey: string | undefined
  lastChild: KeyNode | undefined
  /** The number of the item in which this shape was written last, and its index among that item's OBJECTs. */
  item = 0
  index = 0
  #children: Map<string, KeyNode> | undefined
  #encoded: Uint8Array | undefined

  constructor(keys: readonly string[], isShape: boolean) {
    this.keys = keys
    this.isShape = isShape
  }

  /** The list of these keys and `key` behind them. */
  child(key: string): KeyNode {
    this.#children ??= new Map()
    let child = this.#children.get(key)
    if (child === undefined) {
      const fits = this.keys.length < SHAPE_KEYS && key.length <= SHAPE_KEY_CHARS
      child = fits ? new KeyNode([...this.keys, key], true) : NO_SHAPE
      this.#children.set(key, child)
      nodes++
    }
    this.lastKey = key
    this.lastChild = child
    return child
  }

  /** The tag OBJECT and the shape, encoded. */
  get encoded(): Uint8Array {
    this.#encoded ??= encodeShape(this.keys)
    return this.#encoded
  }
}

const NO_SHAPE = new KeyNode([], false)

/** A tree with more lists is dropped. Objects used as dictionaries would otherwise fill the memory. */
const MAX_NODES = 2048
let nodes = 0
let root = new KeyNode([], true)

/** The empty list. Call it once for each item, because the tree must not change while an item is encoded. */
export function keyTree(): KeyNode {
  if (nodes > MAX_NODES) {
    nodes = 0
    root = new KeyNode([], true)
  }
  return root
}

function encodeShape(keys: readonly string[]): Uint8Array {
  const body = Buffer.concat([Buffer.of(keys.length), ...keys.map(encodeKey)])
  const encoded = Buffer.alloc(1 + SHAPE_HEAD + body.length)
  encoded[0] = OBJECT
  encoded.writeUInt16LE(body.length, 1)
  encoded.writeUInt16LE(hashOf(body), 3)
  encoded.set(body, 1 + SHAPE_HEAD)
  return encoded
}

function encodeKey(key: string): Uint8Array {
  const latin1 = Buffer.from(key, 'latin1')
  if (latin1.toString('latin1') === key) return Buffer.concat([Buffer.of(STRING | key.length), latin1])
  const utf16 = Buffer.from(key, 'utf16le')
  const head = Buffer.alloc(5)
  head[0] = UTF16
  head.writeUInt32LE(utf16.length, 1)
  return Buffer.concat([head, utf16])
}

/** A hash that spreads shapes over the reader's cache. A clash only costs time. */
function hashOf(body: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash ^ (hash >>> 16)) & 0xffff
}
