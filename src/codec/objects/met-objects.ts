/** Up to this many objects in an item, searching a list is faster than a Map (measured). */
const MAX_LISTED = 32

/** The objects of an item, numbered from 0 in the order in which the writer meets them. */
export class MetObjects {
  readonly #listed: (object | undefined)[] = []
  #count = 0
  #numbers: Map<object, number> | undefined

  /** The number of `object` if it was met before. Otherwise it gets the next number, and this returns -1. */
  meet(object: object): number {
    const count = this.#count
    if (count >= MAX_LISTED) return this.#meetMany(object)
    for (let i = 0; i < count; i++) if (this.#listed[i] === object) return i
    this.#listed[count] = object
    this.#count = count + 1
    return -1
  }

  #meetMany(object: object): number {
    this.#numbers ??= new Map(this.#listed.map((each, number) => [each!, number]))
    const number = this.#numbers.get(object)
    if (number !== undefined) return number
    this.#numbers.set(object, this.#count++)
    return -1
  }

  has(object: object): boolean {
    return this.#listed.includes(object) || this.#numbers?.has(object) === true
  }

  /** Drops all references to objects. */
  clear(): void {
    for (let i = Math.min(this.#count, MAX_LISTED) - 1; i >= 0; i--) this.#listed[i] = undefined
    this.#count = 0
    this.#numbers = undefined
  }
}
