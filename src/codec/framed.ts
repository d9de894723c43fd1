import type { CellCodec, Codec } from './codec.ts'
import { structured } from './structured.ts'

/** Bytes before the value: four words. */
const HEADER_BYTES = 16
/** Before the value of such a frame (FrameKind.KEYED) stands a key. `number` is its length. */
const KEYED_KIND = 5
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
  /** Only KEYED frames have one. */
  key = ''
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
    inner,
    write({ slot, generation, kind, begin, number, key, value }, span, at, end) {
      // Every cell has room for the header.
      const from = at + HEADER_BYTES + keyBytes(kind === KEYED_KIND ? key.length : 0)
      const { words } = span
      const word = at >> 2
      words[word] = slot
      words[word + 1] = generation
      words[word + 2] = kind | (begin << 8)
      words[word + 3] = kind === KEYED_KIND ? key.length : number
      if (from > end) return from - at + 1
      if (kind === KEYED_KIND) writeKey(key, words, word + HEADER_BYTES / 4)
      return from - at + (kind < FIRST_PLAIN_KIND ? cell : structured).write(value as T, span, from, end)
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
      let before = HEADER_BYTES
      if (frame.kind === KEYED_KIND) {
        const bytes = keyBytes(frame.number)
        if (frame.number < 0 || HEADER_BYTES + bytes > length) throw new RangeError('a key beyond its frame')
        frame.key = readKey(frame.number, words, word + HEADER_BYTES / 4)
        before += bytes
      }
      const values: CellCodec<T> = frame.kind < FIRST_PLAIN_KIND ? cell : (structured as CellCodec<T>)
      try {
        frame.value = values.read(span, at + before, length - before)
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

/** Two characters a word, and an even number of words: values begin at multiples of 8 bytes. */
function keyBytes(length: number): number {
  return ((length + 3) >> 2) << 3
}

function writeKey(key: string, words: Int32Array, at: number): void {
  for (let index = 0; index < key.length; index += 2) {
    const second = index + 1 < key.length ? key.charCodeAt(index + 1) : 0
    words[at + (index >> 1)] = key.charCodeAt(index) | (second << 16)
  }
}

function readKey(length: number, words: Int32Array, at: number): string {
  let key = ''
  for (let index = 0; index < length; index++) {
    key += String.fromCharCode(((words[at + (index >> 1)] as number) >>> ((index & 1) << 4)) & 0xffff)
  }
  return key
}

function onlyInCells(): never {
  throw new Error('frames are encoded into the cells of queues only')
}
