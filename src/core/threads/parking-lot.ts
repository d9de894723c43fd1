import { crypto } from '../../node-crypto.ts'
import { allocateWords } from './shared-words.ts'

/**
 * A word on which threads sleep that wait on several queues at once. A thread can sleep on one word only. All
 * selecting threads of a process therefore sleep on the same word, and every wake of the takers of a queue
 * also moves that word while such a thread is counted at the queue.
 */
export interface ParkingLot {
  /** Equal for all views of the same word. */
  readonly id: string
  readonly buffer: SharedArrayBuffer
  load(): number
  /** Wakes all threads that sleep on it. */
  move(): void
  /** `Atomics.wait` on it, for at most `ms`. */
  wait(expected: number, ms: number): void
}

/** The word slept on, then random words that name the parking lot. */
const EPOCH = 0
const ID = 1
const WORDS = 3

export class SharedParkingLot implements ParkingLot {
  readonly buffer: SharedArrayBuffer
  readonly id: string
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer = newBuffer()) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
    // In another thread the buffer is another object over the same memory, so objects cannot be compared.
    this.id = this.#words.subarray(ID).join()
  }

  load(): number {
    return Atomics.load(this.#words, EPOCH)
  }

  move(): void {
    Atomics.add(this.#words, EPOCH, 1)
    Atomics.notify(this.#words, EPOCH)
  }

  wait(expected: number, ms: number): void {
    Atomics.wait(this.#words, EPOCH, expected, ms)
  }
}

function newBuffer(): SharedArrayBuffer {
  const words = allocateWords(WORDS)
  words.set(crypto().randomFillSync(new Int32Array(WORDS - ID)), ID)
  return words.buffer as SharedArrayBuffer
}
