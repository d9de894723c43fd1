import { cellAt, firstSpare, NEXT, peek, poke, SPARE_FIRST, SPARE_FRESH } from '../words/index.ts'

/**
 * Spare cells: empty ones, exchanged for full ones. Cells used before are in a list; fresh ones are counted.
 * All of this is under the lock.
 */

/** The next spare cell; if there is none, the answer is not the number of a cell. */
export function nextSpare(): i32 {
  const first = peek(SPARE_FIRST)
  return first !== 0 ? first - 1 : firstSpare + peek(SPARE_FRESH)
}

/** Removes the next spare cell; `spare` is the answer of nextSpare, and has been checked. */
export function useSpare(spare: i32): void {
  if (peek(SPARE_FIRST) !== 0) poke(SPARE_FIRST, peek(cellAt(spare) + NEXT))
  else poke(SPARE_FRESH, peek(SPARE_FRESH) + 1)
}

export function keepSpare(cell: i32): void {
  poke(cellAt(cell) + NEXT, peek(SPARE_FIRST))
  poke(SPARE_FIRST, cell + 1)
}
