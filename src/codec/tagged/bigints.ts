/**
 * BigInts as limbs of 64 bits, the lowest first. Up to MOST_LIMBS this takes less time than digits, which
 * need calls into C++ (measured). Each limb costs as much as the number is long, so digits are faster beyond.
 */
export const MOST_LIMBS = 16

const limbs = new BigUint64Array(MOST_LIMBS)
/** The bytes of the limbs. */
export const limbBytes = new Uint8Array(limbs.buffer)
const SHIFTS = Array.from(limbs, (_, i) => BigInt(64 * i))
const BEYOND = 1n << BigInt(64 * MOST_LIMBS)

/** Sets the limbs to those of `magnitude`, which is not negative. Returns how many it has, 0 if too many. */
export function setLimbs(magnitude: bigint): number {
  if (magnitude >= BEYOND) return 0
  let count = 0
  // The array takes the lowest 64 bits.
  for (let rest = magnitude; rest !== 0n; rest >>= 64n) limbs[count++] = rest
  return count
}

/** The number that the first `count` limbs make. */
export function fromLimbs(count: number): bigint {
  let number = limbs[0]!
  for (let i = 1; i < count; i++) number |= limbs[i]! << SHIFTS[i]!
  return number
}
