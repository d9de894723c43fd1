import { readLatin1 } from '../short-strings.ts'

const ENTRIES = 8192
const MOST_CHARS = 40

/**
 * Keys of dictionaries that were read before. V8 must look up a new string among all keys of the program
 * before it can be a key. Comparing the bytes with a known one costs a fraction of that (measured).
 */
let entries: string[] | undefined

/** The `length` bytes at `at`, as Latin-1. They must be inside `bytes`. */
export function readKey(bytes: Uint8Array, at: number, length: number): string {
  if (length > MOST_CHARS) return readLatin1(bytes, at, length)
  entries ??= new Array<string>(ENTRIES).fill('')
  let hash = length
  for (let i = at, end = at + length; i < end; i++) hash = (hash * 31 + bytes[i]!) | 0
  const index = (hash ^ (hash >>> 12)) & (ENTRIES - 1)
  const known = entries[index]!
  if (known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === bytes[at + i]) i++
    if (i === length) return known
  }
  const key = readLatin1(bytes, at, length)
  entries[index] = key
  return key
}
