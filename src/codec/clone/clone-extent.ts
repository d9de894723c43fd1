import { types } from 'node:util'
import { MAX_HOLES } from '../objects/index.ts'
import { BYTES, VIEW_NUMBERS } from './clone-views.ts'

/**
 * Checks data in V8's serialized form before V8 reads them. V8's reader only compares each length with the
 * bytes left. Arrays inside each other may all claim the same bytes (64 KiB took 1.2 GB and half a minute). A
 * sparse array may claim any length (12 bytes took 268 MB), and a resizable buffer may claim any size to grow
 * to.
 *
 * This check follows V8's reader tag by tag. Data on which the two disagree were not written by V8, and V8
 * refuses them.
 */

/** Bytes that all resizable buffers of an item together may grow to. V8 reserves that many addresses. */
const MAX_GROWTH = 2 ** 32

/** The kinds of value that contain others. The number of the first five is the tag that ends them. */
const OBJECT = 0x7b
const SPARSE_ARRAY = 0x40
const DENSE_ARRAY = 0x24
const MAP = 0x3a
const SET = 0x2c
/** It contains one value, with nothing behind it. */
const HOST_OBJECT = 0
/** It contains one value, with the flags behind it. */
const REG_EXP = 1
/** It contains parts, each with a tag of its own. */
const ERROR = 2

const VIEW = 0x56

const NOTHING = new Uint8Array(0)

let bytes: Uint8Array = NOTHING
let at = 0
let positions = 0
let growth = 0
/** The kinds of the values that contain the next one, innermost last. */
const openKinds: number[] = []
/**
 * For each of these, how many of its values were read. The count of a dense array starts below 0, and is 0
 * when all are read.
 */
const openCounts: number[] = []

/**
 * Returns the end of the value whose tag is at `start`.
 * @throws RangeError if the value claims more than its bytes hold
 */
export function checkCloneExtent(data: Uint8Array, start: number): number {
  bytes = data
  at = start
  positions = 0
  growth = 0
  openKinds.length = 0
  openCounts.length = 0
  try {
    for (;;) {
      let isWhole = readValue()
      do {
        if (isWhole) {
          skipView()
          if (openKinds.length === 0) return at
          openCounts[openCounts.length - 1]!++
        }
        isWhole = closeInnermost()
      } while (isWhole)
    }
  } finally {
    bytes = NOTHING
  }
}

/** Reads a value. Returns false if it contains values, which follow: it is then the innermost open one. */
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
    case 0x5c: // a host object: clone-views.ts writes these
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
  openKinds.push(kind)
  openCounts.push(count)
  return false
}

/** Reads the end of the innermost open value, if it ends here. Returns whether it does. */
function closeInnermost(): boolean {
  const last = openKinds.length - 1
  const kind = openKinds[last]!
  const count = openCounts[last]!
  if (kind === ERROR) {
    if (!endOfError()) return false
  } else if (kind === HOST_OBJECT || kind === REG_EXP) {
    if (count === 0) return false
    if (kind === REG_EXP) varint()
  } else {
    // An object or a map ends where a key could stand, and not where the value of a key must stand.
    if (count < 0 || (kind !== SET && count % 2 === 1) || peekTag() !== kind) return false
    nextTag()
    varint()
    if (kind === SPARSE_ARRAY || kind === DENSE_ARRAY) varint()
  }
  openKinds.pop()
  openCounts.pop()
  return true
}

/** Reads parts of an error. Returns false before a part that is a value, true at the end of the error. */
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

/** Skips a view in V8's own form, which stands behind its buffer: kind, offset, length, flags. */
function skipView(): void {
  if (peekTag() !== VIEW) return
  nextTag()
  skip(1)
  for (let numbers = 0; numbers < 3; numbers++) varint()
}

function claimPositions(count: number): void {
  positions += count
  // A position with a value takes at least one byte. All others are holes.
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

/** The next tag, behind zeros that are only padding; -1 at the end. */
function peekTag(): number {
  let next = at
  while (bytes[next] === 0) next++
  return bytes[next] ?? -1
}

function nextTag(): number {
  while (bytes[at] === 0) at++
  const tag = bytes[at]
  if (tag === undefined) throw new RangeError('the data end where a value must start')
  at++
  return tag
}

/** A number of up to 32 bits, seven in each byte, the lowest first. */
function varint(): number {
  let number = 0
  for (let bits = 0; ; bits += 7) {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError('the data end within a number')
    at++
    if (bits < 32) number |= (byte & 0x7f) << bits
    if (byte < 0x80) return number >>> 0
  }
}

/** Sums up what an item's objects will claim when they are read, so that a put refuses what a get would. */
export class ClaimedExtent {
  #holes = 0
  #growth = 0

  /** @throws RangeError if the objects together claim too much */
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
