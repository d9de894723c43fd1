// The file memory.ts for AssemblyScript: the same names, over the module's own shared memory.

export function load(at: i32): i32 {
  return atomic.load<i32>(at)
}

export function store(at: i32, value: i32): void {
  atomic.store<i32>(at, value)
}

export function cas(at: i32, expected: i32, replacement: i32): i32 {
  return atomic.cmpxchg<i32>(at, expected, replacement)
}

export function cas64(at: i32, low: i32, high: i32, newLow: i32, newHigh: i32): i32 {
  const expected: i64 = (<i64>high << 32) | <i64>(<u32>low)
  const replacement: i64 = (<i64>newHigh << 32) | <i64>(<u32>newLow)
  return atomic.cmpxchg<i64>(at, expected, replacement) == expected ? 1 : 0
}

export function add(at: i32, amount: i32): i32 {
  return atomic.add<i32>(at, amount)
}

export function or(at: i32, bits: i32): i32 {
  return atomic.or<i32>(at, bits)
}

export function notify(at: i32, count: i32): i32 {
  return atomic.notify(at, count)
}

// @ts-ignore: ours hide the built-in load and store of AssemblyScript, so these use the i32 forms.
export function peek(at: i32): i32 {
  return i32.load(at)
}

export function poke(at: i32, value: i32): void {
  i32.store(at, value)
}

export function peekFloat(at: i32): f64 {
  return f64.load(at)
}

export function pokeFloat(at: i32, value: f64): void {
  f64.store(at, value)
}

export function imul(a: i32, b: i32): i32 {
  return a * b
}
