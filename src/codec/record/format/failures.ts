import { invalidType, invalidValue, outOfRange } from '../../../check.ts'
import type { Type } from '../schema/index.ts'

const INTEGERS = {
  int32: 'an integer from -2147483648 to 2147483647',
  uint32: 'an integer from 0 to 4294967295',
}
const EXPECTED = {
  string: 'a string',
  float64: 'a number',
  boolean: 'a boolean',
  bytes: 'a Uint8Array',
  list: 'an array',
  record: 'an object',
}
/** An error names so many words of an enum. */
const WORDS_NAMED = 20

/** The error of a value that is not of the type of its field. */
export function wrongValue(type: Type, path: string, value: unknown): Error {
  switch (type.kind) {
    case 'int32':
    case 'uint32':
      return typeof value === 'number'
        ? outOfRange(path, INTEGERS[type.kind], value)
        : invalidType(path, INTEGERS[type.kind], value)
    case 'enum': {
      const named = type.words.slice(0, WORDS_NAMED).map((word) => JSON.stringify(word))
      const more = type.words.length > WORDS_NAMED ? ', …' : ''
      return invalidValue(path, `one of ${named.join(', ')}${more}`, value)
    }
    default:
      return invalidType(path, EXPECTED[type.kind], value)
  }
}

/** The error of an array whose length, which a proxy may make up, is none. */
export function wrongLength(path: string, value: unknown): Error {
  return outOfRange(`the length of ${path}`, 'an integer from 0 to 4294967295', value)
}

/** The error of bytes that no encoder of this schema has written. */
export function notARecord(what: string): RangeError {
  return new RangeError(`the bytes are no record of this schema: ${what}`)
}

/** The errors of bytes that end before the item does, or after it. */
export const tooShort = (): RangeError => notARecord('they end too early')
export const leftOver = (): RangeError => notARecord('some are left over')
export const noSuchWord = (path: string, index: number): RangeError =>
  notARecord(`${path} has no word ${index}`)
export const noBoolean = (path: string, value: number): RangeError =>
  notARecord(`${path} is ${value}, not 0 or 1`)
