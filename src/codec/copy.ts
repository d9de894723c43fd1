import { bufferOf, lengthOf, offsetOf, unbound } from './views.ts'

/** Up to this many bytes a loop is faster than `set`, which calls into V8 (measured, Node 20 and 24). */
const LOOP_BYTES = 32

/**
 * From this many bytes on, the native methods are faster. Between private and shared memory V8's `set` moves
 * words, or single bytes if the two ends are aligned differently: 64 KiB took 2.5 and 20 µs, and 0.7 by these
 * (measured, Node 20 to 26).
 */
const NATIVE_BYTES = 256

/** From this many bytes on, leaving out the zeros of a new array is worth a call (measured, likewise). */
const UNZEROED_BYTES = 1 << 15

const { copy: nativeCopy, fill: nativeFill } = Buffer.prototype
const setIn = unbound(Uint8Array.prototype.set)

/** `copy` calls a native method since Node 22, and surely since 24. `fill` does so on every version. */
const isCopyNative = Number.parseInt(process.versions.node, 10) >= 24

/** Copies the first `length` bytes of `from` to byte `at` of `to`. The two must not overlap. */
export function copyIn(to: Uint8Array, at: number, from: Uint8Array, length: number): void {
  copyBytes(to, at, from, 0, length)
}

/** Copies `length` bytes from byte `start` of `from` to byte `at` of `to`. The two must not overlap. */
export function copyBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, length: number): void {
  if (length <= LOOP_BYTES) {
    for (let i = 0; i < length; i++) to[at + i] = from[start + i]!
  } else if (length < NATIVE_BYTES) {
    setIn(to, viewOf(from, start, length), at)
  } else if (isCopyNative) {
    nativeCopy.call(viewOf(from, start, length) as Buffer, to, at, 0, length)
  } else {
    nativeFill.call(to as Buffer, viewOf(from, start, length), at, at + length)
  }
}

/** A copy of `length` bytes at `at`, in an ArrayBuffer of its own. */
export function copyOut(from: Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = newBytes(length)
  copyBytes(copy, 0, from, at, length)
  return copy
}

/** An array in an ArrayBuffer of its own. All of it must be written, because it may hold old bytes. */
export function newBytes(length: number): Uint8Array<ArrayBuffer> {
  return length < UNZEROED_BYTES
    ? new Uint8Array(length)
    : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer)
}

/** A view on `length` bytes of `from`. @throws TypeError or RangeError if they are not there */
export function viewOf(from: Uint8Array, start = 0, length = lengthOf(from)): Uint8Array {
  return new Uint8Array(bufferOf(from), offsetOf(from) + start, length)
}
