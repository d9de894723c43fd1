const KEPT = 64

/** First in, first out, without an allocation for each element. */
export class Fifo<T> {
  #values: (T | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#values.length - this.#head
  }

  peek(): T | undefined {
    return this.#values[this.#head]
  }

  push(value: T): void {
    this.#values.push(value)
  }

  shift(): T | undefined {
    const value = this.#values[this.#head]
    if (this.#head === this.#values.length) return undefined
    this.#values[this.#head++] = undefined
    if (this.#head === this.#values.length || (this.#head >= KEPT && 2 * this.#head > this.#values.length)) {
      this.#values = this.#values.slice(this.#head)
      this.#head = 0
    }
    return value
  }

  clear(): void {
    this.#values = []
    this.#head = 0
  }
}
