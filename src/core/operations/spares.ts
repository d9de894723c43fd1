import { cellAt, firstSpare, NEXT, peek, poke, SPARE_FIRST, SPARE_FRESH } from '../words/index.ts'

/**
 * Empty cells that take the place of full ones: used ones in a list, the others counted. All under the lock.
 */

/** The spare cell to be used next; not a cell's number if there is none. */
export function nextSpare(): i32 {
  const first = peek(SPARE_FIRST)
  return first !== 0 ? first - 1 : firstSpare + peek(SPARE_FRESH)
}

/** `spare` is what nextSpare answered, and a cell. */
export function useSpare(spare: i32): void {
  if (peek(SPARE_FIRST) !== 0) poke(SPARE_FIRST, peek(cellAt(spare) + NEXT))
  else poke(SPARE_FRESH, peek(SPARE_FRESH) + 1)
}

export function keepSpare(cell: i32): void {
  poke(cellAt(cell) + NEXT, peek(SPARE_FIRST))
  poke(SPARE_FIRST, cell + 1)
}
