import { type Item, show } from './operation.ts'

/**
 * Finds an item that was taken while another, put after it, was certainly above it. The put of the other
 * began after that of the item had returned, and returned before the take of the item began. The take of the
 * other began after that of the item had returned, or never. O(n log n). The check is sound, but far from
 * complete: it does not decide which of two overlapping puts came first.
 */
export function findStackViolation(items: readonly Item[]): string | undefined {
  const byInvoked = [...items].sort((a, b) => a.put.invoked - b.put.invoked)
  const rank = new Map(byInvoked.map((item, at) => [item, at]))
  const byReturned = [...items].sort((a, b) => a.put.returned - b.put.returned)
  const taken = items.filter(({ take }) => take !== undefined).sort((a, b) => takeBegan(a) - takeBegan(b))
  const stored = new LatestFrom(byInvoked)
  let before = 0
  for (const item of taken) {
    for (; before < byReturned.length; before++) {
      const other = byReturned[before] as Item
      if (other.put.returned > takeBegan(item)) break
      stored.add(rank.get(other) as number)
    }
    const above = stored.latest(firstAfter(byInvoked, item.put.returned))
    if (above === undefined || takeBegan(above) < (item.take?.returned ?? 0)) continue
    const rest = above.take === undefined ? 'never taken' : show(above.take)
    return `taken from below another: ${show(item.put)}, ${item.take && show(item.take)}; above it ${show(above.put)}, ${rest}`
  }
  return undefined
}

/**
 * The item whose take began last, among those added at or after a place. A Fenwick tree over the places from
 * the end.
 */
class LatestFrom {
  readonly #items: readonly Item[]
  readonly #tree: (Item | undefined)[]

  constructor(items: readonly Item[]) {
    this.#items = items
    this.#tree = new Array(items.length + 1)
  }

  add(place: number): void {
    const item = this.#items[place] as Item
    for (let node = this.#items.length - place; node < this.#tree.length; node += node & -node) {
      this.#tree[node] = later(this.#tree[node], item)
    }
  }

  latest(from: number): Item | undefined {
    let best: Item | undefined
    for (let node = this.#items.length - from; node > 0; node -= node & -node) {
      const item = this.#tree[node]
      if (item !== undefined) best = later(best, item)
    }
    return best
  }
}

function later(a: Item | undefined, b: Item): Item {
  return a === undefined || takeBegan(b) > takeBegan(a) ? b : a
}

/** The place of the first item whose put began after `time`. */
function firstAfter(byInvoked: readonly Item[], time: number): number {
  let low = 0
  let high = byInvoked.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((byInvoked[middle] as Item).put.invoked > time) high = middle
    else low = middle + 1
  }
  return low
}

function takeBegan({ take }: Item): number {
  return take?.invoked ?? Number.POSITIVE_INFINITY
}
