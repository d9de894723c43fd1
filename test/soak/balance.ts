/**
 * What was noted of one item from its put until its queue was empty; some of those who noted died on the way.
 */
export interface Notes {
  /** Its put was begun. */
  readonly attempted: boolean
  /** It was in the queue for certain. */
  readonly stored: boolean
  /** It was got after it had been settled for good. */
  readonly late: boolean
  readonly got: number
  /** How often its taker began to give it back. */
  readonly back: number
  readonly finishing: number
  readonly finished: number
  /** How often its taker had given it up. */
  readonly failed: number
  readonly letters: number
}

export interface Balance {
  /** Items that were in the queue. */
  items: number
  /**
   * In the queue, and neither finished nor among the dead letters; those that puts dropped are taken off by
   * `lostOf`.
   */
  missing: number
  /** As missing, and those of which it is not known: what a drop may have taken. */
  droppable: number
  /** Got, and never put. */
  unexpected: number
  /** Got again although nobody gave it back. */
  duplicates: number
  /** Settled twice, or got after it had been settled. */
  excess: number
  /** Items with a dead letter. */
  letters: number
  /** Letters about an item that has one already: at most one for each death. */
  doubleLetters: number
}

export const EMPTY_BALANCE: Balance = {
  items: 0,
  missing: 0,
  droppable: 0,
  unexpected: 0,
  duplicates: 0,
  excess: 0,
  letters: 0,
  doubleLetters: 0,
}

export function balanceOf(items: Iterable<Notes>): Balance {
  const sum = { ...EMPTY_BALANCE }
  for (const { attempted, stored, late, got, back, finishing, finished, failed, letters } of items) {
    const wasIn = stored || got > 0 || letters > 0
    if (wasIn) sum.items++
    if (wasIn && letters === 0 && (finishing === 0 || failed > 0)) sum.missing++
    if (attempted && letters === 0 && finished === 0) sum.droppable++
    if (wasIn && !attempted) sum.unexpected++
    sum.duplicates += Math.max(0, got - 1 - back)
    if (late || finished + failed > 1 || finishing > got || (letters > 0 && finished > 0)) sum.excess++
    if (letters > 0) sum.letters++
    sum.doubleLetters += Math.max(0, letters - 1)
  }
  return sum
}

/** What else is known of the queue and the threads at it. */
export interface Circumstances {
  /** Items that puts dropped to make room. */
  readonly dropped: number
  /** What those who died had in hand. */
  readonly heldByDead: number
  readonly deaths: number
}

/** Items that are nowhere. */
export function lostOf({ missing }: Balance, { dropped }: Circumstances): number {
  return Math.max(0, missing - dropped)
}

/** What is wrong with the balance; empty when all is well. */
export function faultsOf(balance: Balance, circumstances: Circumstances): string[] {
  const { droppable, unexpected, duplicates, excess, doubleLetters } = balance
  const { dropped, heldByDead, deaths } = circumstances
  const lost = lostOf(balance, circumstances)
  return [
    ...(lost > 0 ? [`${lost} items lost`] : []),
    ...(dropped > droppable ? [`${dropped} items dropped, and only ${droppable} are not accounted for`] : []),
    ...(unexpected > 0 ? [`${unexpected} items nobody put`] : []),
    ...(duplicates > heldByDead ? [`${duplicates} duplicates of ${heldByDead} items the dead held`] : []),
    ...(excess > 0 ? [`${excess} items delivered after they were settled`] : []),
    ...(doubleLetters > deaths ? [`${doubleLetters} dead letters came twice, with ${deaths} deaths`] : []),
  ]
}
