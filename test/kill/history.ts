/** The facts about one item after a death, when survivors have received all that was left. */
export interface ItemHistory {
  /** Its put was begun. */
  readonly attempted: boolean
  /** Its put has returned. */
  readonly stored: boolean
  /** A thread that is dead now got it. */
  readonly gotByDead: boolean
  /** A thread that is dead now had begun to finish it. The outcome is unknown. */
  readonly finishing: boolean
  /** A thread that is dead now had finished it. */
  readonly finished: boolean
  /** A thread that is dead now had begun to dead-letter it. */
  readonly deadLettering: boolean
  /** A thread that is dead now had dead-lettered it. */
  readonly deadLettered: boolean
  /** Deliveries to survivors, which finish each item that they get. */
  readonly delivered: number
  /** How often it came out of the dead-letter queue. */
  readonly letters: number
}

export interface Verdict {
  /** Items stored, and neither finished nor delivered nor dead-lettered. */
  lost: number
  /** Items delivered that were never put, and dead letters that no thread made. */
  unexpected: number
  /**
   * Items delivered again after a dead thread held them, and letters that came twice after a death: both
   * allowed.
   */
  duplicates: number
  /** Items delivered again although their holder lives or they were dead-lettered: never allowed. */
  excess: number
}

export function judge(history: Iterable<ItemHistory>): Verdict {
  const verdict: Verdict = { lost: 0, unexpected: 0, duplicates: 0, excess: 0 }
  for (const item of history) {
    const {
      attempted,
      stored,
      gotByDead,
      finishing,
      finished,
      deadLettering,
      deadLettered,
      delivered,
      letters,
    } = item
    if ((delivered > 0 && !attempted) || (letters > 0 && !deadLettering)) verdict.unexpected++
    if (stored && delivered + letters === 0 && !finishing && !finished) verdict.lost++
    verdict.duplicates += Math.max(0, letters - 1)
    if (finished || deadLettered || letters > 0) verdict.excess += delivered
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
