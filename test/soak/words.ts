/** Places of the shared words of a soak. The fixtures receive these numbers. */
export const WORDS = {
  // Words of all threads at the same queues:
  /** OPEN: producers put; REST: they rest between two items; OVER: they end. */
  GATE: 0,
  /** The number of the period. Its items carry that number, modulo PERIODS. */
  PERIOD: 1,
  OPEN: 0,
  REST: 1,
  OVER: 2,
  PERIODS: 1 << 10,

  // Words of one thread, at (threadId % SLOTS) * SLOT:
  SLOTS: 1 << 16,
  SLOT: 8,
  /** 1 while it may put. */
  PUTS: 0,
  /** Items that it holds: from the moment it got one until it has recorded its settlement. */
  HAND: 1,
  /** 1 while it asks for the next item, which finishes the one that it holds. */
  ASKS: 2,
  /** The order to end itself: the number of a way. */
  ORDER: 3,
  /** 2 once it is in an endless loop, as ordered. */
  STATE: 4,
  /** Rounds of its loop; above 0 once it is attached. */
  ROUNDS: 5,
  /** The number of its workload; 0 before it has begun. */
  WORKLOAD: 6,
  /** Never written; threads sleep on it. */
  IDLE: 7,

  // Words of one queue:
  /** The number of the next item of a producer without a supervisor. */
  NEXT: 0,
  /** Items finished since it was made, modulo 2^32. */
  DONE: 1,
  /** Items got that were of another period, or damaged. */
  STRANGE: 2,
  /**
   * The first of the words of the supervised producers: the number of items stored before the period began.
   */
  BASES: 8,

  // Bytes of one item, at its number * ITEM:
  ITEM: 8,
  FLAGS: 0,
  GOT: 1,
  /** Requeues that its taker began. */
  BACK: 2,
  FINISHING: 3,
  FINISHED: 4,
  /** Times that its taker dead-lettered it. */
  FAILED: 5,
  /** Letters about it. */
  LETTERS: 6,
  // Bits of FLAGS:
  ATTEMPTED: 1,
  STORED: 2,
  /** It was got again after it had been settled. */
  LATE: 4,
} as const

/** Ways in which a thread ends itself; another thread orders them by their numbers. */
export const ORDERS = ['', 'exit', 'throw', 'rejection', 'memory', 'endless'] as const
export type Order = Exclude<(typeof ORDERS)[number], ''>
export type Way = 'terminate' | Order

export const WAYS: readonly Way[] = ['terminate', 'exit', 'throw', 'rejection', 'memory', 'endless']
