import { type ItemHistory, judge } from './history.ts'

/**
 * Places of the words in which a victim records its steps. The words outlive it. Fixtures receive these
 * numbers.
 */
export const PLACES = {
  /** 1: it is at the place where it is to be killed; 2: it is in an endless loop. */
  STATE: 0,
  /** 1 while an operation on the queue is under way. */
  BUSY: 1,
  /** Rounds of the hot loop. */
  ROUNDS: 2,
  /** Never written; threads sleep on it. */
  IDLE: 3,
  /** The first of the words of the items, one for each number. */
  ITEMS: 16,
  ATTEMPTED: 1,
  STORED: 2,
  GOT: 4,
  FINISHING: 8,
  FINISHED: 16,
  DEAD_LETTERING: 32,
  DEAD_LETTERED: 64,
} as const

const {
  STATE,
  BUSY,
  ROUNDS,
  ITEMS,
  ATTEMPTED,
  STORED,
  GOT,
  FINISHING,
  FINISHED,
  DEAD_LETTERING,
  DEAD_LETTERED,
} = PLACES

/** Item numbers of one round: more than a hot loop uses before it is killed. */
export const NUMBERS = 1 << 17

export class Marks {
  readonly words = new Int32Array(new SharedArrayBuffer((ITEMS + NUMBERS) * 4))
  readonly #delivered = new Map<number, number>()
  readonly #letters = new Map<number, number>()

  /** The data of a fixture. */
  get shared() {
    return { ...PLACES, words: this.words, last: NUMBERS - 1 }
  }

  get state(): number {
    return Atomics.load(this.words, STATE)
  }

  get busy(): boolean {
    return Atomics.load(this.words, BUSY) === 1
  }

  get rounds(): number {
    return Atomics.load(this.words, ROUNDS)
  }

  note(number: number, bits: number): void {
    Atomics.or(this.words, ITEMS + number, bits)
  }

  /** A survivor got the item. */
  delivered(number: number): void {
    this.#delivered.set(number, (this.#delivered.get(number) ?? 0) + 1)
  }

  /** The item came out of the dead-letter queue. */
  cameAsLetter(number: number): void {
    this.#letters.set(number, (this.#letters.get(number) ?? 0) + 1)
  }

  /** Items that were stored, and that no survivor got and no dead thread had begun to finish. */
  missing(): number {
    return judge(this.histories()).lost
  }

  /** Items that dead threads got and had not finished. */
  heldByDead(): number {
    let held = 0
    for (const { gotByDead, finished, deadLettered } of this.histories()) {
      if (gotByDead && !finished && !deadLettered) held++
    }
    return held
  }

  *histories(): Generator<ItemHistory> {
    for (let number = 0; number < NUMBERS; number++) {
      const bits = this.words[ITEMS + number] as number
      const delivered = this.#delivered.get(number) ?? 0
      if (bits === 0 && delivered === 0) continue
      yield {
        attempted: (bits & ATTEMPTED) !== 0,
        stored: (bits & STORED) !== 0,
        gotByDead: (bits & GOT) !== 0,
        finishing: (bits & FINISHING) !== 0,
        finished: (bits & FINISHED) !== 0,
        deadLettering: (bits & DEAD_LETTERING) !== 0,
        deadLettered: (bits & DEAD_LETTERED) !== 0,
        delivered,
        letters: this.#letters.get(number) ?? 0,
      }
    }
  }
}
