import type { CellCodec, Codec } from './codec.ts'
import { structured } from './structured.ts'

/** Bytes before the value: four words. */
const HEADER_BYTES = 16
/** From this kind on, the value is written by the structured codec, whatever the codec of the others. */
const FIRST_PLAIN_KIND = 16

/** A value with four words before it, which say what it is. */
export class Frame<T = unknown> {
  slot = 0
  generation = 0
  /** 0 to 255. */
  kind = 0
  /** 0 to 2^23 - 1. */
  begin = 0
  number = 0
  value: T | undefined = undefined
  /** The error of the value's codec, which could not decode it; else undefined. */
  broken: { readonly error: unknown } | undefined = undefined
}

export interface FramedCodec<T> extends CellCodec<Frame<T>>, Codec<Frame<T>> {
  readonly name: string
  readonly byteLength: undefined
  /** The codec of the values, as its user gave it. */
  readonly inner: Codec<T>
}

const framedCodecs = new WeakSet<object>()

/** A codec of frames whose values are encoded by `inner`; `cell` is its form for cells. */
export function framedCodec<T>(inner: Codec<T>, cell: CellCodec<T>): FramedCodec<T> {
  const codec: FramedCodec<T> = {
    name: inner.name,
    byteLength: undefined,
    mayAlias: cell.mayAlias,
    inner,
    write({ slot, generation, kind, begin, number, value }, span, at, end) {
      // Every cell has room for the header.
      const from = at + HEADER_BYTES
      const { words } = span
      const word = at >> 2
      words[word] = slot
      words[word + 1] = generation
      words[word + 2] = kind | (begin << 8)
      words[word + 3] = number
      return HEADER_BYTES + (kind < FIRST_PLAIN_KIND ? cell : structured).write(value as T, span, from, end)
    },
    read(span, at, length) {
      if (length < HEADER_BYTES) throw new RangeError(`a frame of ${length} bytes`)
      const { words } = span
      const word = at >> 2
      const frame = new Frame<T>()
      frame.slot = words[word] as number
      frame.generation = words[word + 1] as number
      const kindAndBegin = words[word + 2] as number
      frame.kind = kindAndBegin & 0xff
      frame.begin = kindAndBegin >>> 8
      frame.number = words[word + 3] as number
      const values: CellCodec<T> = frame.kind < FIRST_PLAIN_KIND ? cell : (structured as CellCodec<T>)
      try {
        frame.value = values.read(span, at + HEADER_BYTES, length - HEADER_BYTES)
      } catch (error) {
        frame.broken = { error }
      }
      return frame
    },
    encode: onlyInCells,
    decode: onlyInCells,
  }
  framedCodecs.add(codec)
  return codec
}

export function isFramed(codec: object): codec is FramedCodec<unknown> {
  return framedCodecs.has(codec)
}

function onlyInCells(): never {
  throw new Error('frames are encoded into the cells of queues only')
}
