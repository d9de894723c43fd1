/**
 * Access to the shared words, over `Atomics`. `memory.as.ts` is this file for the WebAssembly back end; the
 * back ends differ nowhere else. Addresses are byte offsets below 2^31.
 *
 * `load` … `notify` are sequentially consistent. `peek` and `poke` are plain: at that moment the word has one
 * owner. A later `store` makes it visible to threads that `load` the stored word first.
 */

let words: Int32Array = new Int32Array(0)
let wide: BigInt64Array = new BigInt64Array(0)
let floats: Float64Array = new Float64Array(0)

/**
 * Every later access goes to `buffer`. There is one buffer at a time: this back end serves exploration,
 * comparison and measurement only.
 */
export function bind(buffer: ArrayBufferLike): void {
  words = new Int32Array(buffer)
  wide = new BigInt64Array(buffer)
  floats = new Float64Array(buffer)
}

export function load(at: i32): i32 {
  return Atomics.load(words, at >> 2)
}

export function store(at: i32, value: i32): void {
  Atomics.store(words, at >> 2, value)
}

/** Returns the former value: `expected` if, and only if, the exchange was made. */
export function cas(at: i32, expected: i32, replacement: i32): i32 {
  return Atomics.compareExchange(words, at >> 2, expected, replacement)
}

/** Exchanges two words at once, the lower address first. Returns 1 if the exchange was made, else 0. */
export function cas64(at: i32, low: i32, high: i32, newLow: i32, newHigh: i32): i32 {
  const expected = pair(low, high)
  return Atomics.compareExchange(wide, at >> 3, expected, pair(newLow, newHigh)) === expected ? 1 : 0
}

/** Returns the former value. */
export function add(at: i32, amount: i32): i32 {
  return Atomics.add(words, at >> 2, amount)
}

/** Returns the former value. */
export function or(at: i32, bits: i32): i32 {
  return Atomics.or(words, at >> 2, bits)
}

/** Wakes at most `count` sleepers on the word, all if negative. Returns their number. */
export function notify(at: i32, count: i32): i32 {
  return Atomics.notify(words, at >> 2, count)
}

export function peek(at: i32): i32 {
  return words[at >> 2] as number
}

export function poke(at: i32, value: i32): void {
  words[at >> 2] = value
}

/** As peek, for a 64-bit float. */
export function peekFloat(at: i32): f64 {
  return floats[at >> 3] as number
}

export function pokeFloat(at: i32, value: f64): void {
  floats[at >> 3] = value
}

/** The low 32 bits of the product. */
export function imul(a: i32, b: i32): i32 {
  return Math.imul(a, b)
}

function pair(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0)
}
