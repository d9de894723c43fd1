/** The shared words of a soak. The fixtures get these numbers handed. */
export const WORDS = {
  // Of all threads at the same queues.
  /** OPEN: put; REST: those who put are to rest where they are between two items; OVER: they are to end. */
  GATE: 0,
  /** Which period it is; its items carry the number, modulo PERIODS. */
  PERIOD: 1,
  OPEN: 0,
  REST: 1,
  OVER: 2,
  PERIODS: 1 << 10,

  // Of one thread, at (threadId % SLOTS) * SLOT.
  SLOTS: 1 << 16,
  SLOT: 8,
  /** 1 while it may put. */
  PUTS: 0,
  /** Items in its hand: from the moment it has got one until it has noted what became of it. */
  HAND: 1,
  /** 1 while it asks for the next item, which finishes what it has in hand. */
  ASKS: 2,
  /** How it is to die, by itself: the number of a way. */
  ORDER: 3,
  /** Of that one: 2 in an endless loop. */
  STATE: 4,
  /** Rounds of its loop; above 0 once it is attached. */
  ROUNDS: 5,
  /** The number of the workload it plays in; 0 before it has begun. */
  WORKLOAD: 6,
  /** Never written: to sleep on. */
  IDLE: 7,

  // Of one queue.
  /** The number of the next item of those who put by themselves. */
  NEXT: 0,
  /** Items finished since it was made, modulo 2^32. */
  DONE: 1,
  /** Items got that were none of this period, or damaged. */
  STRANGE: 2,
  /** From here on, of each producer: how many items it had stored when the period began. */
  BASES: 8,

  // Of one item: bytes, at its number * ITEM.
  ITEM: 8,
  FLAGS: 0,
  GOT: 1,
  /** Given back willingly: begun. */
  BACK: 2,
  FINISHING: 3,
  FINISHED: 4,
  /** Given up by its taker. */
  FAILED: 5,
  /** Letters about it in the dead-letter queue. */
  LETTERS: 6,
  // FLAGS
  ATTEMPTED: 1,
  STORED: 2,
  /** Got once more after it was settled for good. */
  LATE: 4,
} as const

/** Ways in which a thread dies by itself; by their numbers, ordered from outside. */
export const ORDERS = ['', 'exit', 'throw', 'rejection', 'memory', 'endless'] as const
export type Order = Exclude<(typeof ORDERS)[number], ''>
export type Way = 'terminate' | Order

export const WAYS: readonly Way[] = ['terminate', 'exit', 'throw', 'rejection', 'memory', 'endless']
