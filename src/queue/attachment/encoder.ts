import { type CellCodec, copyOut, newBytes, type Span, spanOf } from '../../codec/index.ts'
import type { Geometry } from '../../core/index.ts'
import { CodecError, ItemTooLargeError } from '../../errors.ts'

/** Private memory for long items is kept up to this size. */
const KEPT_BYTES = 1 << 20
const LEAST_BYTES = 4096

/**
 * Memory of the long items that this thread reads. The variable is empty while it is in use, because a codec
 * of the user's may itself take an item.
 */
let spare: Span | undefined

/** At least `room` bytes of private memory, which may hold old bytes. */
function privateSpan(room: number): Span {
  // Growing by powers of two, items of slowly growing size do not each allocate.
  const least =
    room > KEPT_BYTES ? Math.ceil(room / 8) * 8 : 2 ** Math.ceil(Math.log2(Math.max(LEAST_BYTES, room)))
  return spanOf(newBytes(least).buffer)
}

/** Encodes and decodes the items of one queue by its codec, and names the queue in the codec's errors. */
export class ItemEncoder<T> {
  /** The items are numbers of a built-in codec, and slots carry them. */
  readonly areNumbers: boolean
  readonly #codec: CellCodec<T>
  readonly #label: string
  readonly #maxItemBytes: number
  /** Memory for long items. Bytes in it are lent until this thread encodes its next long item. */
  #scratch: Span | undefined
  /** The last encoded bytes in memory that is not theirs: the scratch, or the user's item itself. */
  #lent: Buffer | undefined
  #isEncoding = false

  /** @throws CodecError if the codec of this thread is not the one that the queue was made for */
  constructor(codec: CellCodec<T>, label: string, { maxItemBytes, valueBytes }: Geometry) {
    // Values lie side by side: one that is longer would lie on others.
    if (valueBytes > 0 && codec.byteLength !== valueBytes) {
      throw new CodecError(
        `codec ${codec.name} has byteLength ${codec.byteLength} in this thread, and ${label} was made for ` +
          `items of ${valueBytes} bytes: a codec must be the same in every thread`,
      )
    }
    this.areNumbers = codec.number !== undefined && valueBytes > 0
    this.#codec = codec
    this.#label = label
    this.#maxItemBytes = maxItemBytes
  }

  /**
   * Encodes into `span` from `at`, before `end`. Returns the item's length, which may need more room.
   * @throws CodecError, also if the codec itself has put the item: the cell that it writes into must stay
   */
  encodeAt(item: T, span: Span, at: number, end: number): number {
    if (this.#isEncoding) throw this.#nestedError()
    this.#isEncoding = true
    try {
      return this.#codec.write(item, span, at, end)
    } catch (cause) {
      throw this.#error('encode an item for', cause)
    } finally {
      this.#isEncoding = false
    }
  }

  /**
   * The bytes of the encoded item. They are lent: they may change as soon as the caller returns, unless they
   * are made `owned` before. `expected` is a guess of their number. @throws ItemTooLargeError, CodecError,
   * also if the codec itself has put the item: the scratch that it writes into must stay
   */
  encodePrivately(item: T, expected: number): Buffer {
    if (this.#codec.bytesOf !== undefined) return this.#bytesOf(item)
    for (let needed = expected; ; ) {
      this.#refuseTooLong(needed)
      let span = this.#scratch
      if (span === undefined || span.bytes.length < needed) span = privateSpan(needed)
      const { bytes } = span
      const length = this.encodeAt(item, span, 0, bytes.length)
      this.#refuseTooLong(length)
      if (bytes.length <= KEPT_BYTES) this.#scratch = span
      if (length <= bytes.length) {
        this.#lent = bytes.subarray(0, length)
        return this.#lent
      }
      needed = length
    }
  }

  #bytesOf(item: T): Buffer {
    let bytes: Uint8Array
    try {
      bytes = (this.#codec.bytesOf as (item: T) => Uint8Array).call(this.#codec, item)
    } catch (cause) {
      throw this.#error('encode an item for', cause)
    }
    this.#refuseTooLong(bytes.length)
    this.#lent = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length)
    return this.#lent
  }

  /** `encoded`, or a copy of it, which nothing changes. */
  owned(encoded: Buffer): Buffer {
    if (encoded !== this.#lent) return encoded
    this.#lent = undefined
    const copy = copyOut(encoded, 0, encoded.length)
    return Buffer.from(copy.buffer, 0, copy.length)
  }

  /** The bytes are not needed any more, and need not be kept in memory for this. */
  release(encoded: Buffer): void {
    if (encoded === this.#lent) this.#lent = undefined
  }

  decode(span: Span, at: number, length: number): T {
    return this.#codec.read(span, at, length)
  }

  /** Decodes an item of `length` bytes in several pieces. `fill` copies them to the start of an array. */
  decodePieces(length: number, fill: (bytes: Uint8Array) => void): T {
    const codec = this.#codec
    if (codec.own !== undefined) {
      const bytes = newBytes(length)
      fill(bytes)
      return codec.own(bytes)
    }
    const span = spare !== undefined && spare.bytes.length >= length ? spare : privateSpan(length)
    spare = undefined
    try {
      fill(span.bytes)
      return codec.read(span, 0, length)
    } finally {
      if (span.bytes.length <= KEPT_BYTES) spare = span
    }
  }

  decodeError(cause: unknown): CodecError {
    return this.#error('decode an item of', cause)
  }

  #nestedError(): CodecError {
    return new CodecError(`an item was put into ${this.#label} while one was being encoded`)
  }

  #error(what: string, cause: unknown): CodecError {
    const because = cause instanceof Error ? `: ${cause.message}` : ''
    return new CodecError(`codec ${this.#codec.name} could not ${what} ${this.#label}${because}`, { cause })
  }

  #refuseTooLong(length: number): void {
    if (length <= this.#maxItemBytes) return
    throw new ItemTooLargeError(
      `an item of ${length} bytes is too large for ${this.#label}: maxItemBytes is ${this.#maxItemBytes}`,
    )
  }
}
