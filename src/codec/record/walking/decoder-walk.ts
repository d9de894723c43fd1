import { readLatin1 } from '../../short-strings.ts'
import { double, eight } from '../../views.ts'
import {
  type Decoder,
  type Frame,
  INLINE,
  type Layout,
  LONG,
  leftOver,
  noBoolean,
  noSuchWord,
  type Place,
  readBytes,
  readWord,
  text,
  tooShort,
} from '../format/index.ts'
import { define } from '../schema/index.ts'

/** The decoder where no code may be generated. It reads the same bytes, and throws the same errors. */
export function walkingDecoder({ frame, headerBytes }: Layout): Decoder {
  return (bytes, at, length) => {
    const end = at + length
    if (length < headerBytes + frame.size || end > bytes.length) throw tooShort()
    const bodyEnd = headerBytes > 0 ? text.open(bytes, at, end) : end
    const walk = new DecoderWalk(bytes, at + headerBytes, bodyEnd)
    const item = walk.frame(frame, 'item')
    if (walk.p !== bodyEnd || (headerBytes > 0 && text.at !== end)) throw leftOver()
    return item
  }
}

/** One item. `p` is the position, and `e` the end of the body. */
class DecoderWalk {
  p: number
  readonly #b: Uint8Array
  readonly #e: number

  constructor(bytes: Uint8Array, p: number, e: number) {
    this.#b = bytes
    this.p = p
    this.#e = e
  }

  frame(frame: Frame, path: string): unknown {
    if (frame.size > this.#e - this.p) throw tooShort()
    const start = this.p
    this.p += frame.size
    const flags = Array.from({ length: frame.flagBytes }, (_, i) => this.#b[start + i]!)
    const open: OpenFrame = { start, values: [], flags, path }
    this.#place(frame.value, open)
    for (const place of frame.rest) if (isPresent(place, open)) this.#rest(place, open)
    return assembled(frame.value, open)
  }

  /** Reads a slot. The value of a string or a list is its length, until its rest is read. */
  #place(place: Place, open: OpenFrame): void {
    if (!isPresent(place, open)) return
    if (place.type.kind === 'record' && place.flag < 0) {
      for (const field of place.fields) this.#place(field, open)
      return
    }
    open.values[place.number] = this.#slot(place, open.start + place.at, open)
  }

  #slot(place: Place, at: number, open: OpenFrame): unknown {
    const { type } = place
    const b = this.#b
    switch (type.kind) {
      case 'string':
        return b[at]! | (b[at + 1]! << 8)
      case 'int32':
        return readWord(b, at) | 0
      case 'uint32':
      case 'list':
        return readWord(b, at)
      case 'float64':
        for (let i = 0; i < 8; i++) eight[i] = b[at + i]!
        return double[0]
      case 'boolean': {
        const value = b[at]!
        if (value > 1) throw noBoolean(open.path + place.path, value)
        return value === 1
      }
      case 'enum': {
        const index = place.slotBytes > 1 ? b[at]! | (b[at + 1]! << 8) : b[at]!
        if (index >= type.words.length) throw noSuchWord(open.path + place.path, index)
        return type.words[index]
      }
      default:
        return undefined
    }
  }

  #rest(place: Place, open: OpenFrame): void {
    open.values[place.number] = this.#value(
      place,
      open.values[place.number] as number,
      open.path + place.path,
    )
  }

  #value(place: Place, length: number, path: string): unknown {
    switch (place.type.kind) {
      case 'string':
        return this.#string(length)
      case 'bytes': {
        const value = readBytes(this.#b, this.p, this.#e)
        this.p = text.next
        return value
      }
      case 'list': {
        const list: unknown[] = []
        for (let i = 0; i < length; i++) list[i] = this.frame(place.frame!, `${path}[${i}]`)
        return list
      }
      default:
        return this.frame(place.frame!, path)
    }
  }

  #string(slot: number): string {
    if (slot < INLINE) return text.read(this.#b, slot)
    if (slot === LONG) {
      const value = text.readLong(this.#b, this.p, this.#e)
      this.p = text.next
      return value
    }
    const length = slot - INLINE
    if (length > this.#e - this.p) throw tooShort()
    this.p += length
    return readLatin1(this.#b, this.p - length, length)
  }
}

interface OpenFrame {
  readonly start: number
  readonly values: unknown[]
  readonly flags: readonly number[]
  readonly path: string
}

function isPresent({ flag }: Place, { flags }: OpenFrame): boolean {
  return flag < 0 || (flags[flag >> 3]! & (1 << (flag & 7))) !== 0
}

function assembled(place: Place, open: OpenFrame): unknown {
  if (place.type.kind !== 'record' || place.flag >= 0) return open.values[place.number]
  const object: Record<string, unknown> = {}
  for (const field of place.fields) {
    const value = assembled(field, open)
    if (field.flag >= 0 && value === undefined) continue
    if (field.name in Object.prototype) define(object, field.name, value)
    else object[field.name] = value
  }
  return object
}
