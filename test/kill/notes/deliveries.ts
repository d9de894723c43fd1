/** What the threads noted of one item, from its put until the queue was empty; some of them died on the way. */
export interface Deliveries {
  /** Its put was begun. */
  readonly attempted: boolean
  /** Its put has returned. */
  readonly stored: boolean
  /** How often it was got. */
  readonly got: number
  /** How often someone began to finish it. */
  readonly finishing: number
  /** How often someone has finished it. */
  readonly finished: number
  /** It was got once more after someone had finished it. */
  readonly late: boolean
}

export interface Balance {
  /** Items that were in the queue for certain. */
  items: number
  /** In the queue, and nobody ever came to finish them. */
  lost: number
  /** Got, and never put. */
  unknown: number
  /** Got and not finished for certain: only the dead leave an item so. */
  held: number
  /** Got again: what at-least-once allows, where a dead thread held the item. */
  duplicates: number
  /** Finished twice, or got after someone had finished it: allowed never. */
  excess: number
}

export function balance(items: Iterable<Deliveries>): Balance {
  const sum: Balance = { items: 0, lost: 0, unknown: 0, held: 0, duplicates: 0, excess: 0 }
  for (const { attempted, stored, got, finishing, finished, late } of items) {
    if (stored || got > 0) sum.items++
    if ((stored || got > 0) && finishing === 0) sum.lost++
    if (got > 0 && !attempted) sum.unknown++
    sum.held += got - Math.min(got, finished)
    sum.duplicates += Math.max(0, got - 1)
    if (late || finished > 1 || finishing > got) sum.excess++
  }
  return sum
}

/** What is wrong, where `holdable` items at most can have been with the dead. Empty when all is well. */
export function faultsOfBalance(
  { lost, unknown, held, duplicates, excess }: Balance,
  holdable: number,
): string[] {
  return [
    ...(lost > 0 ? [`${lost} items lost`] : []),
    ...(unknown > 0 ? [`${unknown} items nobody put`] : []),
    ...(excess > 0 ? [`${excess} items delivered after they were finished`] : []),
    ...(duplicates > held ? [`${duplicates} duplicates of ${held} items the dead held`] : []),
    ...(held > holdable ? [`${held} items never finished; the dead held ${holdable} at most`] : []),
  ]
}
