import type { Deliveries } from './deliveries.ts'

/** More items than are put into one queue. */
const NUMBERS = 1 << 21

/** Places of the words in which the threads record their steps. The fixtures receive these numbers. */
export const PLACES = {
  // Words of all threads:
  /** The number of the next item. */
  NEXT: 0,
  /** 1: producers are to end. */
  STOP: 1,
  /** 1: survivors are to rest between two rounds. */
  REST: 2,
  /** Values got that are no number of an item. */
  STRANGE: 3,
  /** 1: victims that wait may die. */
  GATE: 4,
  /** Never written; threads sleep on it. */
  IDLE: 5,
  // Words of one thread:
  /** The operation under way, one of those below; 0 between operations. */
  ACTIVITY: 0,
  /** Rounds done, and one more for its attaching. */
  ROUNDS: 1,
  /** 1: it is at the place where it is to die. */
  ARRIVED: 2,
  OPERATION: 1,
  NATIVE: 2,
  PUT: 3,
  GET: 4,
  TASK_DONE: 5,
  // The word of an item has three bits, and counts of eight bits each:
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

/** The words that all threads at one queue write. */
export class Marks {
  readonly words = new Int32Array(new SharedArrayBuffer(8 * 4))
  readonly items = new Int32Array(new SharedArrayBuffer(NUMBERS * 4))
  /** How often the taker of an item retried it. */
  readonly retries = new Int32Array(new SharedArrayBuffer(NUMBERS * 4))
  /** The time, by `process.hrtime`, at which an item of a dead thread was last got. */
  readonly redelivery = new BigInt64Array(new SharedArrayBuffer(8))

  /** The data of a fixture. */
  get shared() {
    const { words, items, retries, redelivery } = this
    return { ...PLACES, words, items, retries, redelivery }
  }

  /** Half of the numbers are used: the next kills need a new queue. */
  get isUsedUp(): boolean {
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

  /** The records of all items. A delivery that its taker retried does not count. */
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
