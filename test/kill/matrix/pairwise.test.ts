import { describe, expect, it } from 'vitest'
import { MATRIX_CELLS, POSSIBLE } from './cells.ts'
import { isPossible } from './dimensions.ts'
import { pairsIn, pairwise } from './pairwise.ts'

describe('the selection of cells', () => {
  it('has every pair of values that can meet, in a twentieth of the cells', () => {
    expect(pairsIn(MATRIX_CELLS)).toEqual(pairsIn(POSSIBLE))
    expect(MATRIX_CELLS.every(isPossible)).toBe(true)
    expect(MATRIX_CELLS.length).toBeLessThan(POSSIBLE.length / 20)
  })

  it('is one cell of each pair where there are two dimensions', () => {
    const cells = [1, 2, 3].flatMap((a) => ['x', 'y'].map((b) => ({ a, b })))
    expect(pairwise(cells)).toHaveLength(6)
    expect(pairsIn(cells.slice(1))).not.toEqual(pairsIn(cells))
  })
})
