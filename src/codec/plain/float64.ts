import { invalidType } from '../../check.ts'
import { builtin } from '../builtin.ts'

/** Any number, exactly, -0, NaN and the infinities too, in 8 bytes. */
export const float64 = builtin<number>({
  name: 'float64',
  byteLength: 8,
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
