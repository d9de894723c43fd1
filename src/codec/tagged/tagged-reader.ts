import { copyOut } from '../copy.ts'
import { readLatin1 } from '../short-strings.ts'
import { sliceUtf8, sliceUtf16 } from '../text.ts'
import { bigint, double, eight, unbound } from '../views.ts'
import type { ValueReader } from './compiled-shapes.ts'
import { readKey } from './key-cache.ts'
import { newDictionary, plainDictionary } from './properties.ts'
import { type ReadableShape, shapeAt } from './shape-cache.ts'
import * as tag from './tags.ts'
import { DEPTH, SHAPE_HEAD, STRING, UNDEFINED } from './tags.ts'

const NOTHING = new Uint8Array(0)
const setInMap = unbound(Map.prototype.set)
const addToSet = unbound(Set.prototype.add)

/**
 * Reads the tagged form. The bytes may be forged: no byte outside them is read, nothing is allocated before
 * its values have been read, and nesting is bounded. Reading calls no code of the user's, so it cannot be
 * entered twice, and its state is in these variables.
 */
let bytes: Uint8Array = NOTHING
let position = 0
let end = 0
let depth = 0
/**
 * The first `shapeCount` belong to this item. Setting the length to 0 for each item would call into C++ and
 * free the array's memory.
 */
const shapes: ReadableShape[] = []
let shapeCount = 0

/**
 * The value that takes exactly the `length` bytes at `at`.
 * @throws RangeError or SyntaxError if the bytes are no such value
 */
export function readTagged(from: Uint8Array, at: number, length: number): unknown {
  bytes = from
  position = at
  end = at + length
  depth = 0
  shapeCount = 0
  try {
    const item = value()
    if (position !== end) throw new RangeError(`${end - position} bytes too many`)
    return item
  } finally {
    // The memory of the queue would otherwise be kept alive.
    bytes = NOTHING
  }
}

const reader: ValueReader = {
  next: 0,
  value(at) {
    position = at
    const item = value()
    reader.next = position
    return item
  },
}

function claim(count: number): number {
  const at = position
  if (count > end - at) tooFew(count)
  position = at + count
  return at
}

function tooFew(count: number): never {
  throw new RangeError(`${count - (end - position)} bytes too few`)
}

function u32(): number {
  const at = claim(4)
  const from = bytes
  return (from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16) | (from[at + 3]! << 24)) >>> 0
}

/** A count of values. Each takes at least one byte, so there cannot be more than bytes left. */
function count(): number {
  const claimed = u32()
  if (claimed > end - position) throw new RangeError(`${claimed} values in ${end - position} bytes`)
  return claimed
}

function value(): unknown {
  const at = position
  if (at >= end) tooFew(1)
  const first = bytes[at]!
  position = at + 1
  if (first < STRING) return first
  if (first < UNDEFINED) {
    const length = first - STRING
    return readLatin1(bytes, claim(length), length)
  }
  if (first === tag.DOUBLE) return float()
  if (first >= tag.ARRAY8) return compound(first)
  switch (first) {
    case tag.UNDEFINED:
      return undefined
    case tag.NULL:
      return null
    case tag.FALSE:
      return false
    case tag.TRUE:
      return true
    case tag.INT8:
      return (bytes[claim(1)]! << 24) >> 24
    case tag.INT32:
      return u32() | 0
    case tag.DATE:
      return new Date(float())
    case tag.BIGINT64:
      takeEight()
      return bigint[0]
    case tag.BIGINT:
      return hexadecimal()
    case tag.LATIN1: {
      const length = u32()
      return readLatin1(bytes, claim(length), length)
    }
    case tag.UTF8:
      return utf8()
    default:
      return utf16()
  }
}

function utf8(): string {
  const length = u32()
  const at = claim(length)
  return sliceUtf8(bytes, at, at + length)
}

function utf16(): string {
  const length = u32()
  if (length % 2 !== 0) throw new RangeError('UTF-16 takes an even number of bytes')
  const at = claim(length)
  return sliceUtf16(bytes, at, at + length)
}

function takeEight(): void {
  const at = claim(8)
  const from = bytes
  eight[0] = from[at]!
  eight[1] = from[at + 1]!
  eight[2] = from[at + 2]!
  eight[3] = from[at + 3]!
  eight[4] = from[at + 4]!
  eight[5] = from[at + 5]!
  eight[6] = from[at + 6]!
  eight[7] = from[at + 7]!
}

function float(): number {
  takeEight()
  return double[0]!
}

function hexadecimal(): bigint {
  const negative = bytes[claim(1)] === 1
  const length = u32()
  const magnitude = BigInt(`0x${readLatin1(bytes, claim(length), length)}`)
  return negative ? -magnitude : magnitude
}

function compound(first: number): unknown {
  if (++depth > DEPTH) throw new RangeError(`values are nested deeper than ${DEPTH}`)
  if (first === tag.OBJECT) {
    const item = object(newShape())
    depth--
    return item
  }
  let item: unknown
  switch (first) {
    case tag.SAME:
      item = object(sameShape())
      break
    case tag.ARRAY8:
      item = array(bytes[claim(1)]!)
      break
    case tag.ARRAY:
      item = array(count())
      break
    case tag.MAP:
      item = map()
      break
    case tag.SET:
      item = set()
      break
    case tag.DICTIONARY:
      item = dictionary()
      break
    case tag.BYTES: {
      const length = u32()
      item = copyOut(bytes, claim(length), length)
      break
    }
    default:
      throw new RangeError(`no value starts with the byte ${first}`)
  }
  depth--
  return item
}

function object(shape: ReadableShape): object {
  const item = shape.read(reader, bytes, position, end)
  position = reader.next
  return item
}

function array(length: number): unknown[] {
  // The array grows with its values. Nested arrays could each claim a length that is not there.
  const items: unknown[] = []
  for (let i = 0; i < length; i++) items.push(value())
  return items
}

function map(): Map<unknown, unknown> {
  const size = count()
  const items = new Map()
  for (let i = 0; i < size; i++) {
    const key = value()
    setInMap(items, key, value())
  }
  return items
}

function set(): Set<unknown> {
  const size = count()
  const items = new Set()
  for (let i = 0; i < size; i++) addToSet(items, value())
  return items
}

function dictionary(): object {
  const size = count()
  const item = newDictionary()
  for (let i = 0; i < size; i++) {
    const name = key()
    item[name] = value()
  }
  return plainDictionary(item)
}

function key(): string {
  const first = bytes[claim(1)]!
  if (first >= STRING && first < UNDEFINED) return readKey(bytes, claim(first - STRING), first - STRING)
  switch (first) {
    case tag.LATIN1: {
      const length = u32()
      return readLatin1(bytes, claim(length), length)
    }
    case tag.UTF8:
      return utf8()
    case tag.UTF16:
      return utf16()
    default:
      throw new RangeError('a key must be a string')
  }
}

function newShape(): ReadableShape {
  const at = claim(SHAPE_HEAD)
  const length = bytes[at]! | (bytes[at + 1]! << 8)
  const shape = shapeAt(bytes, claim(length), length)
  // SAME has no number for others.
  if (shapeCount <= 0xff) shapes[shapeCount++] = shape
  return shape
}

function sameShape(): ReadableShape {
  const index = bytes[claim(1)]!
  const shape = index < shapeCount ? shapes[index] : undefined
  if (shape === undefined) throw new RangeError('an object has the shape of one that is not there')
  return shape
}
