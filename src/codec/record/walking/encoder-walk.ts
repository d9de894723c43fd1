import { types } from 'node:util'
import { double, eight } from '../../views.ts'
import {
  type Encoder,
  type Frame,
  finishText,
  INLINE,
  type Layout,
  LONG,
  MAX_INLINE,
  MAX_SHORT,
  type Place,
  type WordMap,
  wordMap,
  wordNumber,
  writeBytes,
  writeLong,
  writeWord,
  wrongLength,
  wrongValue,
} from '../format/index.ts'
import { hasOwn } from '../schema/index.ts'

const { isUint8Array } = types
const { isArray } = Array
const scratch = new Uint8Array(4096)

/** The encoder where no code may be generated. It writes the same bytes, and throws the same errors. */
export function walkingEncoder({ frame, headerBytes, places }: Layout): Encoder {
  const maps = places.map(({ type }) => (type.kind === 'enum' ? wordMap(type.words) : undefined))
  return (item, bytes, at, end) => {
    const walk = new EncoderWalk(maps, bytes, at, end)
    walk.frame(frame, item, 'item', headerBytes)
    return headerBytes > 0 ? finishText(walk.text, bytes, at, end, walk.length) : walk.length
  }
}

/** One item. `b`, `a`, `p`, `e` and `skipped` are those of the generated code (encoder-source.ts). */
class EncoderWalk {
  text = ''
  readonly #maps: readonly (WordMap | undefined)[]
  #b: Uint8Array
  #a: number
  #p: number
  #e: number
  #skipped = 0

  constructor(maps: readonly (WordMap | undefined)[], bytes: Uint8Array, at: number, end: number) {
    this.#maps = maps
    this.#b = bytes
    this.#a = this.#p = at
    this.#e = end
  }

  /** The bytes that the item has taken so far. */
  get length(): number {
    return this.#skipped + this.#p - this.#a
  }

  frame(frame: Frame, value: unknown, path: string, before = 0): void {
    this.#need(before + frame.size)
    const start = this.#p + before
    this.#p += before + frame.size
    const open: OpenFrame = { start, values: [], flags: new Array(frame.flagBytes).fill(0), path }
    this.#place(frame.value, value, open)
    open.flags.forEach((flag, i) => {
      this.#b[start + i] = flag
    })
    for (const place of frame.rest) {
      const rest = open.values[place.number]
      if (place.flag < 0 || rest !== undefined) this.#rest(place, rest, open)
    }
  }

  #need(bytes: number): void {
    if (bytes > this.#e - this.#p) this.#skip(0)
  }

  /** Goes on in scratch memory, behind so many bytes that are not written at all. */
  #skip(bytes: number): void {
    this.#skipped += this.#p - this.#a + bytes
    this.#b = scratch
    this.#a = this.#p = 0
    this.#e = scratch.length
  }

  #place(place: Place, value: unknown, open: OpenFrame): void {
    const { type } = place
    const b = this.#b
    const at = open.start + place.at
    const wrong = () => wrongValue(type, open.path + place.path, value)
    open.values[place.number] = value
    switch (type.kind) {
      case 'string':
        if (typeof value !== 'string') throw wrong()
        break
      case 'int32':
        if (typeof value !== 'number' || (value | 0) !== value) throw wrong()
        writeWord(b, at, value)
        break
      case 'uint32':
        if (typeof value !== 'number' || value >>> 0 !== value) throw wrong()
        writeWord(b, at, value)
        break
      case 'float64':
        if (typeof value !== 'number') throw wrong()
        double[0] = value
        for (let i = 0; i < 8; i++) b[at + i] = eight[i]!
        break
      case 'boolean':
        if (typeof value !== 'boolean') throw wrong()
        b[at] = value ? 1 : 0
        break
      case 'enum': {
        const index = wordNumber(this.#maps[place.number]!, value)
        if (index === undefined) throw wrong()
        b[at] = index
        if (place.slotBytes > 1) b[at + 1] = index >>> 8
        break
      }
      case 'bytes':
        if (!isUint8Array(value)) throw wrong()
        break
      case 'list':
        if (!isArray(value)) throw wrong()
        open.values[place.number] = this.#list(place, value, open)
        break
      case 'record':
        if (typeof value !== 'object' || value === null) throw wrong()
        for (const field of place.fields) this.#field(field, value as Record<string, unknown>, open)
    }
  }

  /** The length of a list is read once. */
  #list(place: Place, list: readonly unknown[], open: OpenFrame): OpenList {
    const { length } = list
    if (length >>> 0 !== length) throw wrongLength(open.path + place.path, length)
    writeWord(this.#b, open.start + place.at, length)
    return { list, length }
  }

  #field(field: Place, record: Record<string, unknown>, open: OpenFrame): void {
    if (field.flag < 0) {
      this.#place(field, record[field.name], open)
      return
    }
    const value = hasOwn(record, field.name) ? record[field.name] : undefined
    if (value === undefined) {
      for (let i = 0; i < field.slotBytes; i++) this.#b[open.start + field.at + i] = 0
      return
    }
    open.flags[field.flag >> 3]! |= 1 << (field.flag & 7)
    if (field.type.kind === 'record') open.values[field.number] = value
    else this.#place(field, value, open)
  }

  #rest(place: Place, value: unknown, open: OpenFrame): void {
    const path = open.path + place.path
    switch (place.type.kind) {
      case 'string':
        this.#string(value as string, open.start + place.at)
        break
      case 'bytes':
        this.#wrote(writeBytes(value as Uint8Array, this.#b, this.#p, this.#e))
        break
      case 'list': {
        const { list, length } = value as OpenList
        for (let i = 0; i < length; i++) this.frame(place.frame!, list[i], `${path}[${i}]`)
        break
      }
      default:
        this.frame(place.frame!, value, path)
    }
  }

  #string(value: string, slot: number): void {
    const { length } = value
    if (length <= MAX_INLINE) {
      this.#need(length)
      let all = 0
      for (let i = 0; i < length; i++) {
        const unit = value.charCodeAt(i)
        all |= unit
        this.#b[this.#p + i] = unit
      }
      if (all <= 0xff) {
        this.#p += length
        this.#slot(slot, INLINE | length)
        return
      }
    }
    this.#slot(slot, length <= MAX_SHORT ? length : LONG)
    if (length <= MAX_SHORT) this.text += value
    else this.#wrote(writeLong(value, this.#b, this.#p, this.#e))
  }

  #slot(at: number, value: number): void {
    this.#b[at] = value
    this.#b[at + 1] = value >>> 8
  }

  #wrote(bytes: number): void {
    if (bytes > this.#e - this.#p) this.#skip(bytes)
    else this.#p += bytes
  }
}

interface OpenFrame {
  readonly start: number
  /** The values that were read, by the numbers of their places. */
  readonly values: unknown[]
  readonly flags: number[]
  readonly path: string
}

interface OpenList {
  readonly list: readonly unknown[]
  readonly length: number
}
