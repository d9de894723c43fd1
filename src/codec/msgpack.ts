import { decode, encode } from '@msgpack/msgpack'
import { builtin } from './builtin.ts'
import { copyIn, copyOut } from './copy.ts'

// biome-ignore lint/suspicious/noExplicitAny: the item's type is the queue's to say
export const msgpack = builtin<any>({
  name: 'msgpack',
  write(item, span, at, end) {
    const encoded = encode(item)
    if (encoded.length <= end - at) copyIn(span.bytes, at, encoded, encoded.length)
    return encoded.length
  },
  read(span, at, length) {
    return decode(copyOut(span.bytes, at, length))
  },
})
