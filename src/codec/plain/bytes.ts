import { types } from 'node:util'
import { invalidType } from '../../check.ts'
import { copyIn, copyOut, viewOf } from '../copy.ts'
import { makeBuiltin } from '../make-builtin.ts'
import { lengthOf } from '../views.ts'

const EMPTY = new Uint8Array(0)

/** Encodes a Uint8Array (a Buffer is one). It arrives as a Uint8Array with memory of its own. */
export const bytes = makeBuiltin<Uint8Array>({
  name: 'bytes',
  write(item, span, at, end) {
    check(item)
    const length = lengthOf(item)
    if (length <= end - at) copyIn(span.bytes, at, item, length)
    return length
  },
  read(span, at, length) {
    return copyOut(span.bytes, at, length)
  },
  own: (bytes) => bytes,
  bytesOf(item) {
    check(item)
    // No view can be made on a detached array, whose length is 0.
    return lengthOf(item) === 0 ? EMPTY : viewOf(item)
  },
})

function check(item: Uint8Array): void {
  if (!types.isUint8Array(item)) throw invalidType('item', 'a Uint8Array', item)
}
