export type Order = 'fifo' | 'lifo' | 'priority'

/** What a queue of numbers hands out, in one thread: the plainest possible. */
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
    // Lowest first, equals in the order they came.
    const at = numbers.indexOf(Math.min(...numbers))
    return numbers.splice(at, 1)[0] as number
  }

  /** The next `count`, or all. */
  take(count = this.size): number[] {
    return Array.from({ length: count }, () => this.get())
  }
}

/** `count` different numbers, up to 101, that neither rise nor fall: the three orders differ from the third number on. */
export function numbers(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => ((from + index) * 62 + 11) % 101)
}
