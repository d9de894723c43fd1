import { compile } from '../../compile.ts'
import { readLatin1 } from '../../short-strings.ts'
import { double, eight } from '../../views.ts'
import {
  type Decoder,
  type Layout,
  leftOver,
  noBoolean,
  noSuchWord,
  readBytes,
  text,
  tooShort,
} from '../format/index.ts'
import { define } from '../schema/index.ts'
import { decoderSource } from './decoder-source.ts'

/** The decoder as generated code; undefined where that is not allowed. */
export function compiledDecoder(layout: Layout): Decoder | undefined {
  return compile<Decoder>(decoderSource(layout), {
    ...{ types: layout.places.map(({ type }) => type), double, eight, text, readLatin1, readBytes },
    ...{ define, objectPrototype: Object.prototype, tooShort, leftOver, noBoolean, noSuchWord },
  })
}
