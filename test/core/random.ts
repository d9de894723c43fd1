import { randomNumbers } from '../support/random.ts'

/** Random choices: the same seed gives the same run on every machine. */
export class Random {
  readonly #next: (limit: number) => number

  constructor(seed: number) {
    this.#next = randomNumbers(seed)
  }

  /** An integer from 0 to `below` - 1. */
  below(below: number): number {
    return this.#next(below)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }
}
