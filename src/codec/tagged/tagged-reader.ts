import { copyOut } from '../copy.ts'
import { readLatin1 } from '../short-strings.ts'
import { ucs2Slice, utf8Slice } from '../text.ts'
import { isInherited, keepShape, knownShape, type Shape } from './shape-cache.ts'
import * as tag from './tags.ts'
import { bigint, DEPTH, double, eight, SHAPE_HEAD, SHORT_MAX, STRING } from './tags.ts'

const NOTHING = new Uint8Array(0)

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
const shapes: Shape[] = []
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

function claim(count: number): number {
  const at = position
  if (count > end - at) throw new RangeError(`${count - (end - at)} bytes too few`)
  position = at + count
  return at
}

function u32(): number {
  const at = claim(4)
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

/** A count of values. Each takes at least one byte, so there cannot be more than bytes left. */
function count(): number {
  const claimed = u32()
  if (claimed > end - position) throw new RangeError(`${claimed} values in ${end - position} bytes`)
  return claimed
}

function value(): unknown {
  const first = bytes[claim(1)]!
  if (first < STRING) return first
  if (first <= STRING + SHORT_MAX) return latin1(first - STRING)
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
    case tag.DOUBLE:
      return float()
    case tag.DATE:
      return new Date(float())
    case tag.BIGINT64:
      takeEight()
      return bigint[0]
    case tag.BIGINT:
      return hexadecimal()
    case tag.LATIN1:
      return latin1(u32())
    case tag.UTF8:
      return utf8()
    default:
      return utf16()
  }
}

function latin1(length: number): string {
  return readLatin1(bytes, claim(length), length)
}

function utf8(): string {
  const length = u32()
  const at = claim(length)
  return utf8Slice.call(bytes, at, at + length)
}

function utf16(): string {
  const length = u32()
  if (length % 2 !== 0) throw new RangeError('UTF-16 takes an even number of bytes')
  const at = claim(length)
  return ucs2Slice.call(bytes, at, at + length)
}

function takeEight(): void {
  const at = claim(8)
  eight[0] = bytes[at]!
  eight[1] = bytes[at + 1]!
  eight[2] = bytes[at + 2]!
  eight[3] = bytes[at + 3]!
  eight[4] = bytes[at + 4]!
  eight[5] = bytes[at + 5]!
  eight[6] = bytes[at + 6]!
  eight[7] = bytes[at + 7]!
}

function float(): number {
  takeEight()
  return double[0]!
}

function hexadecimal(): bigint {
  const negative = bytes[claim(1)] === 1
  const magnitude = BigInt(`0x${latin1(u32())}`)
  return negative ? -magnitude : magnitude
}

function compound(first: number): unknown {
  if (++depth > DEPTH) throw new RangeError(`values are nested deeper than ${DEPTH}`)
  let item: unknown
  switch (first) {
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
    case tag.OBJECT:
      item = object(newShape())
      break
    case tag.SAME:
      item = object(sameShape())
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
    items.set(key, value())
  }
  return items
}

function set(): Set<unknown> {
  const size = count()
  const items = new Set()
  for (let i = 0; i < size; i++) items.add(value())
  return items
}

function object(shape: Shape): Record<string, unknown> {
  const item: Record<string, unknown> = {}
  const keys = shape.keys
  if (shape.hasInherited) {
    for (let i = 0; i < keys.length; i++) define(item, keys[i]!, value())
  } else {
    for (let i = 0; i < keys.length; i++) item[keys[i]!] = value()
  }
  return item
}

function dictionary(): Record<string, unknown> {
  const size = count()
  const item: Record<string, unknown> = {}
  for (let i = 0; i < size; i++) {
    const name = key()
    if (isInherited(name)) define(item, name, value())
    else item[name] = value()
  }
  return item
}

/** Assigning to `__proto__` would set the prototype; assigning to a frozen inherited property would throw. */
function define(item: object, name: string, content: unknown): void {
  Object.defineProperty(item, name, { value: content, writable: true, enumerable: true, configurable: true })
}

function key(): string {
  const first = bytes[claim(1)]!
  if (first >= STRING && first <= STRING + SHORT_MAX) return latin1(first - STRING)
  switch (first) {
    case tag.LATIN1:
      return latin1(u32())
    case tag.UTF8:
      return utf8()
    case tag.UTF16:
      return utf16()
    default:
      throw new RangeError('a key must be a string')
  }
}

function newShape(): Shape {
  const at = claim(SHAPE_HEAD)
  const length = bytes[at]! | (bytes[at + 1]! << 8)
  const body = claim(length)
  const shape = knownShape(bytes, body, length) ?? parseShape(body, length)
  shapes[shapeCount++] = shape
  return shape
}

function sameShape(): Shape {
  const index = bytes[claim(1)]!
  const shape = index < shapeCount ? shapes[index] : undefined
  if (shape === undefined) throw new RangeError('an object has the shape of one that is not there')
  return shape
}

/** Reads the `length` bytes of keys at `at`, and keeps the shape. */
function parseShape(at: number, length: number): Shape {
  const body = copyOut(bytes, at, length)
  const outer = { bytes, position, end }
  bytes = body
  position = 0
  end = length
  const keys: string[] = []
  const size = bytes[claim(1)]!
  for (let i = 0; i < size; i++) keys.push(key())
  if (position !== end) throw new RangeError('a shape is longer than its keys')
  const shape = { keys, hasInherited: keys.some(isInherited) }
  keepShape(outer.bytes[at - 2]!, body, shape)
  bytes = outer.bytes
  position = outer.position
  end = outer.end
  return shape
}
