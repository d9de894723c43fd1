import { expect } from 'vitest'
import { type CellCodec, type Span, spanOf } from '../../src/codec/index.ts'

const CANARY = 0xa5

/** A span on shared memory, filled with a pattern. A codec may only write between `at` and `end`. */
export function canarySpan(bytes = 1 << 16): Span {
  const span = spanOf(new SharedArrayBuffer(bytes))
  span.bytes.fill(CANARY)
  return span
}

/** Expects the pattern everywhere, except from `at` to `end`. */
export function expectCanaries(span: Span, at: number, end: number): void {
  const before = span.bytes.subarray(0, at)
  const after = span.bytes.subarray(end)
  if (before.every((byte) => byte === CANARY) && after.every((byte) => byte === CANARY)) return
  expect.fail(`a codec wrote outside ${at}..${end}`)
}

/**
 * Writes `item` at `at` as a queue would, reads it, overwrites the bytes, and returns the item that was read.
 */
export function throughCell<T>(codec: CellCodec<T>, item: T, span: Span, at: number, end: number): T {
  span.bytes.fill(CANARY)
  const length = codec.write(item, span, at, end)
  expect(length).toBeLessThanOrEqual(end - at)
  expectCanaries(span, at, end)
  const read = codec.read(span, at, length)
  span.bytes.fill(0x5a)
  return read
}

/** The encoded bytes of `item`, in a private array. */
export function bytesOf<T>(codec: CellCodec<T>, item: T): Uint8Array {
  const span = spanOf(new ArrayBuffer(1 << 16))
  const length = codec.write(item, span, 0, span.bytes.length)
  return new Uint8Array(span.bytes.subarray(0, length))
}
