import { add, END_ROUND, HEAD, or, SHUT, TAIL } from '../words/index.ts'

/**
 * A queue goes from open to draining to discarding, never back. The flags are bits of the words that puts and
 * takes exchange, so every exchange that began before the flag was set fails. The tail of a draining queue
 * never moves again.
 */
export function shut(immediate: i32): void {
  or(TAIL, SHUT)
  if (immediate !== 0) or(HEAD, SHUT)
}

/** Ends the round: all threads that wait at the end of the queue must leave. */
export function nextRound(): void {
  add(END_ROUND, 1)
}
