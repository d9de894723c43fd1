/**
 * States seen, by a hash in two halves, each with the lowest cost at which it was reached. Open addressing.
 */
export class Visited {
  #keys = new Uint32Array(2 << 16)
  #costs = new Uint8Array(1 << 16)
  #mask = (1 << 16) - 1
  #count = 0

  get size(): number {
    return this.#count
  }

  /** Returns false if the state was reached before at no higher cost. */
  add(first: number, second: number, cost: number): boolean {
    // Two zeroes mark a free slot.
    const low = first === 0 && second === 0 ? 1 : first
    let slot = low & this.#mask
    for (;;) {
      const a = this.#keys[slot * 2]
      const b = this.#keys[slot * 2 + 1]
      if (a === 0 && b === 0) break
      if (a === low >>> 0 && b === second >>> 0) {
        if ((this.#costs[slot] as number) <= cost) return false
        this.#costs[slot] = cost
        return true
      }
      slot = (slot + 1) & this.#mask
    }
    this.#keys[slot * 2] = low
    this.#keys[slot * 2 + 1] = second
    this.#costs[slot] = cost
    if (++this.#count * 2 > this.#mask) this.#grow()
    return true
  }

  #grow(): void {
    const keys = this.#keys
    const costs = this.#costs
    const size = costs.length * 2
    this.#keys = new Uint32Array(size * 2)
    this.#costs = new Uint8Array(size)
    this.#mask = size - 1
    for (let from = 0; from < costs.length; from++) {
      const a = keys[from * 2] as number
      const b = keys[from * 2 + 1] as number
      if (a === 0 && b === 0) continue
      let slot = a & this.#mask
      while (this.#keys[slot * 2] !== 0 || this.#keys[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask
      this.#keys[slot * 2] = a
      this.#keys[slot * 2 + 1] = b
      this.#costs[slot] = costs[from] as number
    }
  }
}
