/**
 * There are two interfaces for a codec:
 * - `Codec<T>` is public, and takes whole arrays. A user's own codec implements it.
 * - `CellCodec<T>` is what a queue runs. It writes and reads at an offset inside a larger memory, so that no
 *   view is allocated for an item. The built-in codecs implement both; `cellCodec()` wraps a user's codec.
 */

/**
 * Turns items into bytes and back. Make one by `defineCodec`, or take one of `codecs`.
 *
 * @example
 * const into = new Uint8Array(64)
 * const length = codecs.json.encode({ id: 1 }, into)
 * codecs.json.decode(into.subarray(0, length)) // { id: 1 }
 */
export interface Codec<T> {
  /** The codec's name, for error messages. */
  readonly name: string
  /** Encoded size in bytes if it is the same for every item, else undefined. */
  readonly byteLength?: number | undefined
  /**
   * Writes `item` to the start of `into` and returns its length in bytes. If the length is more than
   * `into.length`, the item did not fit, and `encode` is called again with a larger array. The item must hold
   * no view on the memory of `into`, which may be written to before all of the item has been read.
   */
  encode(item: T, into: Uint8Array): number
  /** Returns the item. `bytes` holds exactly the bytes that `encode` wrote. */
  decode(bytes: Uint8Array): T
}

/** Three views on one memory, shared or private. Payloads in it start at multiples of 8 bytes. */
export interface Span extends Bytes {
  readonly bytes: Buffer
  readonly words: Int32Array
  readonly doubles: Float64Array
}

/** The part of a span that most codecs need. Any array of bytes has it, also one that is not aligned. */
export interface Bytes {
  readonly bytes: Uint8Array
}

/** The views on `memory`, whose length must be a multiple of 8 bytes. */
export function spanOf(memory: ArrayBufferLike): Span {
  return {
    bytes: Buffer.from(memory as ArrayBuffer),
    words: new Int32Array(memory),
    doubles: new Float64Array(memory),
  }
}

/** Encodes and decodes items in place, inside a larger memory. */
export interface CellCodec<T> {
  readonly name: string
  readonly byteLength: number | undefined
  /**
   * Writes `item` at byte `at`, never at or beyond `end`. Returns its length in bytes. If that is more than
   * `end - at`, the written bytes mean nothing, and the call is repeated with more room.
   * @throws if the item cannot be encoded
   */
  write(item: T, span: Span, at: number, end: number): number
  /**
   * Reads the item of `length` bytes at `at`. It reads nothing outside them, whatever they hold. The item
   * shares no memory with `span`, unless `mayAlias`.
   * @throws if the bytes are no encoded item
   */
  read(span: Span, at: number, length: number): T
  /**
   * The items are numbers, written as one word or one double: several are written and read without `write`.
   */
  readonly number?: 'int32' | 'float64' | undefined
  /** True: `read` may return views on `span`, so `span` must be private memory that is never used again. */
  readonly mayAlias: boolean
}

/** A built-in codec has both forms. */
export interface BuiltinCodec<T> extends Codec<T>, CellCodec<T> {
  readonly byteLength: number | undefined
}
