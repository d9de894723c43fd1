import { invalidType } from '../../check.ts'
import { copyIn, copyOut } from '../copy.ts'
import { makeBuiltin } from '../make-builtin.ts'

/** Encodes a Uint8Array (a Buffer is one). It arrives as a Uint8Array with memory of its own. */
export const bytes = makeBuiltin<Uint8Array>({
  name: 'bytes',
  write(item, span, at, end) {
    if (!(item instanceof Uint8Array)) throw invalidType('item', 'a Uint8Array', item)
    const length = item.length
    if (length <= end - at) copyIn(span.bytes, at, item, length)
    return length
  },
  read(span, at, length) {
    return copyOut(span.bytes, at, length)
  },
})
