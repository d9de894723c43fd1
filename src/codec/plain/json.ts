import { inspect } from 'node:util'
import { askedForJson, unsendableError } from '../../unsendable.ts'
import { builtin } from '../builtin.ts'
import { native, writeUtf8 } from '../text.ts'

/**
 * What JSON.stringify and JSON.parse make of an item, `toJSON` included: a Date comes back as a string, NaN
 * as null, a property that is undefined is absent. Throws a TypeError for what JSON has no text for:
 * undefined, functions and symbols as the item itself, BigInt and cycles anywhere.
 */
// biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
export const json = builtin<any>({
  name: 'json',
  write(item, span, at, end) {
    const { count } = askedForJson
    const text = JSON.stringify(item)
    if (askedForJson.count !== count) throw unsendableError(askedForJson.refusal)
    if (text === undefined) {
      throw new TypeError(`JSON has no text for ${inspect(item, { depth: 0, breakLength: Infinity })}`)
    }
    // Always well-formed: JSON.stringify escapes lone surrogates.
    return writeUtf8(text, span.bytes, at, end)
  },
  read(span, at, length) {
    return JSON.parse(native(span.bytes).utf8Slice(at, at + length))
  },
})
