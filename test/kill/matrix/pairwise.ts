/**
 * A small selection of `cells` that covers every pair of values which occurs in any of them. It is greedy:
 * the next cell is the one with the most new pairs; among equals, the one whose values were chosen least
 * often.
 */
export function pairwise<C extends object>(cells: readonly C[]): C[] {
  const pairs = cells.map(pairsOf)
  const open = new Set(pairs.flat())
  const uses = new Map<string, number>()
  const chosen: C[] = []
  while (open.size > 0) {
    let best = 0
    let gain = -1
    let weight = 0
    for (const [index, all] of pairs.entries()) {
      let fresh = 0
      for (const pair of all) if (open.has(pair)) fresh++
      if (fresh < gain) continue
      const used = usesOf(cells[index] as C, uses)
      if (fresh === gain && used >= weight) continue
      best = index
      gain = fresh
      weight = used
    }
    for (const pair of pairs[best] as string[]) open.delete(pair)
    const cell = cells[best] as C
    for (const value of valuesOf(cell)) uses.set(value, (uses.get(value) ?? 0) + 1)
    chosen.push(cell)
  }
  return chosen
}

/** Pairs that occur in `cells`. */
export function pairsIn(cells: readonly object[]): Set<string> {
  return new Set(cells.flatMap(pairsOf))
}

function pairsOf(cell: object): string[] {
  const values = valuesOf(cell)
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} & ${other}`))
}

function valuesOf(cell: object): string[] {
  return Object.entries(cell).map(([dimension, value]) => `${dimension}: ${value}`)
}

function usesOf(cell: object, uses: ReadonlyMap<string, number>): number {
  return valuesOf(cell).reduce((sum, value) => sum + (uses.get(value) ?? 0), 0)
}
