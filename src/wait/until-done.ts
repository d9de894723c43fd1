import { BUSY } from '../core/index.ts'
import { backOff } from './backoff.ts'

/** Runs `operation` until it answers something other than BUSY, and returns that. @throws StuckError */
export function untilDone(operation: () => number): number {
  for (let tries = 0; ; tries++) {
    const answer = operation()
    if (answer !== BUSY) return answer
    backOff(tries)
  }
}
