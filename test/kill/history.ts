/** What is known of one item after a death, when everything that was left has been delivered to survivors. */
export interface ItemHistory {
  /** Its put was begun. */
  readonly attempted: boolean
  /** Its put has returned. */
  readonly stored: boolean
  /** A thread that is dead now got it. */
  readonly gotByDead: boolean
  /** A thread that is dead now had begun to finish it: whether it did is not known. */
  readonly finishing: boolean
  /** A thread that is dead now had finished it. */
  readonly finished: boolean
  /** A thread that is dead now had begun to give it up. */
  readonly givingUp: boolean
  /** A thread that is dead now had given it up. */
  readonly givenUp: boolean
  /** Deliveries to threads that live, each of which finishes what it gets. */
  readonly delivered: number
  /** How often it came out of the dead letters. */
  readonly letters: number
}

export interface Verdict {
  /** Stored, and neither finished nor delivered nor among the dead letters. */
  lost: number
  /** Delivered, though it was never put; or a dead letter, though nobody gave it up. */
  unexpected: number
  /** Delivered again after a dead thread held it, or posted again after one died that posted it: what at-least-once allows. */
  duplicates: number
  /** Delivered again although nobody who held it died, or though it was given up: allowed never. */
  excess: number
}

export function judge(history: Iterable<ItemHistory>): Verdict {
  const verdict: Verdict = { lost: 0, unexpected: 0, duplicates: 0, excess: 0 }
  for (const item of history) {
    const { attempted, stored, gotByDead, finishing, finished, givingUp, givenUp, delivered, letters } = item
    if ((delivered > 0 && !attempted) || (letters > 0 && !givingUp)) verdict.unexpected++
    if (stored && delivered + letters === 0 && !finishing && !finished) verdict.lost++
    verdict.duplicates += Math.max(0, letters - 1)
    if (finished || givenUp || letters > 0) verdict.excess += delivered
    else {
      if (gotByDead && delivered > 0) verdict.duplicates++
      verdict.excess += Math.max(0, delivered - 1)
    }
  }
  return verdict
}

export function isSound({ lost, unexpected, excess }: Verdict): boolean {
  return lost === 0 && unexpected === 0 && excess === 0
}
