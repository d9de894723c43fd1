/** `method` with its `this` as the first argument. Later changes of Function.prototype do not matter. */
export const unbound: <T, A extends unknown[], R>(
  method: (this: T, ...args: A) => R,
) => (self: T, ...args: A) => R = Function.prototype.bind.bind(Function.prototype.call)

const TypedArray = Object.getPrototypeOf(Uint8Array) as { prototype: object }

function getter<V extends ArrayBufferView, T>(of: object, name: PropertyKey): (self: V) => T {
  return unbound(Object.getOwnPropertyDescriptor(of, name)!.get as (this: V) => T)
}

/**
 * The properties of typed arrays, as V8 knows them. A class of the user's, or a property of the array itself,
 * may say something else.
 */
export const lengthOf = getter<Uint8Array, number>(TypedArray.prototype, 'length')
export const bufferOf = getter<Uint8Array, ArrayBufferLike>(TypedArray.prototype, 'buffer')
export const offsetOf = getter<Uint8Array, number>(TypedArray.prototype, 'byteOffset')
/**
 * Three views on the same 8 bytes, which convert numbers to bytes and back. No code of the user's runs
 * between writing and reading them.
 */
export const eight = new Uint8Array(8)
export const double = new Float64Array(eight.buffer)
export const bigint = new BigInt64Array(eight.buffer)
