import { add, END_ROUND, HEAD, or, SHUT, TAIL } from '../words/index.ts'

/**
 * Open, draining, discarding: in that direction only. The flags sit in the words that puts and takes
 * exchange, so none of them can slip through after the flag is set. A draining queue's tail never moves
 * again.
 */
export function shut(immediate: i32): void {
  or(TAIL, SHUT)
  if (immediate !== 0) or(HEAD, SHUT)
}

/** All who wait at the end of the queue are to leave. */
export function nextRound(): void {
  add(END_ROUND, 1)
}
