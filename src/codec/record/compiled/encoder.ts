import { types } from 'node:util'
import { compile } from '../../compile.ts'
import { double, eight } from '../../views.ts'
import {
  type Encoder,
  finishText,
  hasMap,
  type Layout,
  type WordMap,
  wordMap,
  wordNumber,
  writeBytes,
  writeLong,
  wrongLength,
  wrongValue,
} from '../format/index.ts'
import { hasOwn } from '../schema/index.ts'
import { encoderSource } from './encoder-source.ts'

const { isUint8Array } = types
const { isArray } = Array
/** A compiled encoder writes to it when its memory is full. It holds the fixed part of any frame. */
const scratch = new Uint8Array(4096)

/** The encoder as generated code; undefined where that is not allowed. */
export function compiledEncoder(layout: Layout): Encoder | undefined {
  return compile<Encoder>(encoderSource(layout), scopeOf(layout))
}

function scopeOf({ places }: Layout): Record<string, unknown> {
  const maps: (WordMap | undefined)[] = places.map(({ type }) =>
    type.kind === 'enum' && hasMap(type) ? wordMap(type.words) : undefined,
  )
  return {
    ...{ types: places.map(({ type }) => type), maps, scratch, double, eight },
    ...{ hasOwn, isArray, isUint8Array, wordNumber, wrongValue, wrongLength },
    ...{ finishText, writeLong, writeBytes },
  }
}
