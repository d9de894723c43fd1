import { randomItem } from '../codec/random-items.ts'
import type { Random } from '../support/random.mjs'

/** Keys that begin with this can be renamed inside encoded bytes, which makes a shape that nobody wrote. */
export const RENAMED = 'own'

const KEYS = [
  ...['id', 'type', 'data', 'createdAt', 'a', 'b', 'c', '', ' ', '"', "'", '\\', '`', '${', '\n', '\0'],
  ...['*/', '//', '}', ')', '0', '1', '10', '007', '-1', '1e3', '4294967295', 'é', 'ключ', '日本', '😀'],
  ...['\u2028', '\u2029', '\ud800', '\udc00x', 'x\ud83d', '__proto__', 'constructor', 'toString', 'valueOf'],
  ...['hasOwnProperty', '__defineGetter__', 'length', 'get', 'set', 'async', 'await', 'static', 'item', 'at'],
  ...['value', 'writer', 'plain', 'keys', 'encoded', 'bytes', 'v0', 'v1', 'k'.repeat(40), 'k'.repeat(41)],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `${RENAMED}${i}`),
]

/** Lists of keys: more than a thread compiles, and some that it must not compile. */
export function shapesFrom(random: Random): string[][] {
  return Array.from({ length: 90 }, () => {
    const keys = new Set<string>()
    const count = random.pick([0, 1, 2, 3, 4, 4, 5, 6, 8, 12, 31, 32, 33])
    for (let i = 0; i < count; i++) keys.add(count > 20 && random.chance(0.5) ? `f${i}` : random.pick(KEYS))
    return [...keys]
  })
}

/** An item made mostly of objects of `shapes`. Getters in it tell `trace` that they run. */
export function shapedItem(random: Random, shapes: readonly string[][], trace: string[], depth = 3): unknown {
  const kind = random.below(12)
  if (depth === 0) return randomItem(random, 0)
  if (kind < 2) return randomItem(random, 2)
  if (kind === 3) {
    const keys = pick(random, shapes)
    return Array.from({ length: random.below(5) }, () => shaped(random, keys, shapes, trace, 0))
  }
  return shaped(random, pick(random, shapes), shapes, trace, depth)
}

function shaped(
  random: Random,
  keys: readonly string[],
  shapes: readonly string[][],
  trace: string[],
  depth: number,
): object {
  const item: object = random.chance(0.05) ? Object.create(null) : {}
  for (const key of keys) {
    const value = shapedItem(random, shapes, trace, depth > 0 && random.chance(0.15) ? depth - 1 : 0)
    const property = random.chance(0.01)
      ? { get: getter(random, item, keys, key, value, trace) }
      : { value, writable: true }
    Object.defineProperty(item, key, { ...property, enumerable: true, configurable: true })
  }
  return item
}

/** A getter that may change the object while it is written. */
function getter(
  random: Random,
  item: object,
  keys: readonly string[],
  own: string,
  value: unknown,
  trace: string[],
): () => unknown {
  const action = random.below(5)
  // A getter that deletes its own property may have it arrive as undefined, or not at all.
  const others = keys.filter((key) => key !== own)
  const victim = others.length > 0 ? random.pick(others) : 'none'
  return () => {
    trace.push(`${action} ${victim}`)
    if (action === 0) delete (item as Record<string, unknown>)[victim]
    if (action === 1) Object.defineProperty(item, 'added', { value: 1, enumerable: true, configurable: true })
    if (action === 2) throw new TypeError(`from the getter ${victim}`)
    if (action === 3 && victim in item) {
      delete (item as Record<string, unknown>)[victim]
      Object.defineProperty(item, victim, { value: 2, enumerable: true, configurable: true })
    }
    return value
  }
}

/** The first shapes are picked more often, so that some are compiled early. */
function pick(random: Random, shapes: readonly string[][]): readonly string[] {
  return shapes[random.below(random.below(shapes.length) + 1)]!
}
