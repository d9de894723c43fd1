import { type Cell, DIMENSIONS, isPossible } from './dimensions.ts'
import { pairwise } from './pairwise.ts'

const { operation, way, moment, topology, kind } = DIMENSIONS

/** All that is possible: some thousands. */
export const POSSIBLE: readonly Cell[] = operation
  .flatMap((operation) => way.map((way) => ({ operation, way })))
  .flatMap((cell) => moment.map((moment) => ({ ...cell, moment })))
  .flatMap((cell) => topology.map((topology) => ({ ...cell, topology })))
  .flatMap((cell) => kind.map((kind) => ({ ...cell, kind })))
  .filter(isPossible)

/** Those that are played: every pair of values that can meet does. */
export const CELLS: readonly Cell[] = pairwise(POSSIBLE)

/** The same loops where nobody is killed. */
export type Control = Pick<Cell, 'topology' | 'kind'>
export const CONTROLS: readonly Control[] = topology.flatMap((topology) =>
  kind.map((kind) => ({ topology, kind })),
)
