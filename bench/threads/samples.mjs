/** The times of single items in a round. */
export class Samples {
  #times
  #count = 0

  constructor(most) {
    this.#times = new Float64Array(most)
  }

  /** Adds the time since `from`, which is of process.hrtime.bigint. */
  add(from) {
    this.#times[this.#count++] = Number(process.hrtime.bigint() - from)
  }

  /** The median in µs. Begins anew. */
  median() {
    const sorted = this.#times.slice(0, this.#count).sort()
    this.#count = 0
    return sorted[sorted.length >> 1] / 1000
  }
}
