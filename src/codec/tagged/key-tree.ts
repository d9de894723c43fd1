import { type CompiledShape, compiledShape, knownCompiled } from './compiled-shapes.ts'
import { encodeShape } from './shape-body.ts'
import { SHAPE_KEY_CHARS, SHAPE_KEYS } from './tags.ts'

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
  /** The code for this shape, if it has been written often. */
  compiled: CompiledShape | undefined
  #met = 0
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

  /** Notes that an object was written without compiled code. */
  meet(): void {
    this.#met++
    if (this.#met === 1) this.compiled = knownCompiled(this.encoded)
    else if (this.#met === COMPILED_WHEN_WRITTEN) this.compiled = compiledShape(this.keys)
  }

  /**
   * Drops the lists below this one of which at most `most` objects were written, but for compiled ones.
   * Returns how many stay.
   */
  prune(most: number): number {
    let kept = 0
    for (const [key, child] of this.#children ?? []) {
      const below = child.prune(most)
      if (below === 0 && child.#met <= most && child.compiled === undefined) this.#children!.delete(key)
      else kept += below + 1
    }
    this.lastKey = undefined
    this.lastChild = undefined
    return kept
  }

  /** The tag OBJECT and the shape, encoded. */
  get encoded(): Uint8Array {
    this.#encoded ??= encodeShape(this.keys)
    return this.#encoded
  }
}

/** Compiling costs as much as what it saves in so many objects (measured). */
export const COMPILED_WHEN_WRITTEN = 500

const NO_SHAPE = new KeyNode([], false)

/** A tree with more lists is pruned. Objects used as dictionaries would otherwise fill the memory. */
const MOST_NODES = 2048
let nodes = 0
const root = new KeyNode([], true)

/** The empty list. Call it once for each item, because the tree must not change while an item is encoded. */
export function keyTree(): KeyNode {
  if (nodes > MOST_NODES) {
    nodes = root.prune(1)
    if (nodes > MOST_NODES / 2) {
      // Those that stay are few, and are not counted again.
      root.prune(Number.POSITIVE_INFINITY)
      nodes = 0
    }
  }
  return root
}
