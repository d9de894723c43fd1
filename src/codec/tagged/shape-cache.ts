import { copyOut } from '../copy.ts'
import { type CompiledShape, compiledShape, findCompiled, type ValueReader } from './compiled-shapes.ts'
import { put } from './properties.ts'
import { parseKeys } from './shape-body.ts'

/** Makes objects with one list of keys. */
export interface ReadableShape {
  readonly keys: readonly string[]
  /** The object whose values begin at `start`, in the order of the keys. */
  read(reader: ValueReader, bytes: Uint8Array, start: number, end: number): object
}

/** A shape that was read, and that is not compiled yet. */
class MetShape implements ReadableShape {
  readonly body: Uint8Array
  /** How many items had this shape. */
  met = 0
  readonly keys: readonly string[]
  #compiled: CompiledShape | undefined

  constructor(body: Uint8Array) {
    this.body = body
    this.keys = parseKeys(body)
  }

  /** Counts an item. Objects behind the first of an item do not count, of which few bytes can hold many. */
  meet(): this {
    if (++this.met === COMPILED_WHEN_MET) this.#compiled = compiledShape(this.keys)
    return this
  }

  read(reader: ValueReader, bytes: Uint8Array, start: number, end: number): object {
    if (this.#compiled !== undefined) return this.#compiled.read(reader, bytes, start, end)
    const item: Record<string, unknown> = {}
    reader.next = start
    for (const key of this.keys) put(item, key, reader.value(reader.next))
    return item
  }
}

/**
 * A shape is compiled when it has been met so often, unless this thread has written and compiled it. Bytes
 * that come from outside should not choose what is compiled by being there once.
 */
export const COMPILED_WHEN_MET = 1000

/** A longer shape is parsed each time. Forged ones would fill the memory. */
const MAX_KEPT_BYTES = 3072

/** Shapes read before, two for each low byte of a hash. It may be forged, so the bytes are compared too. */
const entries: (MetShape | undefined)[] = new Array(512).fill(undefined)

/**
 * The shape whose count and keys are the `length` bytes at `at`. Its hash is at `at - 2`.
 * @throws RangeError if the bytes are no shape
 */
export function shapeAt(bytes: Uint8Array, at: number, length: number): ReadableShape {
  const hash = bytes[at - 2]!
  const compiled = findCompiled(hash, bytes, at, length)
  if (compiled !== undefined) return compiled
  const slot = 2 * hash
  const first = entries[slot]
  if (first !== undefined && isAt(first.body, bytes, at, length)) return first.meet()
  const second = entries[slot + 1]
  if (second !== undefined && isAt(second.body, bytes, at, length)) return second.meet()
  const shape = new MetShape(copyOut(bytes, at, length))
  if (length <= MAX_KEPT_BYTES) {
    // The one met less often gives way. A shape that is met often is compiled in the end, and found above.
    const replaced = first !== undefined && (second === undefined || second.met < first.met) ? slot + 1 : slot
    entries[replaced] = shape
  }
  return shape.meet()
}

function isAt(body: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (body.length !== length) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== body[i]) return false
  return true
}
