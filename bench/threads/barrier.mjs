const ARRIVED = 0
const ROUND = 1

/**
 * A function that waits until all parties have called it. The memory holds two 32-bit words, the threads
 * arrived and the rounds begun, and one 64-bit word: the time in ns at which the last round began, by
 * process.hrtime.
 */
export function barrierOf(memory, parties) {
  const words = new Int32Array(memory)
  const times = new BigInt64Array(memory)
  return function arrive() {
    const round = Atomics.load(words, ROUND)
    if (Atomics.add(words, ARRIVED, 1) < parties - 1) {
      Atomics.wait(words, ROUND, round)
      return
    }
    Atomics.store(words, ARRIVED, 0)
    times[1] = process.hrtime.bigint()
    Atomics.store(words, ROUND, round + 1)
    Atomics.notify(words, ROUND)
  }
}
