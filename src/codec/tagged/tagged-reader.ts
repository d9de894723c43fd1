import { types } from 'node:util'
import { copyOut } from '../copy.ts'
import { MAX_HOLES, newRegExp, newView } from '../objects/index.ts'
import { readLatin1 } from '../short-strings.ts'
import { sliceUtf8, sliceUtf16 } from '../text.ts'
import { bigint, bufferOf, double, eight, unbound } from '../views.ts'
import { fromLimbs, limbBytes, MOST_LIMBS } from './bigints.ts'
import type { ValueReader } from './compiled-shapes.ts'
import { readKey } from './key-cache.ts'
import { newDictionary, plainDictionary, put, putInArray } from './properties.ts'
import { type ReadableShape, shapeAt } from './shape-cache.ts'
import * as tag from './tags.ts'
import { DEPTH, SHAPE_HEAD, STRING, UNDEFINED } from './tags.ts'

const NOTHING = new Uint8Array(0)
const setInMap = unbound(Map.prototype.set)
const addToSet = unbound(Set.prototype.add)

/**
 * Reads the tagged form. The bytes may be forged: no byte outside them is read, nothing is allocated before
 * its values have been read, and nesting is bounded. Reading calls no code of the user's, unless a program
 * has replaced `push` of arrays. So it cannot be entered twice, and its state is in these variables.
 */
let bytes: Uint8Array = NOTHING
let position = 0
let end = 0
let depth = 0
/** Positions without a value, in all arrays of this item. */
let holes = 0
/**
 * The first `shapeCount` belong to this item. Setting the length to 0 for each item would call into C++ and
 * free the array's memory.
 */
const shapes: ReadableShape[] = []
let shapeCount = 0
/** The objects of this item that began, in this order, if they are numbered. */
let numbered: (object | undefined)[] | undefined

/**
 * The value that takes exactly the `length` bytes at `at`.
 * @throws RangeError or SyntaxError if the bytes are no such value
 */
export function readTagged(from: Uint8Array, at: number, length: number): unknown {
  bytes = from
  position = at
  end = at + length
  depth = 0
  holes = 0
  shapeCount = 0
  numbered = undefined
  try {
    const first = length > 0 ? bytes[at]! : 0
    const item = first >= UNDEFINED + tag.NUMBERED ? numberedItem(first - tag.NUMBERED) : value()
    if (position !== end) throw new RangeError(`${end - position} bytes too many`)
    return item
  } finally {
    // The memory of the queue, and the objects, would otherwise be kept alive.
    bytes = NOTHING
    numbered = undefined
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

function numberedItem(first: number): unknown {
  numbered = []
  position++
  return compound(first)
}

/** Gives an object its number, at its beginning. */
function begin<T extends object>(item: T): T {
  if (numbered !== undefined) numbered.push(item)
  return item
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
      return begin(new Date(float()))
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
  if (first >= tag.REF) return leaf(first)
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
      item = begin(copyOut(bytes, claim(length), length))
      break
    }
    case tag.SPARSE:
      item = sparse()
      break
    default:
      throw new RangeError(`no value starts with the byte ${first}`)
  }
  depth--
  return item
}

function buffer(): ArrayBuffer {
  const length = u32()
  return begin(bufferOf(copyOut(bytes, claim(length), length)) as ArrayBuffer)
}

function view(): ArrayBufferView {
  const kind = bytes[claim(1)]!
  const length = u32()
  const all = bufferOf(copyOut(bytes, claim(length), length)) as ArrayBuffer
  const item = begin(newView(kind, all))
  begin(all)
  return item
}

function viewOn(): ArrayBufferView {
  const offset = u32()
  const kind = bytes[claim(1)]!
  const length = u32()
  // The view has a number before its buffer.
  const slot = numbered === undefined ? -1 : numbered.push(undefined) - 1
  const first = bytes[claim(1)]!
  if (first !== tag.BUFFER && first !== tag.REF) throw new RangeError('a view has no buffer')
  const under = first === tag.BUFFER ? buffer() : reference()
  if (!types.isArrayBuffer(under)) throw new RangeError('a view is on something that is no buffer')
  const item = newView(kind, under, offset, length)
  if (numbered !== undefined) numbered[slot] = item
  return item
}

function reference(): object {
  const number = u32()
  const item = numbered?.[number]
  if (item === undefined) throw new RangeError(`a reference to object ${number}, which is not there`)
  return item
}

/** A value that contains no others, so that it is no level of nesting. */
function leaf(first: number): unknown {
  switch (first) {
    case tag.REF:
      return reference()
    case tag.BUFFER:
      return buffer()
    case tag.VIEW:
      return view()
    case tag.VIEW_ON:
      return viewOn()
    case tag.REGEXP: {
      const flags = bytes[claim(1)]!
      return begin(newRegExp(key(), flags))
    }
    case tag.LIMBS:
      return limbs()
    default:
      throw new RangeError(`no value starts with the byte ${first}`)
  }
}

function limbs(): bigint {
  const head = bytes[claim(1)]!
  const count = head & 0x7f
  if (count === 0 || count > MOST_LIMBS) throw new RangeError(`a BigInt of ${count} limbs`)
  const at = claim(8 * count)
  for (let i = 0; i < 8 * count; i++) limbBytes[i] = bytes[at + i]!
  const magnitude = fromLimbs(count)
  return head > 0x7f ? -magnitude : magnitude
}

function object(shape: ReadableShape): object {
  if (numbered !== undefined) return numberedObject(shape.keys)
  const item = shape.read(reader, bytes, position, end)
  position = reader.next
  return item
}

/** Compiled code makes an object when its values are there. But these may refer to it. */
function numberedObject(keys: readonly string[]): object {
  const item: Record<string, unknown> = begin({})
  for (const key of keys) put(item, key, value())
  return item
}

function array(length: number): unknown[] {
  // The array grows with its values. Nested arrays could each claim a length that is not there.
  const items: unknown[] = begin([])
  for (let i = 0; i < length; i++) items.push(value())
  return items
}

function sparse(): unknown[] {
  const length = u32()
  const size = count()
  holes += Math.max(0, length - size)
  if (holes > MAX_HOLES) throw new RangeError(`arrays with ${holes} holes`)
  const items: unknown[] = begin([])
  for (let i = 0; i < size; i++) {
    const name = value()
    putInArray(items, name, value(), length)
  }
  items.length = length
  return items
}

function map(): Map<unknown, unknown> {
  const size = count()
  const items: Map<unknown, unknown> = begin(new Map())
  for (let i = 0; i < size; i++) {
    const key = value()
    setInMap(items, key, value())
  }
  return items
}

function set(): Set<unknown> {
  const size = count()
  const items: Set<unknown> = begin(new Set())
  for (let i = 0; i < size; i++) addToSet(items, value())
  return items
}

function dictionary(): object {
  const size = count()
  const item = begin(newDictionary())
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
      throw new RangeError('a key or a source must be a string')
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
