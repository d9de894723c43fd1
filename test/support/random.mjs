/** A seeded generator (mulberry32). The same seed gives the same numbers on every machine. */
export class Random {
  #state

  constructor(seed) {
    this.#state = seed | 0
  }

  /** A number from 0 to below 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound) {
    return Math.floor(this.next() * bound)
  }

  /** True once in `times`, on average. */
  once(times) {
    return this.below(times) === 0
  }

  /** True with the given probability, 0 to 1. */
  chance(probability) {
    return this.next() < probability
  }

  pick(from) {
    return from[this.below(from.length)]
  }
}

/** A function that answers an integer from 0 to `bound` - 1 at each call. */
export function randomNumbers(seed) {
  const random = new Random(seed)
  return (bound) => random.below(bound)
}
