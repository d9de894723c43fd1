import { ARRIVED_HIGH, ARRIVED_LOW, peek, poke } from '../words/index.ts'

/** Numbers for the nodes of heaps, so that equals keep the order in which they came. Under the lock. */

/** Goes on to the next number, which stands in the two words then. */
export function nextArrival(): void {
  const low = (peek(ARRIVED_LOW) + 1) | 0
  poke(ARRIVED_LOW, low)
  // The lower word has gone round.
  if (low === -2147483648) poke(ARRIVED_HIGH, (peek(ARRIVED_HIGH) + 1) | 0)
}
