import { invalidType } from '../../check.ts'
import { copyIn, copyOut } from '../copy.ts'
import { makeBuiltin } from '../make-builtin.ts'

/** Encodes a Uint8Array (a Buffer is one). It arrives as a Uint8Array with memory of its own. */
export const bytes = makeBuiltin<Uint8Array>({
  name: 'bytes',
  write(item, span, at, end) {
    const { length } = bytesOf(item)
    if (length <= end - at) copyIn(span.bytes, at, item, length)
    return length
  },
  read(span, at, length) {
    return copyOut(span.bytes, at, length)
  },
  own: (bytes) => bytes,
  bytesOf,
})

function bytesOf(item: Uint8Array): Uint8Array {
  if (!(item instanceof Uint8Array)) throw invalidType('item', 'a Uint8Array', item)
  return item
}
