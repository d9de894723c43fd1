import { type Cell, DIMENSIONS, isPossible } from './dimensions.ts'
import { pairwise } from './pairwise.ts'

const { operation, way, moment, topology, kind } = DIMENSIONS

/** All possible cells: some thousands. */
export const POSSIBLE: readonly Cell[] = operation
  .flatMap((operation) => way.map((way) => ({ operation, way })))
  .flatMap((cell) => moment.map((moment) => ({ ...cell, moment })))
  .flatMap((cell) => topology.map((topology) => ({ ...cell, topology })))
  .flatMap((cell) => kind.map((kind) => ({ ...cell, kind })))
  .filter(isPossible)

/** The cells that are run. Every two values that can meet do so in one of them. */
export const MATRIX_CELLS: readonly Cell[] = pairwise(POSSIBLE)

/** The same loops without a kill. */
export type Control = Pick<Cell, 'topology' | 'kind'>
export const CONTROLS: readonly Control[] = topology.flatMap((topology) =>
  kind.map((kind) => ({ topology, kind })),
)
