import { types } from 'node:util'
import { BYTES, VIEW_NUMBERS } from './clone-views.ts'

/**
 * What V8's serialized data claim, checked before V8's reader believes it. That compares each length with the
 * bytes left; but arrays inside each other may all claim the same bytes (64 KiB took 1.2 GB and half a
 * minute), a sparse array may say any length (12 bytes took 268 MB), and a resizable buffer any size to grow
 * to.
 *
 * This follows V8's reader tag by tag. Where the two disagree the data are none that V8 wrote, and V8 refuses
 * them.
 */

/** Positions without a value, in all arrays of an item together: V8 takes 8 bytes for each. */
const MAX_HOLES = 2 ** 21
/** Bytes that all resizable buffers of an item together may grow to: V8 reserves that many addresses. */
const MAX_GROWTH = 2 ** 32

/** What a value is inside of. An object, an array, a map or a set: the tag that ends it. */
const OBJECT = 0x7b
const SPARSE_ARRAY = 0x40
const DENSE_ARRAY = 0x24
const MAP = 0x3a
const SET = 0x2c
/** One value, and nothing behind it. */
const HOST_OBJECT = 0
/** One value and the flags. */
const REG_EXP = 1
/** Parts, each with a tag of its own. */
const ERROR = 2

const VIEW = 0x56

const NOTHING = new Uint8Array(0)

let bytes: Uint8Array = NOTHING
let at = 0
let positions = 0
let growth = 0
/**
 * What the next value is inside of, innermost last; and how many values of that were read, counted from below
 * 0 to 0 in a dense array.
 */
const around: number[] = []
const counts: number[] = []

/**
 * Returns where the value whose tag is at `start` ends. Throws a RangeError if it claims what the bytes do
 * not bear out.
 */
export function checkCloneExtent(data: Uint8Array, start: number): number {
  bytes = data
  at = start
  positions = 0
  growth = 0
  around.length = 0
  counts.length = 0
  try {
    for (;;) {
      let isWhole = readValue()
      do {
        if (isWhole) {
          skipView()
          if (around.length === 0) return at
          counts[counts.length - 1]!++
        }
        isWhole = endOfOuter()
      } while (isWhole)
    }
  } finally {
    bytes = NOTHING
  }
}

/** False if values of its own follow: then it is the innermost. */
function readValue(): boolean {
  const tag = nextTag()
  switch (tag) {
    case 0x5f: // undefined, null, true, false, Object(true), Object(false), a hole
    case 0x30:
    case 0x54:
    case 0x46:
    case 0x79:
    case 0x78:
    case 0x2d:
      return true
    case 0x49: // signed, unsigned, an object met before
    case 0x55:
    case 0x5e:
      varint()
      return true
    case 0x4e: // a double, Object(double), a date
    case 0x6e:
    case 0x44:
      skip(8)
      return true
    case 0x5a: // a bigint, Object(bigint)
    case 0x7a:
      skip((varint() >>> 1) & 0x3fffffff)
      return true
    case 0x22: // strings of one byte, of two, in UTF-8; a buffer
    case 0x63:
    case 0x53:
    case 0x42:
      skip(varint())
      return true
    case 0x7e: {
      const length = varint()
      claimGrowth(varint())
      skip(length)
      return true
    }
    case 0x73: // Object(string): the string follows
      return readValue()
    case 0x6f:
      return open(OBJECT, 0)
    case 0x61:
      claimPositions(varint())
      return open(SPARSE_ARRAY, 0)
    case 0x41: {
      const length = varint()
      claimPositions(length)
      return open(DENSE_ARRAY, -length)
    }
    case 0x3b:
      return open(MAP, 0)
    case 0x27:
      return open(SET, 0)
    case 0x52:
      return open(REG_EXP, 0)
    case 0x72:
      return open(ERROR, 0)
    case 0x5c: // what clone-views.ts writes
      if (varint() === BYTES) {
        skip(varint())
        return true
      }
      skip(VIEW_NUMBERS)
      return open(HOST_OBJECT, 0)
    default:
      throw new RangeError(`no value of V8 starts with the byte ${tag}`)
  }
}

function open(kind: number, count: number): false {
  around.push(kind)
  counts.push(count)
  return false
}

/** Reads the end of the innermost, if that is what stands here: it is a value of the next one then. */
function endOfOuter(): boolean {
  const last = around.length - 1
  const kind = around[last]!
  const count = counts[last]!
  if (kind === ERROR) {
    if (!endOfError()) return false
  } else if (kind === HOST_OBJECT || kind === REG_EXP) {
    if (count === 0) return false
    if (kind === REG_EXP) varint()
  } else {
    // It ends where a key could stand, not where its value must.
    if (count < 0 || (kind !== SET && count % 2 === 1) || peekTag() !== kind) return false
    nextTag()
    varint()
    if (kind === SPARSE_ARRAY || kind === DENSE_ARRAY) varint()
  }
  around.pop()
  counts.pop()
  return true
}

/** False before a part that is a value. */
function endOfError(): boolean {
  for (;;) {
    const tag = varint()
    switch (tag) {
      case 0x45: // EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError
      case 0x52:
      case 0x46:
      case 0x53:
      case 0x54:
      case 0x55:
        break
      case 0x6d: // message, cause, stack
      case 0x63:
      case 0x73:
        return false
      case 0x2e:
        return true
      default:
        throw new RangeError(`no part of V8's errors starts with the byte ${tag}`)
    }
  }
}

/** A view of V8's own stands behind its buffer: kind, offset, length, flags. */
function skipView(): void {
  if (peekTag() !== VIEW) return
  nextTag()
  skip(1)
  for (let numbers = 0; numbers < 3; numbers++) varint()
}

function claimPositions(count: number): void {
  positions += count
  // A value that is there takes a byte at least.
  if (positions > bytes.length + MAX_HOLES) {
    throw new RangeError(`arrays of ${positions} positions in ${bytes.length} bytes`)
  }
}

function claimGrowth(count: number): void {
  growth += count
  if (growth > MAX_GROWTH) throw new RangeError(`resizable buffers of up to ${growth} bytes`)
}

function skip(count: number): void {
  if (count > bytes.length - at) throw new RangeError(`${count - (bytes.length - at)} bytes too few`)
  at += count
}

/** The tag that stands next, behind zeros that only pad; -1 at the end. */
function peekTag(): number {
  let next = at
  while (bytes[next] === 0) next++
  return bytes[next] ?? -1
}

function nextTag(): number {
  while (bytes[at] === 0) at++
  const tag = bytes[at]
  if (tag === undefined) throw new RangeError('a value is not there')
  at++
  return tag
}

/** Up to 32 bits, seven a byte, the lowest first. */
function varint(): number {
  let number = 0
  for (let bits = 0; ; bits += 7) {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError('a number is cut off')
    at++
    if (bits < 32) number |= (byte & 0x7f) << bits
    if (byte < 0x80) return number >>> 0
  }
}

/**
 * What the objects of one item would claim of the reader, so that a put is refused what no get could read.
 */
export class Extent {
  #holes = 0
  #growth = 0

  /** @throws RangeError */
  add(object: object, ownKeys: number): void {
    if (Array.isArray(object)) {
      this.#holes += Math.max(0, object.length - ownKeys)
      if (this.#holes > MAX_HOLES) {
        throw new RangeError(`sparse arrays may have ${MAX_HOLES} holes in an item; there are ${this.#holes}`)
      }
    } else if (types.isArrayBuffer(object)) {
      const buffer: ArrayBuffer & { readonly resizable?: boolean; readonly maxByteLength?: number } = object
      if (buffer.resizable === true) this.#growth += buffer.maxByteLength ?? 0
      if (this.#growth > MAX_GROWTH) {
        throw new RangeError(
          `resizable buffers may grow to ${MAX_GROWTH} bytes in an item; they may grow to ${this.#growth}`,
        )
      }
    }
  }
}
