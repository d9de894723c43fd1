import { bufferOf, lengthOf, offsetOf, unbound } from '../views.ts'

type ViewConstructor = new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => ArrayBufferView

/** The kind of a view is its index here. Not every version of Node has the last. */
const NAMES = [
  ...[
    'Uint8Array',
    'Int8Array',
    'Uint8ClampedArray',
    'Uint16Array',
    'Int16Array',
    'Uint32Array',
    'Int32Array',
  ],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView', 'Float16Array'],
]
/** Kept here, because a program may replace them. */
const CONSTRUCTORS = NAMES.map(
  (name) => (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name],
)
const KINDS = new Map<string | undefined, number>(NAMES.map((name, kind) => [name, kind]))

export const UINT8_ARRAY = NAMES.indexOf('Uint8Array')
export const DATA_VIEW = NAMES.indexOf('DataView')

function getter<T>(prototype: object, name: string | symbol): (self: object) => T {
  return unbound(Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: object) => T)
}

const TYPED = Object.getPrototypeOf(Uint8Array.prototype) as object
const nameOf = getter<string | undefined>(TYPED, Symbol.toStringTag)
const typedBytes = getter<number>(TYPED, 'byteLength')
const dataBuffer = getter<ArrayBufferLike>(DataView.prototype, 'buffer')
const dataOffset = getter<number>(DataView.prototype, 'byteOffset')
const dataBytes = getter<number>(DataView.prototype, 'byteLength')

/** As V8 knows it: code of the user's may give a buffer or a view properties of these names. */
export const bufferBytes = getter<number>(ArrayBuffer.prototype, 'byteLength')
export const isResizable: (buffer: ArrayBuffer) => boolean =
  'resizable' in ArrayBuffer.prototype ? getter(ArrayBuffer.prototype, 'resizable') : () => false
export const isView: (value: unknown) => value is ArrayBufferView = ArrayBuffer.isView

/** The kind of `view`, whatever its prototype is. */
export function kindOfView(view: ArrayBufferView): number {
  return KINDS.get(nameOf(view) ?? 'DataView') ?? -1
}

export function bufferOfView(view: ArrayBufferView, kind: number): ArrayBufferLike {
  return kind === DATA_VIEW ? dataBuffer(view) : bufferOf(view as Uint8Array)
}

/** Call this only if the buffer is not detached. */
export function offsetOfView(view: ArrayBufferView, kind: number): number {
  return kind === DATA_VIEW ? dataOffset(view) : offsetOf(view as Uint8Array)
}

/** Likewise. */
export function bytesOfView(view: ArrayBufferView, kind: number): number {
  return kind === DATA_VIEW ? dataBytes(view) : typedBytes(view)
}

/** The elements of a typed array, or the bytes of a DataView. Likewise. */
export function lengthOfView(view: ArrayBufferView, kind: number): number {
  return kind === DATA_VIEW ? dataBytes(view) : lengthOf(view as Uint8Array)
}

/**
 * Makes a view; without `offset` and `length` one on all of `buffer`.
 * @throws RangeError if there is no such kind, or if the buffer has no room for such a view
 */
export function newView(
  kind: number,
  buffer: ArrayBuffer,
  offset?: number,
  length?: number,
): ArrayBufferView {
  const View = CONSTRUCTORS[kind]
  if (View === undefined) throw new RangeError(`there is no view of kind ${kind}`)
  return new View(buffer, offset, length)
}
