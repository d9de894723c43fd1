import { randomFillSync } from 'node:crypto'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import type { ParkingLot } from '../core/index.ts'

/**
 * A thread can sleep on one word only, and `selectSync` waits on several queues. So all threads of a process
 * that select sleep on the word of one lot, and whoever wakes the takers of a queue from which one of them
 * selects moves it.
 */

/** Words: what they sleep on, and two that name the lot. */
const EPOCH = 0
const ID = 1
const WORDS = 3

export class SharedParkingLot implements ParkingLot {
  readonly buffer: SharedArrayBuffer
  readonly id: string
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer = newLot()) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
    // Sent to another thread, the buffer is another object over the same memory.
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

function newLot(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(4 * WORDS)
  new Int32Array(buffer).set(randomFillSync(new Int32Array(WORDS - ID)), ID)
  return buffer
}

/** Threads inherit it from the one that started them; two copies of the library find the same. */
const KEY = 'millrace.lot'
let own: SharedParkingLot | undefined

/** The lot of this thread, and from the first call on of all threads it starts. */
export function ownParkingLot(): SharedParkingLot {
  if (own !== undefined) return own
  const inherited = getEnvironmentData(KEY)
  own = inherited instanceof SharedArrayBuffer ? new SharedParkingLot(inherited) : new SharedParkingLot()
  setEnvironmentData(KEY, own.buffer)
  return own
}
