import { type Plan, wholeShares } from './scenarios/scenario.ts'

/** A quick run has so many times fewer items a round. */
const QUICK_PART = 8

/** `items`: those of the command line; undefined leaves each contender its own. `leftOut` takes the lines. */
export function planOf(items: number | undefined, isQuick: boolean, leftOut: Set<string>): Plan {
  const count = (own: number) => items ?? Math.max(1, Math.ceil(isQuick ? own / QUICK_PART : own))
  return {
    isQuick,
    items: (own) => wholeShares(count(own)),
    count,
    leaveOut: (line) => void leftOut.add(line),
  }
}
