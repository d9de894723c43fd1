import type { Deliveries } from './deliveries.ts'

/** More items than are put into one queue. */
const NUMBERS = 1 << 21

/** The words that the threads write as they go. Their fixtures get these numbers handed. */
export const PLACES = {
  // Of all threads.
  /** The number of the next item. */
  NEXT: 0,
  /** 1: who puts is to end. */
  STOP: 1,
  /** 1: those who live are to rest between two rounds. */
  REST: 2,
  /** Items got that are no number of an item. */
  STRANGE: 3,
  /** 1: victims that have gathered may die. */
  GATE: 4,
  /** Never written: to sleep on. */
  IDLE: 5,
  // Of one thread.
  /** 0, or what is under way: one of those below. */
  ACTIVITY: 0,
  /** Those gone round, and one more once it is attached. */
  ROUNDS: 1,
  /** 1: it is where it is to die. */
  ARRIVED: 2,
  OPERATION: 1,
  NATIVE: 2,
  PUT: 3,
  GET: 4,
  TASK_DONE: 5,
  // In the word of an item: two bits, and counts of eight bits each.
  ATTEMPTED: 1,
  STORED: 2,
  LATE: 4,
  GOT: 1 << 4,
  FINISHING: 1 << 12,
  FINISHED: 1 << 20,
  COUNT: 0xff,
} as const

const { NEXT, STOP, REST, STRANGE, GATE } = PLACES
const { ATTEMPTED, STORED, LATE, GOT, FINISHING, FINISHED, COUNT } = PLACES

/** What all threads at one queue write. */
export class Marks {
  readonly words = new Int32Array(new SharedArrayBuffer(8 * 4))
  readonly items = new Int32Array(new SharedArrayBuffer(NUMBERS * 4))
  /** How often an item was to be delivered again because its taker wanted it so. */
  readonly retries = new Int32Array(new SharedArrayBuffer(NUMBERS * 4))
  /** When an item was last got of which a dead thread had been the taker; of the clock of `process.hrtime`. */
  readonly redelivery = new BigInt64Array(new SharedArrayBuffer(8))

  /** What the fixtures need. */
  get shared() {
    const { words, items, retries, redelivery } = this
    return { ...PLACES, words, items, retries, redelivery }
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

  closeGate(): void {
    Atomics.store(this.words, GATE, 0)
  }

  openGate(): void {
    Atomics.store(this.words, GATE, 1)
    Atomics.notify(this.words, GATE)
  }

  /** A delivery that its taker wanted again is as if it had not been. */
  *deliveries(): Generator<Deliveries> {
    const end = Math.min(Atomics.load(this.words, NEXT), NUMBERS)
    for (let number = 0; number < end; number++) {
      const word = this.items[number] as number
      const got = (word / GOT) & COUNT
      yield {
        attempted: (word & ATTEMPTED) !== 0,
        stored: (word & STORED) !== 0 || got > 0,
        late: (word & LATE) !== 0,
        got: got - (this.retries[number] as number),
        finishing: (word / FINISHING) & COUNT,
        finished: (word / FINISHED) & COUNT,
      }
    }
  }
}
