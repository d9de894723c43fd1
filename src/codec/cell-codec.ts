import { invalidType, outOfRange } from '../check.ts'
import { builtinCodec } from './builtins.ts'
import type { Bytes, CellCodec, Codec } from './codec.ts'
import { copyIn, copyOut } from './copy.ts'
import { isFramed } from './framed.ts'
import { builtinName } from './make-builtin.ts'

/** Scratch memory larger than this is not kept for the next item. */
const MAX_KEPT_BYTES = 1 << 20

// biome-ignore lint/suspicious/noExplicitAny: codecs of every item type
const wrapped = new WeakMap<Codec<any>, CellCodec<any>>()

/**
 * The CellCodec that a queue runs for `codec`. A built-in codec is one already. A user's codec is wrapped, so
 * that its code never sees the queue's memory.
 * @throws TypeError if `codec` is not a codec
 */
export function cellCodec<T>(codec: Codec<T>): CellCodec<T> {
  if (!isCodec(codec)) throw invalidType('codec', 'a codec', codec)
  if (isFramed(codec)) return codec as unknown as CellCodec<T>
  const name = builtinName(codec)
  if (name !== undefined) {
    const known = builtinCodec(name)
    if (known !== undefined) return known
  }
  let cell = wrapped.get(codec)
  if (cell === undefined) {
    cell = new WrappedCodec(codec)
    wrapped.set(codec, cell)
  }
  return cell
}

export function isCodec(value: unknown): value is Codec<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { encode, decode } = value as { encode?: unknown; decode?: unknown }
  return typeof encode === 'function' && typeof decode === 'function'
}

/** Runs a user's codec on private memory, and checks the length that its `encode` returns. */
class WrappedCodec<T> implements CellCodec<T> {
  readonly name: string
  readonly byteLength: number | undefined
  readonly mayAlias = false
  readonly #codec: Codec<T>
  /** Scratch memory; undefined while it is in use, because a user's `encode` may itself put an item. */
  #spare: Uint8Array | undefined

  constructor(codec: Codec<T>) {
    this.#codec = codec
    this.name = codec.name
    this.byteLength = codec.byteLength
  }

  write(item: T, span: Bytes, at: number, end: number): number {
    const room = end - at
    let scratch = this.#spare ?? new Uint8Array(this.byteLength ?? 1024)
    this.#spare = undefined
    try {
      let length = this.#encode(item, scratch)
      while (length > scratch.length && length <= room) {
        scratch = new Uint8Array(Math.min(room, length * 2))
        length = this.#encode(item, scratch)
      }
      if (length <= room) copyIn(span.bytes, at, scratch, length)
      return length
    } finally {
      if (scratch.length <= MAX_KEPT_BYTES) this.#spare = scratch
    }
  }

  read(span: Bytes, at: number, length: number): T {
    return this.#codec.decode(copyOut(span.bytes, at, length))
  }

  #encode(item: T, into: Uint8Array): number {
    const length: unknown = this.#codec.encode(item, into)
    const what = `encode of codec ${this.name} must return its length in bytes, which`
    if (typeof length !== 'number') throw invalidType(what, 'an integer >= 0', length)
    if (!Number.isSafeInteger(length) || length < 0) throw outOfRange(what, 'an integer >= 0', length)
    if (this.byteLength !== undefined && length !== this.byteLength) {
      throw outOfRange(what, `its byteLength (${this.byteLength})`, length)
    }
    return length
  }
}
