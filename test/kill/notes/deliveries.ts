/** The records of one item, from its put until the queue was empty. Some of the recording threads died. */
export interface Deliveries {
  /** Its put was begun. */
  readonly attempted: boolean
  /** Its put has returned. */
  readonly stored: boolean
  /** How often it was got. */
  readonly got: number
  /** How often a thread began to finish it. */
  readonly finishing: number
  /** How often a thread finished it. */
  readonly finished: number
  /** It was got again after a thread had finished it. */
  readonly late: boolean
}

export interface Balance {
  /** Items that were in the queue for certain. */
  items: number
  /** Items of the queue that no thread began to finish. */
  lost: number
  /** Items got that were never put. */
  unknown: number
  /** Deliveries without a certain finish. Only dead threads leave an item like that. */
  held: number
  /** Repeated deliveries: allowed if a dead thread held the item. */
  duplicates: number
  /** Items finished twice, or got after they were finished: never allowed. */
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

/** The faults, given that dead threads held at most `holdable` items. Empty if there are none. */
export function faultsOfBalance(
  { lost, unknown, held, duplicates, excess }: Balance,
  holdable: number,
): string[] {
  return [
    ...(lost > 0 ? [`${lost} items lost`] : []),
    ...(unknown > 0 ? [`${unknown} items that no thread put`] : []),
    ...(excess > 0 ? [`${excess} items delivered after they were finished`] : []),
    ...(duplicates > held ? [`${duplicates} duplicates of ${held} items the dead held`] : []),
    ...(held > holdable ? [`${held} items never finished; the dead held ${holdable} at most`] : []),
  ]
}
