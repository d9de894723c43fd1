/** What may stand in a `Line`: in one at a time. */
export interface InLine<E> {
  before: E | undefined
  after: E | undefined
  isInLine: boolean
}

/**
 * A doubly linked list: those who wait, in the order in which they came. Whoever leaves costs the same
 * wherever it stands, and however many there are. (In a Set, the search for the first one passes all that
 * have left.)
 */
export class Line<E extends InLine<E>> {
  #first: E | undefined
  #last: E | undefined
  #size = 0

  get first(): E | undefined {
    return this.#first
  }

  get size(): number {
    return this.#size
  }

  /** `one` stands in no line so far, or has left it. */
  join(one: E): void {
    const last = this.#last
    one.before = last
    one.isInLine = true
    if (last === undefined) this.#first = one
    else last.after = one
    this.#last = one
    this.#size++
  }

  /** False if it had left already. */
  leave(one: E): boolean {
    if (!one.isInLine) return false
    const { before, after } = one
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    // One that is kept by somebody does not keep the others.
    one.before = undefined
    one.after = undefined
    one.isInLine = false
    this.#size--
    return true
  }

  /** A snapshot, in order. */
  all(): E[] {
    const all: E[] = []
    for (let one = this.#first; one !== undefined; one = one.after) all.push(one)
    return all
  }
}
