export type Order = 'fifo' | 'lifo' | 'priority'

/** The simplest queue of numbers: the reference for the order of the items. */
export class Model {
  readonly #order: Order
  readonly #numbers: number[] = []

  constructor(order: Order) {
    this.#order = order
  }

  get size(): number {
    return this.#numbers.length
  }

  put(...numbers: number[]): void {
    this.#numbers.push(...numbers)
  }

  get(): number {
    const numbers = this.#numbers
    if (numbers.length === 0) throw new Error('the model is empty')
    if (this.#order === 'fifo') return numbers.shift() as number
    if (this.#order === 'lifo') return numbers.pop() as number
    // The lowest number comes first, equal numbers in the order of arrival.
    const at = numbers.indexOf(Math.min(...numbers))
    return numbers.splice(at, 1)[0] as number
  }

  /** The next `count` numbers, by default all. */
  take(count = this.size): number[] {
    return Array.from({ length: count }, () => this.get())
  }
}

/**
 * `count` different numbers, at most 101, that neither rise nor fall: the three orders differ from the third
 * on.
 */
export function numbers(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => ((from + index) * 62 + 11) % 101)
}
