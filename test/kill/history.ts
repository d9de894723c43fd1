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
  /** Deliveries to threads that live, each of which finishes what it gets. */
  readonly delivered: number
}

export interface Verdict {
  /** Stored, and neither finished nor delivered. */
  lost: number
  /** Delivered, though it was never put. */
  unexpected: number
  /** Delivered again after a dead thread held it: what at-least-once allows. */
  duplicates: number
  /** Delivered again although nobody who held it died: allowed never. */
  excess: number
}

export function judge(history: Iterable<ItemHistory>): Verdict {
  const verdict: Verdict = { lost: 0, unexpected: 0, duplicates: 0, excess: 0 }
  for (const { attempted, stored, gotByDead, finishing, finished, delivered } of history) {
    if (delivered > 0 && !attempted) verdict.unexpected++
    if (stored && delivered === 0 && !finishing && !finished) verdict.lost++
    if (finished) verdict.excess += delivered
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
