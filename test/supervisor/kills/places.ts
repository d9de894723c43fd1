/** Words that all threads of a round write as they go, so that what they did outlives them. Fixtures get these numbers handed. */
export const PLACES = {
  /** Victims so far. */
  FIRED: 0,
  /** threadId of the victim that has come to where another is to end it; 0: none. */
  VICTIM: 1,
  /** Never written: to sleep on. */
  IDLE: 2,
  /** 0: consumers hold on. */
  GATE: 3,
  /** Items that arrived otherwise than they were put. */
  DAMAGED: 4,
  /** Deliveries noted. */
  LENGTH: 5,
  /** From here on ENTRY words a delivery: the item's number + 1, threadId, state, life. */
  LOG: 16,
  ENTRY: 4,
  /** States of a delivery: the function has the item; its work is done; it is known to be settled; the function threw. */
  GOT: 1,
  DONE: 2,
  SETTLED: 3,
  FAILED: 4,
} as const

/** Deliveries in one round: more than any has. */
export const MOST = 1 << 13
/** Items of producer p have the numbers from p * STEP on. */
export const STEP = 10_000
