import { invalidType, outOfRange } from '../../check.ts'
import { makeBuiltin } from '../make-builtin.ts'

/** Integers from -2^31 to 2^31 - 1, in 4 bytes. -0 arrives as 0. */
export const int32 = makeBuiltin<number>({
  name: 'int32',
  byteLength: 4,
  number: 'int32',
  write(item, span, at, end) {
    if (typeof item !== 'number' || (item | 0) !== item) throw refused(item)
    if (end - at >= 4) span.words[at >> 2] = item
    return 4
  },
  read(span, at, length) {
    if (length !== 4) throw new RangeError(`an int32 is 4 bytes; there are ${length}`)
    return span.words[at >> 2]!
  },
})

function refused(item: unknown): Error {
  const range = 'an integer from -2147483648 to 2147483647'
  return typeof item === 'number' ? outOfRange('item', range, item) : invalidType('item', range, item)
}
