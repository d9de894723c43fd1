/**
 * Shared words in which the threads of a round note their steps, so that the notes outlive them. Fixtures
 * receive these numbers.
 */
export const PLACES = {
  /** The number of victims so far. */
  FIRED: 0,
  /** threadId of the victim that waits for another thread to end it; 0: none. */
  VICTIM: 1,
  /** A word that is never written, to sleep on. */
  IDLE: 2,
  /** Consumers pause while it is 0. */
  GATE: 3,
  /** Items that arrived with another value than they were put with. */
  DAMAGED: 4,
  /** The number of deliveries noted. */
  LENGTH: 5,
  /** The number of threads that have stopped at a closed gate between two functions. */
  BLOCKED: 6,
  /** Timers that functions have left act when it is 1. */
  ACT: 7,
  /** From here on, ENTRY words for each delivery: the item's number + 1, threadId, state, life. */
  LOG: 16,
  ENTRY: 4,
  /**
   * States of a delivery: the function has the item; its work is done; it is known to be settled; the
   * function threw.
   */
  GOT: 1,
  DONE: 2,
  SETTLED: 3,
  FAILED: 4,
} as const

/** More deliveries than any round has. */
export const MOST = 1 << 13
/** Items of producer p have the numbers from p * STEP on. */
export const STEP = 10_000
