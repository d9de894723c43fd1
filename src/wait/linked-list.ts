/** A member of at most one `LinkedList` at a time. */
export interface Linked<E> {
  previous: E | undefined
  next: E | undefined
  isLinked: boolean
}

/**
 * A doubly linked list. Removal takes the same time for every member, however many there are. (A Set does
 * not: its search for the first member passes all places of removed ones.)
 */
export class LinkedList<E extends Linked<E>> {
  #first: E | undefined
  #last: E | undefined
  #size = 0

  get first(): E | undefined {
    return this.#first
  }

  get size(): number {
    return this.#size
  }

  /** Adds `one`, which is in no list, at the end. */
  append(one: E): void {
    const last = this.#last
    one.previous = last
    one.isLinked = true
    if (last === undefined) this.#first = one
    else last.next = one
    this.#last = one
    this.#size++
  }

  /** Returns false if it was removed before. */
  remove(one: E): boolean {
    if (!one.isLinked) return false
    const { previous, next } = one
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    // A removed member that is still referenced must not keep the others in memory.
    one.previous = undefined
    one.next = undefined
    one.isLinked = false
    this.#size--
    return true
  }

  /** A copy, in order. */
  toArray(): E[] {
    const all: E[] = []
    for (let one = this.#first; one !== undefined; one = one.next) all.push(one)
    return all
  }
}
