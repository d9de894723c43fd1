import type { Deliveries } from './deliveries.ts'

/** More items than are put into one queue. */
const NUMBERS = 1 << 23

/** The words that threads in the hot loop write as they go. Their fixture gets these numbers handed. */
export const PLACES = {
  // Of all threads.
  /** The number of the next item. */
  NEXT: 0,
  /** 1: who only puts is to end. */
  STOP: 1,
  /** 1: all are to rest where they are between two rounds. */
  REST: 2,
  /** Items got that are no number of an item. */
  STRANGE: 3,
  // Of one thread.
  /** Which operation is under way: one of those below. */
  OPERATION: 0,
  /** Those gone round, and one more once it is attached. */
  ROUNDS: 1,
  OUTSIDE: 0,
  PUT: 1,
  GET: 2,
  TASK_DONE: 3,
  // In the word of an item: two bits, and counts of eight bits each.
  ATTEMPTED: 1,
  STORED: 2,
  LATE: 4,
  GOT: 1 << 4,
  FINISHING: 1 << 12,
  FINISHED: 1 << 20,
  COUNT: 0xff,
} as const

const { NEXT, STOP, REST, STRANGE, ATTEMPTED, STORED, LATE, GOT, FINISHING, FINISHED, COUNT } = PLACES

/** What all threads at one queue write. */
export class Marks {
  readonly words = new Int32Array(new SharedArrayBuffer(4 * 4))
  readonly items = new Int32Array(new SharedArrayBuffer(NUMBERS * 4))

  /** What the fixture needs. */
  get shared() {
    return { ...PLACES, words: this.words, items: this.items }
  }

  /** So many numbers are used that another queue had better be begun. */
  get isWorn(): boolean {
    return Atomics.load(this.words, NEXT) > NUMBERS / 2
  }

  get strange(): number {
    return Atomics.load(this.words, STRANGE)
  }

  rest(): void {
    Atomics.store(this.words, REST, 1)
  }

  goOn(): void {
    Atomics.store(this.words, REST, 0)
    Atomics.notify(this.words, REST)
  }

  stop(): void {
    Atomics.store(this.words, STOP, 1)
  }

  *deliveries(): Generator<Deliveries> {
    for (const word of this.items) {
      if (word === 0) continue
      yield {
        attempted: (word & ATTEMPTED) !== 0,
        stored: (word & STORED) !== 0,
        late: (word & LATE) !== 0,
        got: (word / GOT) & COUNT,
        finishing: (word / FINISHING) & COUNT,
        finished: (word / FINISHED) & COUNT,
      }
    }
  }
}
