import { ARRIVED_HIGH, ARRIVED_LOW, peek, poke } from '../words/index.ts'

/** Nodes of heaps are numbered as they arrive, so that equals keep their order. Under the lock. */

/** Moves ARRIVED_HIGH and ARRIVED_LOW to the next number. */
export function nextArrival(): void {
  const low = (peek(ARRIVED_LOW) + 1) | 0
  poke(ARRIVED_LOW, low)
  // The low word has wrapped.
  if (low === -2147483648) poke(ARRIVED_HIGH, (peek(ARRIVED_HIGH) + 1) | 0)
}
