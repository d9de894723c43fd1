import { type ItemHistory, judge } from './history.ts'

/** Words that a victim writes as it goes, so that what it did outlives it. The fixtures get these numbers handed. */
export const PLACES = {
  /** 1: where it is to be killed; 2: in an endless loop. */
  STATE: 0,
  /** 1 while an operation on the queue is under way. */
  BUSY: 1,
  /** Rounds of the hot loop. */
  ROUNDS: 2,
  /** Never written: to sleep on. */
  IDLE: 3,
  /** From here on one word an item, by its number. */
  ITEMS: 16,
  ATTEMPTED: 1,
  STORED: 2,
  GOT: 4,
  FINISHING: 8,
  FINISHED: 16,
  GIVING_UP: 32,
  GIVEN_UP: 64,
} as const

const { STATE, BUSY, ROUNDS, ITEMS, ATTEMPTED, STORED, GOT, FINISHING, FINISHED, GIVING_UP, GIVEN_UP } =
  PLACES

/** Item numbers in one round: more than any hot loop gets through before it is killed. */
export const NUMBERS = 1 << 17

export class Marks {
  readonly words = new Int32Array(new SharedArrayBuffer((ITEMS + NUMBERS) * 4))
  readonly #delivered = new Map<number, number>()
  readonly #letters = new Map<number, number>()

  /** What a fixture needs. */
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

  /** The item came out of the dead letters. */
  buried(number: number): void {
    this.#letters.set(number, (this.#letters.get(number) ?? 0) + 1)
  }

  /** Items that were stored and neither delivered nor, as far as is known, finished. */
  missing(): number {
    return judge(this.histories()).lost
  }

  /** Items the dead got and had not finished. */
  heldByDead(): number {
    let held = 0
    for (const { gotByDead, finished, givenUp } of this.histories()) {
      if (gotByDead && !finished && !givenUp) held++
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
        givingUp: (bits & GIVING_UP) !== 0,
        givenUp: (bits & GIVEN_UP) !== 0,
        delivered,
        letters: this.#letters.get(number) ?? 0,
      }
    }
  }
}
