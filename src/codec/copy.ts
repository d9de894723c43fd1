/** Up to this many bytes a loop is faster than `set`, which calls into V8 (measured, Node 20 and 24). */
const LOOP_BYTES = 32

/** Copies the first `length` bytes of `from` to byte `at` of `to`. */
export function copyIn(to: Uint8Array, at: number, from: Uint8Array, length: number): void {
  if (length <= LOOP_BYTES) {
    for (let i = 0; i < length; i++) to[at + i] = from[i]!
  } else {
    to.set(length === from.length ? from : from.subarray(0, length), at)
  }
}

/** A copy of `length` bytes at `at`, in an ArrayBuffer of its own. */
export function copyOut(from: Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length)
  if (length <= LOOP_BYTES) {
    for (let i = 0; i < length; i++) copy[i] = from[at + i]!
  } else {
    copy.set(new Uint8Array(from.buffer, from.byteOffset + at, length))
  }
  return copy
}
