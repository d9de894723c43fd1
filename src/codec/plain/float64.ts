import { invalidType } from '../../check.ts'
import { makeBuiltin } from '../make-builtin.ts'

/** Numbers, in 8 bytes. Every number arrives unchanged, -0, NaN and the infinities too. */
export const float64 = makeBuiltin<number>({
  name: 'float64',
  byteLength: 8,
  number: 'float64',
  write(item, span, at, end) {
    if (typeof item !== 'number') throw invalidType('item', 'a number', item)
    if (end - at >= 8) span.doubles[at >> 3] = item
    return 8
  },
  read(span, at, length) {
    if (length !== 8) throw new RangeError(`a float64 is 8 bytes; there are ${length}`)
    return span.doubles[at >> 3]!
  },
})
