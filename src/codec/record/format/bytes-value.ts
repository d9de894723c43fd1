import { copyOut } from '../../copy.ts'
import { tooShort } from './failures.ts'
import { readWord, text } from './text-reading.ts'
import { writeWord } from './text-writing.ts'

/** The getter of typed arrays, since a class of the user's may have another one. */
function getter<T>(name: string): (this: Uint8Array) => T {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)!.get!
}
const lengthOf = getter<number>('length')
const bufferOf = getter<ArrayBufferLike>('buffer')
const offsetOf = getter<number>('byteOffset')
const { set } = Uint8Array.prototype

const LOOP_BYTES = 32

/**
 * Writes the length of `value` and its bytes at `at`. Returns how many bytes that takes; if they are more
 * than `end - at`, nothing was written.
 */
export function writeBytes(value: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
  const length = lengthOf.call(value)
  const from = at + 4
  if (from + length > end) return 4 + length
  writeWord(bytes, at, length)
  if (length <= LOOP_BYTES) for (let i = 0; i < length; i++) bytes[from + i] = value[i]!
  else set.call(bytes, new Uint8Array(bufferOf.call(value), offsetOf.call(value), length), from)
  return 4 + length
}

/** The bytes at `at`, in memory of their own. `text.next` is the position behind them. */
export function readBytes(bytes: Uint8Array, at: number, end: number): Uint8Array {
  const from = at + 4
  if (from > end) throw tooShort()
  const length = readWord(bytes, at)
  if (length > end - from) throw tooShort()
  text.next = from + length
  return copyOut(bytes, from, length)
}
