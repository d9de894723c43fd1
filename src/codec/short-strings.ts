import { sliceLatin1 } from './text.ts'

const { fromCharCode } = String

/** Up to this length a call with an argument for each character beats a call into C++ (measured). */
const MOST_ARGUMENTS = 24

/** The `length` bytes at `at`, as Latin-1. They must be inside `bytes`. */
export function readLatin1(bytes: Uint8Array, at: number, length: number): string {
  return length <= MOST_ARGUMENTS ? fromCodes(bytes, at, length) : sliceLatin1(bytes, at, at + length)
}

/** A call with spread arguments, or a loop that appends, takes several times as long. */
// biome-ignore format: one call for each length
function fromCodes(b: Uint8Array, a: number, length: number): string {
  switch (length) {
    case 0:
      return ''
    case 1:
      return fromCharCode(b[a]!)
    case 2:
      return fromCharCode(b[a]!, b[a + 1]!)
    case 3:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!)
    case 4:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!)
    case 5:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!)
    case 6:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!)
    case 7:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!)
    case 8:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!)
    case 9:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!)
    case 10:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!)
    case 11:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!)
    case 12:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!)
    case 13:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!)
    case 14:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!)
    case 15:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!)
    case 16:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!)
    case 17:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!)
    case 18:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!)
    case 19:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!, b[a + 18]!)
    case 20:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!, b[a + 18]!, b[a + 19]!)
    case 21:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!, b[a + 18]!, b[a + 19]!, b[a + 20]!)
    case 22:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!, b[a + 18]!, b[a + 19]!, b[a + 20]!, b[a + 21]!)
    case 23:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!, b[a + 18]!, b[a + 19]!, b[a + 20]!, b[a + 21]!, b[a + 22]!)
    default:
      return fromCharCode(b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!,
        b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!, b[a + 12]!, b[a + 13]!, b[a + 14]!,
        b[a + 15]!, b[a + 16]!, b[a + 17]!, b[a + 18]!, b[a + 19]!, b[a + 20]!, b[a + 21]!, b[a + 22]!,
        b[a + 23]!)
  }
}
