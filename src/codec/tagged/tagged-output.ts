import { copyBytes } from '../copy.ts'
import { isLatin1, LOOP_CHARS, putLatin1, putUtf16 } from '../text.ts'
import { bigint, double, eight } from '../views.ts'
import { limbBytes, setLimbs } from './bigints.ts'
import * as tag from './tags.ts'
import { SHORT_MAX, STRING } from './tags.ts'

/** Scratch memory larger than this is not kept for the next item. */
const MAX_KEPT_BYTES = 1 << 20

const EMPTY = new Uint8Array(0)

/**
 * Writes tags, numbers and strings of one item. Each method takes the position to write at, and returns the
 * position behind. When the memory has no room left, writing goes on in private scratch memory, so that one
 * pass finds the item's length.
 */
export class TaggedOutput {
  protected bytes: Uint8Array = EMPTY
  /** The start of the item, and the end of its memory. */
  protected start = 0
  protected end = 0
  #scratch: Uint8Array = EMPTY

  protected open(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes
    this.start = at
    this.end = end
  }

  protected close(): void {
    this.bytes = EMPTY
    if (this.#scratch.length > MAX_KEPT_BYTES) this.#scratch = EMPTY
  }

  /** Goes on in scratch memory with room for `needed` bytes. Returns the position there. */
  protected grow(position: number, needed: number): number {
    const length = position - this.start
    const from = this.bytes
    if (from === this.#scratch || this.#scratch.length < length + needed) {
      this.#scratch = new Uint8Array(Math.max(4096, 2 * (length + needed)))
    }
    copyBytes(this.#scratch, 0, from, this.start, length)
    this.bytes = this.#scratch
    this.start = 0
    this.end = this.#scratch.length
    return length
  }

  protected tag(value: number, at: number): number {
    const position = at === this.end ? this.grow(at, 1) : at
    this.bytes[position] = value
    return position + 1
  }

  /** A tag and a 32-bit count or length. */
  protected counted(value: number, count: number, at: number): number {
    const position = at + 5 > this.end ? this.grow(at, 5) : at
    const bytes = this.bytes
    bytes[position] = value
    bytes[position + 1] = count
    bytes[position + 2] = count >>> 8
    bytes[position + 3] = count >>> 16
    bytes[position + 4] = count >>> 24
    return position + 5
  }

  protected u32(value: number, at: number): number {
    const position = at + 4 > this.end ? this.grow(at, 4) : at
    const bytes = this.bytes
    bytes[position] = value
    bytes[position + 1] = value >>> 8
    bytes[position + 2] = value >>> 16
    bytes[position + 3] = value >>> 24
    return position + 4
  }

  number(item: number, at: number): number {
    const position = at + 9 > this.end ? this.grow(at, 9) : at
    // -0 is no int32 here. This test is cheaper than Object.is(item, -0).
    if ((item | 0) === item && (item !== 0 || 1 / item > 0)) {
      if (item >= 0 && item <= SHORT_MAX) {
        this.bytes[position] = item
        return position + 1
      }
      if (item >= -128 && item <= 127) {
        this.bytes[position] = tag.INT8
        this.bytes[position + 1] = item
        return position + 2
      }
      return this.counted(tag.INT32, item, position)
    }
    double[0] = item
    return this.eight(tag.DOUBLE, position)
  }

  /** A tag and the 8 bytes that are in `eight`. */
  protected eight(value: number, at: number): number {
    const position = at + 9 > this.end ? this.grow(at, 9) : at
    const bytes = this.bytes
    bytes[position] = value
    bytes[position + 1] = eight[0]!
    bytes[position + 2] = eight[1]!
    bytes[position + 3] = eight[2]!
    bytes[position + 4] = eight[3]!
    bytes[position + 5] = eight[4]!
    bytes[position + 6] = eight[5]!
    bytes[position + 7] = eight[6]!
    bytes[position + 8] = eight[7]!
    return position + 9
  }

  protected bigint(item: bigint, at: number): number {
    if (BigInt.asIntN(64, item) === item) {
      bigint[0] = item
      return this.eight(tag.BIGINT64, at)
    }
    const magnitude = item < 0n ? -item : item
    const count = setLimbs(magnitude)
    return count > 0 ? this.#limbs(count, item < 0n, at) : this.#digits(magnitude.toString(16), item < 0n, at)
  }

  #limbs(count: number, isNegative: boolean, at: number): number {
    const length = 2 + 8 * count
    const position = at + length > this.end ? this.grow(at, length) : at
    const bytes = this.bytes
    bytes[position] = tag.LIMBS
    bytes[position + 1] = isNegative ? count | 0x80 : count
    for (let i = 2; i < length; i++) bytes[position + i] = limbBytes[i - 2]!
    return position + length
  }

  #digits(digits: string, isNegative: boolean, at: number): number {
    const position = at + 6 + digits.length > this.end ? this.grow(at, 6 + digits.length) : at
    this.bytes[position] = tag.BIGINT
    const next = this.counted(isNegative ? 1 : 0, digits.length, position + 1)
    putLatin1(this.bytes, digits, next)
    return next + digits.length
  }

  string(item: string, at: number): number {
    const length = item.length
    if (length <= LOOP_CHARS) {
      const position = at + 1 + length > this.end ? this.grow(at, 1 + length) : at
      const bytes = this.bytes
      let next = position + 1
      for (let i = 0; i < length; i++) {
        const unit = item.charCodeAt(i)
        if (unit > 0xff) return this.#shortUtf16(item, position)
        bytes[next++] = unit
      }
      bytes[position] = STRING | length
      return next
    }
    return this.#text(item, at)
  }

  #shortUtf16(item: string, at: number): number {
    const length = item.length
    const position = at + 5 + 2 * length > this.end ? this.grow(at, 5 + 2 * length) : at
    let next = this.counted(tag.UTF16, 2 * length, position)
    const bytes = this.bytes
    for (let i = 0; i < length; i++) {
      const unit = item.charCodeAt(i)
      bytes[next++] = unit
      bytes[next++] = unit >>> 8
    }
    return next
  }

  #text(item: string, at: number): number {
    return isLatin1(item) ? this.#latin1(item, at) : this.#utf16(item, at)
  }

  #latin1(item: string, at: number): number {
    const length = item.length
    const position = at + 5 + length > this.end ? this.grow(at, 5 + length) : at
    let next = position + 1
    if (length <= SHORT_MAX) this.bytes[position] = STRING | length
    else next = this.counted(tag.LATIN1, length, position)
    putLatin1(this.bytes, item, next)
    return next + length
  }

  #utf16(item: string, at: number): number {
    const length = item.length * 2
    const position = at + 5 + length > this.end ? this.grow(at, 5 + length) : at
    const next = this.counted(tag.UTF16, length, position)
    putUtf16(this.bytes, item, next)
    return next + length
  }
}
