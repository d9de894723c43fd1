/**
 * The moments between the ticks of a clock that intervals cover. Each moment is covered once, so the total
 * time is nearly linear.
 */
export class Cover {
  /**
   * From a moment towards the first one that is not covered. Moment `n` lies between the ticks n and n + 1.
   */
  readonly #next: Int32Array

  constructor(ticks: number) {
    this.#next = Int32Array.from({ length: ticks + 1 }, (_, moment) => moment)
  }

  add(from: number, to: number): void {
    for (let moment = this.firstGap(from); moment < to; moment = this.firstGap(moment)) {
      this.#next[moment] = moment + 1
    }
  }

  covers(from: number, to: number): boolean {
    return this.firstGap(from) >= to
  }

  /** The first moment from `from` on that is not covered. */
  firstGap(from: number): number {
    const next = this.#next
    let moment = from
    while (next[moment] !== moment) {
      // Halves the path for the next search.
      next[moment] = next[next[moment] as number] as number
      moment = next[moment] as number
    }
    return moment
  }
}
