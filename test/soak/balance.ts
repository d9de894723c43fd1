/** The records of one item, from its put until its queue was empty. Some of the recording threads died. */
export interface Notes {
  /** Its put was begun. */
  readonly attempted: boolean
  /** It was in the queue for certain. */
  readonly stored: boolean
  /** It was got again after it had been settled. */
  readonly late: boolean
  readonly got: number
  /** How often its taker began to requeue it. */
  readonly back: number
  readonly finishing: number
  readonly finished: number
  /** How often its taker dead-lettered it. */
  readonly failed: number
  readonly letters: number
}

export interface Balance {
  /** Items that were in the queue. */
  items: number
  /**
   * Items of the queue that are neither finished nor dead-lettered. `lostOf` subtracts those that puts
   * dropped.
   */
  missing: number
  /** The missing items and those of unknown state: a drop may have taken any of them. */
  droppable: number
  /** Items got that were never put. */
  unexpected: number
  /** Repeated deliveries without a requeue. */
  duplicates: number
  /** Items settled twice, or got after they had been settled. */
  excess: number
  /** Items with a dead letter. */
  letters: number
  /** Further letters about an item that has one: at most one for each death. */
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

/** The facts about the queue and its threads that the records do not show. */
export interface Circumstances {
  /** Items that puts dropped to make room. */
  readonly dropped: number
  /** Items that dead threads held. */
  readonly heldByDead: number
  readonly deaths: number
}

/** Items that are lost. */
export function lostOf({ missing }: Balance, { dropped }: Circumstances): number {
  return Math.max(0, missing - dropped)
}

/** The faults of a balance; empty if there are none. */
export function faultsOf(balance: Balance, circumstances: Circumstances): string[] {
  const { droppable, unexpected, duplicates, excess, doubleLetters } = balance
  const { dropped, heldByDead, deaths } = circumstances
  const lost = lostOf(balance, circumstances)
  return [
    ...(lost > 0 ? [`${lost} items lost`] : []),
    ...(dropped > droppable ? [`${dropped} items dropped, and only ${droppable} are not accounted for`] : []),
    ...(unexpected > 0 ? [`${unexpected} items that no thread put`] : []),
    ...(duplicates > heldByDead
      ? [`${duplicates} duplicates of ${heldByDead} items that the dead held`]
      : []),
    ...(excess > 0 ? [`${excess} items delivered after they were settled`] : []),
    ...(doubleLetters > deaths ? [`${doubleLetters} dead letters came twice, with ${deaths} deaths`] : []),
  ]
}
