/**
 * What a queue asks of a codec. Two levels:
 * - `Codec<T>` is the public one, whole arrays in and out; a user's own codec implements it.
 * - `CellCodec<T>` is what a queue runs: it writes and reads at an offset inside a larger memory, so that no
 *   view
 *   is allocated per item. The built-in codecs implement both; `cellCodec()` wraps a user's.
 */

/** EventLoopYield items into bytes and back. */
export interface Codec<T> {
  readonly name: string
  /** Encoded size in bytes, if it is the same for every item. */
  readonly byteLength?: number | undefined
  /**
   * Writes `item` to the start of `into`; returns its length in bytes. More than `into.length`: called again
   * with room.
   */
  encode(item: T, into: Uint8Array): number
  /** `bytes` is exactly what `encode` wrote. */
  decode(bytes: Uint8Array): T
}

/**
 * One memory, shared or private, seen three ways. Payloads start at multiples of 8 bytes.
 */
export interface Span {
  readonly bytes: Buffer
  readonly words: Int32Array
  readonly doubles: Float64Array
}

export function spanOf(memory: ArrayBufferLike): Span {
  return {
    bytes: Buffer.from(memory as ArrayBuffer),
    words: new Int32Array(memory),
    doubles: new Float64Array(memory),
  }
}

export interface CellCodec<T> {
  readonly name: string
  readonly byteLength: number | undefined
  /**
   * Writes `item` at byte `at`, never at or beyond `end`. Returns its length in bytes; if that is more than
   * `end - at`, what was written means nothing and the call is repeated with room. Throws if it cannot encode
   * it.
   */
  write(item: T, span: Span, at: number, end: number): number
  /**
   * Reads the item of `length` bytes at `at`. Never reads outside them, whatever they hold; throws if they
   * make no sense. What it returns shares no memory with `span`, unless `mayAlias`.
   */
  read(span: Span, at: number, length: number): T
  /**
   * True: `read` may return views on `span`, so it must be handed private bytes that are never used again.
   */
  readonly mayAlias: boolean
}

/** What each built-in codec is: usable with whole arrays and inside a cell. */
export interface BuiltinCodec<T> extends Codec<T>, CellCodec<T> {
  readonly byteLength: number | undefined
}
