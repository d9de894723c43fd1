import { inspect } from 'node:util'
import { jsonRequests, unsendableError } from '../../unsendable.ts'
import { makeBuiltin } from '../make-builtin.ts'
import { utf8Slice, writeUtf8 } from '../text.ts'

/**
 * JSON text, by JSON.stringify and JSON.parse, `toJSON` included: a Date arrives as a string, NaN as null,
 * and a property that is undefined is left out. Items without a JSON text are refused with a TypeError:
 * undefined, a function or a symbol as the item itself, and a BigInt or a cycle anywhere in it.
 */
// biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
export const json = makeBuiltin<any>({
  name: 'json',
  write(item, span, at, end) {
    const { count } = jsonRequests
    const text = JSON.stringify(item)
    if (jsonRequests.count !== count) throw unsendableError(jsonRequests.refusal)
    if (text === undefined) {
      throw new TypeError(`JSON has no text for ${inspect(item, { depth: 0, breakLength: Infinity })}`)
    }
    // The text is well-formed, because JSON.stringify escapes lone surrogates.
    return writeUtf8(text, span.bytes, at, end)
  },
  read(span, at, length) {
    return JSON.parse(utf8Slice.call(span.bytes, at, at + length))
  },
})
