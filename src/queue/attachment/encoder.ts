import { type CellCodec, type Span, spanOf } from '../../codec/index.ts'
import type { Geometry } from '../../core/index.ts'
import { CodecError, ItemTooLargeError } from '../../errors.ts'

/** Private memory for long items is kept up to this size. */
const KEPT_BYTES = 1 << 20
const LEAST_BYTES = 4096

/** Encodes and decodes the items of one queue by its codec, and names the queue in the codec's errors. */
export class ItemEncoder<T> {
  /** The items are numbers of a built-in codec, and slots carry them. */
  readonly areNumbers: boolean
  /** The codec's `read` may return views on the memory that it reads. */
  readonly mayAlias: boolean
  readonly #codec: CellCodec<T>
  readonly #label: string
  readonly #maxItemBytes: number
  #scratch: Span = spanOf(new ArrayBuffer(0))
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
    this.mayAlias = codec.mayAlias
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
   * Encodes into private bytes. `expected` is a guess of their number. @throws ItemTooLargeError, CodecError
   */
  encodePrivately(item: T, expected: number): Buffer {
    for (let needed = expected; ; ) {
      this.#refuseTooLong(needed)
      if (this.#scratch.bytes.length < needed) {
        this.#scratch = spanOf(new ArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(LEAST_BYTES, needed)))))
      }
      const { bytes } = this.#scratch
      const length = this.encodeAt(item, this.#scratch, 0, bytes.length)
      this.#refuseTooLong(length)
      if (length <= bytes.length) {
        const encoded = Buffer.from(bytes.subarray(0, length))
        if (bytes.length > KEPT_BYTES) this.#scratch = spanOf(new ArrayBuffer(0))
        return encoded
      }
      needed = length
    }
  }

  decode(span: Span, at: number, length: number): T {
    return this.#codec.read(span, at, length)
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
