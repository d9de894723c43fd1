import { invalidType } from '../../check.ts'
import { builtin } from '../builtin.ts'
import { copyIn, copyOut } from '../copy.ts'

/** A Uint8Array (a Buffer is one) in, a fresh Uint8Array with a memory of its own out. */
export const bytes = builtin<Uint8Array>({
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
